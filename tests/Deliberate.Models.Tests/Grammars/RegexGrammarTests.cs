using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

public sealed class RegexGrammarTests
{
    /// <summary>Each with texts that are looked at in whole.</summary>
    public static TheoryData<string, string[]> Expressions => new()
    {
        { "abc", ["abc", "ab", "abcd", ""] },
        { "a|bc|", ["a", "bc", "", "b", "abc"] },
        { "(?:ab)*c+", ["c", "ababcc", "ab", "abab", "aabc"] },
        { "^[a-c\\d]{2,4}$", ["a1", "b", "abc9", "abc90", "ad"] },
        { "x{3}", ["xx", "xxx", "xxxx"] },
        { "x{2,}y?", ["x", "xx", "xxxxxy", "xxyy"] },
        { "(?<year>[0-9]{4})-(0[1-9]|1[0-2])", ["2024-01", "2024-13", "204-01", "2024-12"] },
        { "[^a-z]+", ["ABC", "é-", "aB", ""] },
        { "\\w+\\s\\W", ["ab !", "a_1\t?", "ab a", "é !"] },
        { ".", ["a", "é", "\n", "😀", ""] },
        { "[α-ω😀-😎]+", ["αβγ", "😀😎", "a", "😐"] },
        { "\\u{1F600}|\\uD83D\\uDE0E|\\x41", ["😀", "😎", "A", "B"] },
        { "a\\.b\\\\", ["a.b\\", "axb\\"] },
        { "[\\]\\-x]+", ["]-x", "y"] },
        { "(a|b)*?c", ["c", "abac", "ab"] },
        { "(((a)))", ["a", "aa"] },
        { "\\p{Lu}\\p{Ll}+", ["Ab", "Éa", "ab", "A"] },
        { "(a?){3}b", ["b", "aaab", "aaaab"] },
    };

    [Theory]
    [MemberData(nameof(Expressions))]
    public void An_expression_matches_what_the_runtime_says_it_does(string expression, string[] texts)
    {
        var grammar = OutputGrammar.FromRegex(expression);
        // The runtime has no \u{...} and reads surrogates one by one.
        if (!Regex.IsMatch(expression, "\\\\u|😀", RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            var runtime = new Regex($"\\A(?:{expression})\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            foreach (var text in texts.Where(t => t.All(char.IsAscii) || !expression.Contains("\\w", StringComparison.Ordinal)))
                if (!(expression == "." && text == "😀")) grammar.Matches(text).ShouldBe(runtime.IsMatch(text), $"{expression} on {text}");
        }
        else
        {
            grammar.Matches(texts[0]).ShouldBeTrue();
            grammar.Matches(texts[^1]).ShouldBeFalse();
        }
    }

    [Fact]
    public void What_is_written_at_random_matches()
    {
        var random = new Random(3);
        var written = 0;
        foreach (var row in Expressions)
        {
            var expression = row.Data.Item1;
            if (Regex.IsMatch(expression, "\\\\u|😀", RegexOptions.None, TimeSpan.FromSeconds(1))) continue;
            var runtime = new Regex($"\\A(?:{expression})\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            for (var i = 0; i < 20; i++)
            {
                if (OutputGrammar.FromRegex(expression).Write(random, 60) is not { } text || text.Any(char.IsSurrogate)) continue;
                // The runtime's \w and \s are Unicode's.
                if (expression.Contains("\\w", StringComparison.Ordinal) && !text.All(char.IsAscii)) continue;
                runtime.IsMatch(text).ShouldBeTrue($"{expression} wrote {text}");
                written++;
            }
        }

        written.ShouldBeGreaterThan(150);
    }

    [Theory]
    [InlineData("(a", "( without its )")]
    [InlineData("a)", ") without its (")]
    [InlineData("[a", "[ without its ]")]
    [InlineData("a**", "quantifier")]
    [InlineData("*a", "nothing before it")]
    [InlineData("(?=a)b", "look-ahead")]
    [InlineData("(?<!a)b", "look-behind")]
    [InlineData("(a)\\1", "back-references")]
    [InlineData("\\bword\\b", "word boundaries")]
    [InlineData("a(^b)", "not supported")]
    [InlineData("a{3,2}", "ends before it begins")]
    [InlineData("[z-a]", "ends before it begins")]
    [InlineData("a{99999}", "repetitions")]
    [InlineData("\\p{Greek}", "general category")]
    [InlineData("\\q", "not known")]
    public void What_is_not_understood_is_refused_by_name(string expression, string word)
    {
        var error = Should.Throw<UserError>(() => OutputGrammar.FromRegex(expression));
        error.Field.ShouldBe("regex");
        error.Problem.ShouldContain(word);
    }
}

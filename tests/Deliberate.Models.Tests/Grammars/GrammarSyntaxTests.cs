using Deliberate.Core;

namespace Deliberate.Models.Tests;

public sealed class GrammarSyntaxTests
{
    private const string Arithmetic = """
        # Sums of products
        root   ::= sum
        sum    ::= product (ws [+-] ws product)*
        product::= factor ( ws ("*" | "/") ws factor )*   # left to right
        factor ::= number
                 | ("(" ws sum
                   ws ")")
        number ::= [0-9]{1,3} ("." [0-9]+)?
        ws     ::= " "?
        """;

    [Theory]
    [InlineData("1 + 2*(3-44.5)", true)]
    [InlineData("((((7))))", true)]
    [InlineData("1 +", false)]
    [InlineData("(1", false)]
    [InlineData("1234", false)]
    public void A_grammar_says_what_fits(string text, bool fits) => OutputGrammar.FromGrammar(Arithmetic).Matches(text).ShouldBe(fits);

    [Fact]
    public void Recursion_on_the_right_costs_no_depth_and_on_both_sides_is_counted()
    {
        var list = OutputGrammar.FromGrammar("root ::= \"a\" root | \"b\"");
        list.Matches(new string('a', 5000) + "b").ShouldBeTrue();
        var pairs = OutputGrammar.FromGrammar("root ::= \"(\" root \")\" root | \"\"");
        pairs.Matches("(()(()))()").ShouldBeTrue();
        pairs.Matches("(()").ShouldBeFalse();
        pairs.Begins("(()").ShouldBeTrue();
        pairs.Begins("())").ShouldBeFalse();
        OutputGrammar.FromGrammar("root ::= \"\\x41\\u00e9\" [^\\n] .").Matches("Aéx\n").ShouldBeTrue();
    }

    [Theory]
    [InlineData("root ::= a", 1, "no rule \"a\"")]
    [InlineData("a ::= \"x\"", 0, "no rule \"root\"")]
    [InlineData("root ::= \"x\"\nroot ::= \"y\"", 2, "twice")]
    [InlineData("root ::= \"x\n", 1, "no end")]
    [InlineData("\n\nroot : \"x\"", 3, "::=")]
    [InlineData("root ::= (\"x\"", 1, "( without")]
    [InlineData("root ::= \"x\" )", 1, "not understood")]
    [InlineData("root ::= root \"x\" | \"y\"", 0, "begins with itself")]
    [InlineData("root ::= a \"x\"\na ::= \"\" b | \"y\"\nb ::= root", 0, "begins with itself")]
    [InlineData("root ::= \"x\" root", 0, "nothing can be written")]
    public void What_is_wrong_is_named_with_its_line(string grammar, int line, string word)
    {
        var error = Should.Throw<UserError>(() => OutputGrammar.FromGrammar(grammar));
        error.Line.ShouldBe(line);
        error.Problem.ShouldContain(word);
    }

    [Fact]
    public void A_grammar_of_too_many_readings_is_stopped()
    {
        var grammar = OutputGrammar.FromGrammar("root ::= \"a\" root \"x\" root | \"a\" root \"y\" root | \"a\" root \"z\" root | \"b\"");
        Should.Throw<UserError>(() => grammar.Begins(new string('a', 60))).Problem.ShouldContain("ways at once");
    }
}

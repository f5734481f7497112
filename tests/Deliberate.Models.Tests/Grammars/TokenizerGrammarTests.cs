using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>Random walks over the tokens that each kind of tokenizer has: what they decode to fits the grammar, however the tokens cut characters.</summary>
public sealed class TokenizerGrammarTests
{
    private static readonly OutputGrammar[] s_grammars =
    [
        OutputGrammar.JsonObject,
        OutputGrammar.FromJsonSchema("""{"type":"object","properties":{"naïve key":{"type":"string","pattern":"^[α-ω]{1,3}😀?$"},"n":{"type":"number","minimum":-2.5,"maximum":1000}},"required":["naïve key"]}"""),
        OutputGrammar.FromRegex("[a-z]+( [a-z]+){0,4}(é|日本|😀)?[.!]"),
    ];

    [Fact]
    public void Tokens_of_every_kind_of_tokenizer_write_what_fits()
    {
        var cases = 0;
        foreach (var path in Directory.GetDirectories(SharedFolder.Path("fixtures", "tokenizers")))
        {
            var tokenizer = Tokenizer.Load(path);
            var stop = tokenizer.VocabularySize - 1;
            var format = new TextFormat(tokenizer) { StopIds = [stop] };
            foreach (var grammar in s_grammars)
            {
                if (Walkable(format, grammar) is not { } automaton) continue;
                for (var seed = 0; seed < 4; seed++)
                {
                    if (Walk(automaton, tokenizer, stop, new Random(seed)) is not { } text) continue;
                    grammar.Matches(text).ShouldBeTrue($"{path}, {grammar}: {text}");
                    if (grammar.Kind == "json_schema") JsonDocument.Parse(text).Dispose();
                    cases++;
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{cases} texts.");
        cases.ShouldBeGreaterThan(40);
    }

    private static GrammarAutomaton? Walkable(TextFormat format, OutputGrammar grammar)
    {
        try
        {
            return GrammarConstraint.AutomatonOf(format, "", grammar.Grammar);
        }
        catch (Core.UserError)
        {
            // A closed vocabulary without the characters.
            return null;
        }
    }

    /// <summary>As an answer is read: without a thought that stands before it.</summary>
    private static string Shown(Tokenizer tokenizer, List<int> tokens)
    {
        var reader = new AnswerReader(new TextFormat(tokenizer), "");
        foreach (var token in tokens) reader.Push(token);
        reader.Finish();
        return reader.Text;
    }

    private static string? Walk(GrammarAutomaton automaton, Tokenizer tokenizer, int stop, Random random)
    {
        var state = automaton.Start;
        List<int> tokens = [];
        while (tokens.Count < 300)
        {
            var mask = automaton.Mask(state);
            var allowed = Enumerable.Range(0, tokenizer.VocabularySize).Where(t => (mask[t >> 6] >> (t & 63) & 1) != 0).ToArray();
            allowed.ShouldNotBeEmpty($"behind {tokenizer.Decode([.. tokens])} {string.Join(' ', tokens.Select(tokenizer.IdToToken))} {tokenizer.File.Path}");
            if (allowed.Contains(stop) && (allowed.Length == 1 || random.Next(3) == 0)) return Shown(tokenizer, tokens);
            var closing = allowed.Where(t => t != stop && tokenizer.IdToToken(t)!.AsSpan().IndexOfAny("\"}") >= 0).ToArray();
            var token = closing.Length > 0 && random.Next(2) == 0 ? closing[random.Next(closing.Length)] : allowed.Where(t => t != stop).ElementAt(random.Next(allowed.Count(t => t != stop)));
            tokens.Add(token);
            state = automaton.After(state, token).ShouldNotBeNull();
        }

        return null;
    }
}

using System.Diagnostics;
using System.Globalization;
using Deliberate.Models;

namespace Deliberate.Benchmarks;

/// <summary>
/// What it costs to hold a text to a grammar, a token, over the vocabulary of a model: texts of each grammar are walked token by token,
/// one that may come at random each time, first with nothing known and then once more with all that was found out. A mask is found
/// (or looked up) and put on a row of scores, as the loop does for each token. Microseconds, and the share of masks that were new.
/// </summary>
internal static class GrammarBenchmark
{
    private const int MostTokens = 120;

    private static readonly (string Name, Func<OutputGrammar> Make)[] Cases =
    [
        ("json object", () => OutputGrammar.JsonObject),
        ("schema", () => OutputGrammar.FromJsonSchema(
            """{"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":60},"born":{"type":"string","format":"date"},"tags":{"type":"array","items":{"enum":["red","green","blue"]},"maxItems":5},"address":{"$ref":"#/$defs/address"}},"required":["name","born","address"],"$defs":{"address":{"type":"object","properties":{"street":{"type":"string"},"zip":{"type":"string","pattern":"^[0-9]{5}$"},"floor":{"type":"integer","minimum":-2,"maximum":120}},"required":["street","zip"]}}}""")),
        ("recursive schema", () => OutputGrammar.FromJsonSchema(
            """{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"value":{"type":"number"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["value","children"]}}}""")),
        ("regular expression", () => OutputGrammar.FromRegex("(\\d{3}-)?\\d{3}-\\d{4}( [A-Z][a-z]{1,10}){1,3}")),
        ("grammar", () => OutputGrammar.FromGrammar("root ::= sum\nsum ::= product (\" \"? [+-] \" \"? product)*\nproduct ::= factor (\" \"? [*/] \" \"? factor)*\nfactor ::= [0-9]{1,4} | \"(\" sum \")\"")),
    ];

    public static void Run(string path, int texts)
    {
        using var opened = PretrainedModel.Open(path);
        var format = opened.Text;
        var started = Stopwatch.GetTimestamp();
        TokenTrie.Of(format.Tokenizer, format.StopIds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vocabulary {format.Tokenizer.VocabularySize}: its trie takes {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms, once"));
        foreach (var (name, make) in Cases)
        {
            started = Stopwatch.GetTimestamp();
            var automaton = GrammarConstraint.AutomatonOf(format, "", make().Grammar);
            var compiled = Stopwatch.GetElapsedTime(started);
            var walk = new Walk(automaton, format.StopIds[0]);
            var first = walk.Run(texts, out var cold);
            var second = walk.Run(texts, out _);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: compiled in {compiled.TotalMilliseconds:F1} ms; {texts} texts, {walk.Tokens} tokens: {first.Mean:F1} µs a token (median {first.Median:F1}, 99 % {first.Tail:F0}, {cold} masks were new), again {second.Mean:F1} µs (median {second.Median:F1}, 99 % {second.Tail:F0}); {automaton.Known.States} states"));
        }
    }

    private sealed class Walk(GrammarAutomaton automaton, int stop)
    {
        private readonly double[] _scores = new double[automaton.Tokens];

        public int Tokens { get; private set; }

        public (double Mean, double Median, double Tail) Run(int texts, out int cold)
        {
            List<double> each = [];
            var random = new Random(1);
            var before = automaton.Known.Masks;
            for (var text = 0; text < texts; text++)
            {
                var state = automaton.Start;
                for (var i = 0; i < MostTokens; i++)
                {
                    var started = Stopwatch.GetTimestamp();
                    var mask = automaton.Mask(state);
                    TokenMask.Apply(mask, _scores);
                    var spent = Stopwatch.GetElapsedTime(started);
                    var token = Pick(mask, random);
                    if (token == stop) break;
                    started = Stopwatch.GetTimestamp();
                    state = automaton.After(state, token)!;
                    each.Add((spent + Stopwatch.GetElapsedTime(started)).TotalMicroseconds);
                }
            }

            cold = automaton.Known.Masks - before;
            Tokens = each.Count;
            each.Sort();
            return (each.Average(), each[each.Count / 2], each[each.Count * 99 / 100]);
        }

        private int Pick(ulong[] mask, Random random)
        {
            var left = random.Next(TokenMask.Count(mask));
            for (var word = 0; ; word++)
            {
                for (var bits = mask[word]; bits != 0; bits &= bits - 1)
                    if (left-- == 0) return (word * 64) + System.Numerics.BitOperations.TrailingZeroCount(bits);
            }
        }
    }
}

using System.Text;

namespace Deliberate.Models.Tests;

/// <summary>Reads and writes texts of a grammar without a model.</summary>
internal static class GrammarReader
{
    private static readonly byte[] Closing = Encoding.UTF8.GetBytes("\"}]");

    public static bool Matches(this OutputGrammar grammar, string text)
    {
        var automaton = AutomatonOf(grammar);
        return automaton.After(automaton.Start, Encoding.UTF8.GetBytes(text)) is { Accepts: true };
    }

    public static bool Begins(this OutputGrammar grammar, string text)
    {
        var automaton = AutomatonOf(grammar);
        return automaton.After(automaton.Start, Encoding.UTF8.GetBytes(text)) is not null;
    }

    /// <summary>A text of the grammar, byte by byte at random; null where it has not ended after so many bytes.</summary>
    public static string? Write(this OutputGrammar grammar, Random random, int most = 2000)
    {
        var automaton = AutomatonOf(grammar);
        var state = automaton.Start;
        List<byte> text = [];
        Span<byte> next = stackalloc byte[1];
        while (text.Count < most)
        {
            if (state.Accepts && (state.IsOver || random.NextDouble() < 0.5)) return Encoding.UTF8.GetString([.. text]);
            List<byte> allowed = [];
            for (var value = 0; value < 256; value++)
            {
                next[0] = (byte)value;
                if (automaton.After(state, next) is not null) allowed.Add((byte)value);
            }

            if (allowed.Count == 0) throw new InvalidOperationException($"stuck behind {Encoding.UTF8.GetString([.. text])}");
            // Else strings and lists would rarely end.
            var closing = allowed.Where(b => Closing.Contains(b)).ToArray();
            next[0] = closing.Length > 0 && random.NextDouble() < 0.3 ? closing[random.Next(closing.Length)] : allowed[random.Next(allowed.Count)];
            text.Add(next[0]);
            state = automaton.After(state, next)!;
        }

        return null;
    }

    private static GrammarAutomaton AutomatonOf(OutputGrammar grammar) => new(GrammarNet.Build(grammar.Grammar, static _ => true), TokenTrie.Empty, []);
}

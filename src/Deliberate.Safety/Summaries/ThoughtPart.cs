using System.Buffers;

namespace Deliberate.Safety;

/// <summary>What a sentence of a thought does, by its words alone.</summary>
internal enum ThoughtMove
{
    Reasons,
    Plans,
    Calculates,
    Tries,
    Checks,
    Corrects,
    WeighsRules,
    Decides,
}

/// <summary>Sentences in a row that do the same.</summary>
/// <param name="Move">What.</param>
/// <param name="Sentences">How many.</param>
/// <param name="Keywords">Words of theirs that the user knows already, from question or answer, in order; at most a few.</param>
internal sealed record ThoughtPart(ThoughtMove Move, int Sentences, IReadOnlyList<string> Keywords);

/// <summary>Cuts a thought into parts by what its sentences do. The words that tell are English; of other languages only digits are read.</summary>
internal static class ThoughtParts
{
    private const int MostKeywords = 4, ShortestKeyword = 4, LongestSentence = 2000;

    private static readonly SearchValues<char> Signs = SearchValues.Create("=+*/×-");

    /// <summary>The first move whose word a sentence holds; corrections before checks, since "wait, let me check" is one.</summary>
    private static readonly (ThoughtMove Move, string[] Words)[] Tells =
    [
        (ThoughtMove.Corrects, ["wait", "actually", "mistake", "wrong", "oops", "correction", "instead", "hmm"]),
        (ThoughtMove.WeighsRules, ["policy", "policies", "guideline", "guidelines", "allowed", "disallowed", "comply", "refuse", "rule", "rules", "harmful", "permitted"]),
        (ThoughtMove.Checks, ["check", "verify", "confirm", "recheck", "test", "indeed"]),
        (ThoughtMove.Plans, ["first", "plan", "approach", "need", "should", "let", "step"]),
        (ThoughtMove.Tries, ["try", "suppose", "maybe", "perhaps", "alternatively", "assume", "what if"]),
        (ThoughtMove.Decides, ["therefore", "thus", "answer", "so", "hence", "conclude", "final", "decide"]),
    ];

    public static IReadOnlyList<ThoughtPart> Of(ThoughtToSummarize thought)
    {
        var known = Regurgitation.Words(thought.Question).Concat(Regurgitation.Words(thought.Answer)).Where(w => w.Length >= ShortestKeyword).ToHashSet(StringComparer.Ordinal);
        List<ThoughtPart> parts = [];
        foreach (var sentence in Sentences(thought.Thought))
        {
            string[] words = [.. Regurgitation.Words(sentence)];
            if (words.Length == 0) continue;
            var move = MoveOf(sentence, words);
            var keywords = words.Where(known.Contains);
            if (parts is [.., var last] && last.Move == move) parts[^1] = last with { Sentences = last.Sentences + 1, Keywords = [.. last.Keywords.Concat(keywords).Distinct(StringComparer.Ordinal).Take(MostKeywords)] };
            else parts.Add(new ThoughtPart(move, 1, [.. keywords.Distinct(StringComparer.Ordinal).Take(MostKeywords)]));
        }

        return parts;
    }

    /// <summary>Up to an end of a sentence or of a line; what has none for long is cut.</summary>
    internal static IEnumerable<string> Sentences(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var ends = text[i] is '\n' || (text[i] is '.' or '!' or '?' && (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1]))) || i - start >= LongestSentence;
            if (!ends) continue;
            if (text.AsSpan(start, i + 1 - start).Trim().Length > 0) yield return text[start..(i + 1)].Trim();
            start = i + 1;
        }

        if (text.AsSpan(start).Trim().Length > 0) yield return text[start..].Trim();
    }

    private static ThoughtMove MoveOf(string sentence, string[] words)
    {
        foreach (var (move, tells) in Tells)
            if (words.Any(tells.Contains)) return move;
        return sentence.Any(char.IsDigit) && sentence.AsSpan().IndexOfAny(Signs) >= 0 ? ThoughtMove.Calculates : ThoughtMove.Reasons;
    }
}

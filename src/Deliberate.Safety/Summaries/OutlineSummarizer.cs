using System.Globalization;

namespace Deliberate.Safety;

/// <summary>
/// Summaries by rules, offline and at no cost: what the thought did, part by part, and nothing of what it said. The only words of a thought
/// that come into one stand in the question or the answer too, one by one, so that a summary cannot tell what the answer withholds;
/// and where it would repeat a run of words all the same, it says less.
/// </summary>
public sealed class OutlineSummarizer : IThoughtSummarizer
{
    private const int LongThought = 200, MostLines = 12;

    /// <summary>Seven words: too few for a repetition, whatever the thought says.</summary>
    private const string Least = "The model thought before it answered.";

    public string Name => "outline";

    public ValueTask<ThoughtSummary> SummarizeAsync(ThoughtToSummarize thought, SummaryDetail detail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(thought);
        cancellationToken.ThrowIfCancellationRequested();
        return new(Of(thought, detail));
    }

    /// <summary>At once, for whoever falls back on it.</summary>
    internal ThoughtSummary Of(ThoughtToSummarize thought, SummaryDetail detail, string note = "")
    {
        detail = Resolve(detail, thought.Thought);
        var parts = ThoughtParts.Of(thought);
        if (parts.Count == 0) return new ThoughtSummary("", detail, Name, note);
        string[] told = detail == SummaryDetail.Detailed ? [Lines(parts, withWords: true), Lines(parts, withWords: false), Sentence(parts), Least] : [Sentence(parts), Least];
        return new ThoughtSummary(told.FirstOrDefault(text => !Regurgitation.Repeats(thought.Thought, text), Least), detail, Name, note);
    }

    /// <summary>What auto comes to.</summary>
    internal static SummaryDetail Resolve(SummaryDetail detail, string thought) =>
        detail != SummaryDetail.Auto ? detail : Regurgitation.Words(thought).Skip(LongThought).Any() ? SummaryDetail.Detailed : SummaryDetail.Concise;

    private static string Sentence(IReadOnlyList<ThoughtPart> parts)
    {
        var moves = parts.Select(p => p.Move).Distinct().Select(Done).ToArray();
        var corrections = parts.Count(p => p.Move == ThoughtMove.Corrects);
        var list = moves.Length == 1 ? moves[0] : $"{string.Join(", ", moves[..^1])} and {moves[^1]}";
        var again = corrections > 1 ? string.Create(CultureInfo.InvariantCulture, $" It changed course {corrections} times.") : "";
        return $"The model {list}.{again}";
    }

    private static string Lines(IReadOnlyList<ThoughtPart> parts, bool withWords)
    {
        var lines = parts.Take(MostLines).Select(p => Line(p, withWords));
        if (parts.Count > MostLines) lines = lines.Append(string.Create(CultureInfo.InvariantCulture, $"- and {parts.Count - MostLines} further parts"));
        return string.Join('\n', lines);
    }

    private static string Line(ThoughtPart part, bool withWords)
    {
        var count = part.Sentences > 1 ? string.Create(CultureInfo.InvariantCulture, $", in {part.Sentences} steps") : "";
        var about = withWords && part.Keywords.Count > 0 ? $" ({string.Join(", ", part.Keywords)})" : "";
        return $"- {char.ToUpperInvariant(Done(part.Move)[0])}{Done(part.Move)[1..]}{count}{about}";
    }

    private static string Done(ThoughtMove move) => move switch
    {
        ThoughtMove.Plans => "planned how to go about it",
        ThoughtMove.Calculates => "calculated",
        ThoughtMove.Tries => "tried possibilities",
        ThoughtMove.Checks => "checked its work",
        ThoughtMove.Corrects => "reconsidered",
        ThoughtMove.WeighsRules => "weighed what is allowed",
        ThoughtMove.Decides => "came to a conclusion",
        _ => "reasoned about the question",
    };
}

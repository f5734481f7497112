using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>Writes what <see cref="DataCheck"/> found: for people, and as JSON.</summary>
internal static class DataCheckView
{
    private const int BarWidth = 40;

    public static void Write(DataCheck check, string tokenizer, int context)
    {
        Line(check.File, check.Kind == DataKind.Examples ? "examples to imitate" : "problems");
        Line("  lines", $"{check.Good} good, {check.Bad} bad{(check.Repeated > 0 ? $", {check.Repeated} that repeat others" : "")}");
        if (check.Chat.Conversations > 0) Line("  conversations", $"{check.Chat.Conversations}, {check.Chat.Turns} turns of the assistant");
        if (check.Thoughts.With > 0) Line("  thoughts", string.Create(CultureInfo.InvariantCulture, $"{check.Thoughts.With} turns of the assistant with one"));
        if (check.Thoughts.ClosedAtOnce > 0) Line("  no thoughts", string.Create(CultureInfo.InvariantCulture, $"{check.Thoughts.ClosedAtOnce} turns without one: the model's template opens a thought, and they learn to close it at once"));
        if (check.Levels.Count > 1) Line("  levels", string.Join(", ", check.Levels.Select(l => $"{l.Value} of level {l.Key}")));
        if (check.Kind == DataKind.Problems) Line("  held out", $"{check.HeldOut}, chosen by a hash of the text, unless a file of held-out problems is named");
        if (check.TakenOut is { Count: > 0 } taken) Line("  references", $"{taken.Count} {(taken.Count == 1 ? "is a worked solution" : "are worked solutions")}: the answer that {(taken.Count == 1 ? "it marks" : "they mark")} is taken out, as \"{taken.Answer}\" in line {taken.Line}");
        if (check.Unreadable > 0) Line("  unreadable", string.Create(CultureInfo.InvariantCulture, $"{check.Unreadable} references that the grader cannot read: a run leaves them out, and is refused where there are more than {100 * UnreadableReferences.UsualShare:0}% (problems.max_unreadable)"));
        if (check.Control.Lines > 0)
        {
            Line("  control tokens", $"{check.Control.Lines} line{(check.Control.Lines == 1 ? "" : "s")} with {string.Join(", ", check.Control.Found.Select(ModelText.Show))} as text, the first line {check.Control.First}: {(check.Control.IsKnown ? "the model reads them as its own marks, and a turn may end where nobody ended it" : "a model that has such tokens reads them as its own marks (--model says which it has)")}");
        }

        Tokens(check, tokenizer, context);
        if (check.Bad == 0) return;
        Console.Out.WriteLine();
        Console.Out.WriteLine(check.Bad > check.Errors.Count ? $"The first {check.Errors.Count} of {check.Bad} bad lines:" : "Bad lines:");
        foreach (var error in check.Errors) Console.Out.WriteLine("  " + error.Message.ReplaceLineEndings(" "));
    }

    /// <summary>For <see cref="JsonOutput"/>.</summary>
    public static object Json(DataCheck check, string tokenizer, int context) => new
    {
        check.File,
        check.Kind,
        check.Good,
        check.Bad,
        check.Repeated,
        check.Chat.Conversations,
        AssistantTurns = check.Chat.Turns,
        Thoughts = check.Thoughts.With,
        ThoughtsClosedAtOnce = check.Thoughts.ClosedAtOnce,
        Levels = check.Levels.Count > 0 ? check.Levels : null,
        HeldOut = check.Kind == DataKind.Problems ? check.HeldOut : (int?)null,
        TakenOut = check.TakenOut.Count,
        UnreadableReferences = check.Unreadable,
        ControlTokens = check.Control.Lines > 0 ? new { check.Control.Lines, FirstLine = check.Control.First, check.Control.Found } : null,
        Tokenizer = tokenizer,
        Tokens = check.Lengths.Sum(l => (long)l.Tokens),
        check.Targets,
        LongestTokens = check.Lengths.Count > 0 ? check.Lengths.Max(l => l.Tokens) : 0,
        TooLong = context > 0 ? check.Lengths.Count(l => l.Tokens > context) : (int?)null,
        Histogram = Bins(check).Select(b => new { b.From, b.To, b.Count }),
        Errors = check.Errors.Select(e => new { e.Line, e.Field, e.Message }),
    };

    private static void Tokens(DataCheck check, string tokenizer, int context)
    {
        if (check.Lengths.Count == 0) return;
        var sorted = check.Lengths.Select(l => l.Tokens).Order().ToArray();
        var longest = check.Lengths.MaxBy(l => l.Tokens);
        var learned = check.Targets > 0 ? string.Create(CultureInfo.InvariantCulture, $", {check.Targets} of them learned") : "";
        Line("  tokens", string.Create(CultureInfo.InvariantCulture, $"{sorted.Sum(l => (long)l)} in all{learned}; a line {sorted.Average():0.0} on average, half of them up to {At(sorted, 0.5)}, 95% up to {At(sorted, 0.95)}, the longest {longest.Tokens} (line {longest.Line})"));
        Line("", $"counted with {tokenizer}");
        if (context > 0) Line("  too long", $"{check.Lengths.Count(l => l.Tokens > context)} for a context of {context}");
        Console.Out.WriteLine();
        var bins = Bins(check);
        var most = bins.Max(b => b.Count);
        foreach (var bin in bins) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {$"{bin.From}-{bin.To}",12} {bin.Count,8}  {new string('#', (int)Math.Ceiling((double)BarWidth * bin.Count / most))}"));
    }

    private static int At(int[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];

    /// <summary>At most a dozen bins of equal width.</summary>
    private static List<(int From, int To, int Count)> Bins(DataCheck check)
    {
        if (check.Lengths.Count == 0) return [];
        var most = check.Lengths.Max(l => l.Tokens);
        var width = 1;
        while (most / width >= 12) width *= width.ToString(CultureInfo.InvariantCulture)[0] == '2' ? 5 : 2;
        var counts = new int[(most / width) + 1];
        foreach (var (tokens, _) in check.Lengths) counts[tokens / width]++;
        return [.. counts.Select((count, i) => (i * width, ((i + 1) * width) - 1, count)).SkipWhile(b => b.count == 0)];
    }

    private static void Line(string name, string value) => Console.Out.WriteLine($"{name,-16}{(name.Length >= 16 ? "  " : "")}{value}");
}

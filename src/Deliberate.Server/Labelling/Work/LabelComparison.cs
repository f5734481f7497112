using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Server;

/// <summary>Holds two labels of one item against each other: step by step and candidate by candidate, the better of a pair, or the ratings of an answer.</summary>
internal static class LabelComparison
{
    /// <summary>How many of the known ratings the label has too, of how many. A step that it did not come to does not agree.</summary>
    public static (int Agreeing, int Compared) Of(string label, string gold)
    {
        if (Chosen(gold) is { } known) return (Chosen(label) == known ? 1 : 0, 1);
        var (mine, wanted) = (Ratings(label), Ratings(gold));
        return (wanted.Count(w => mine.TryGetValue(w.Key, out var rating) && rating == w.Value), wanted.Count);
    }

    /// <summary>Whether two labels say different things that have to be settled: another rating of a step, another first mistake, another end. What people think of an answer is theirs.</summary>
    public static bool Differ(string a, string b)
    {
        if (IsRating(a)) return false;
        if (IsPair(a)) return Chosen(a) != Chosen(b);
        var (first, second) = (Parse(a), Parse(b));
        if (first.Finish != second.Finish || first.FirstError != second.FirstError) return true;
        var (left, right) = (Ratings(first), Ratings(second));
        return left.Any(r => right.TryGetValue(r.Key, out var other) && other != r.Value);
    }

    public static bool HasFlag(string label) => !IsChoice(label) && Parse(label).Steps.Any(s => s.Completions.Any(c => c.Flagged == true));

    /// <summary>The ratings of a label by step and candidate.</summary>
    public static IReadOnlyDictionary<(int Step, string Text), int> Ratings(string label) => Ratings(Parse(label));

    public static LabelledSolution Parse(string label) => Prm800kFile.Parse(new JsonLine("label", 1, JsonSerializer.Deserialize<JsonElement>(label)));

    public static bool IsPair(string label) => label.StartsWith("{\"preferred\"", StringComparison.Ordinal);

    public static bool IsRating(string label) => label.StartsWith("{\"stars\"", StringComparison.Ordinal);

    /// <summary>Whether it is one number, and not steps.</summary>
    public static bool IsChoice(string label) => IsPair(label) || IsRating(label);

    /// <summary>Of a pair 0 or 1 for the better answer, -1 for neither; of an answer its rating; null where nothing was chosen, or it is neither.</summary>
    public static int? Chosen(string label)
    {
        if (!IsChoice(label)) return null;
        using var read = JsonDocument.Parse(label);
        return read.RootElement.GetProperty(IsPair(label) ? "preferred" : "stars") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;
    }

    public static string Line(LabelledSolution labelled)
    {
        using var line = new MemoryStream();
        Prm800kFile.Write(line, labelled);
        return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\n');
    }

    private static Dictionary<(int Step, string Text), int> Ratings(LabelledSolution labelled)
    {
        var ratings = new Dictionary<(int, string), int>();
        for (var i = 0; i < labelled.Steps.Count; i++)
        {
            foreach (var completion in labelled.Steps[i].Completions)
                if (completion.Rating is { } rating) ratings.TryAdd((i, completion.Text), rating);
        }

        return ratings;
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// Requests to align on from public sets of refusals: XSTest's safe prompts (to be answered) and unsafe ones, and Do-Not-Answer's questions
/// (to be refused), those of the training half alone (<see cref="SafetyHalves"/>), each with the category of the shipped general specification that
/// its set's own type stands for. The correspondence is ours.
/// </summary>
internal static class PublicRequests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>By the beginning of XSTest's types, "contrast_" left out.</summary>
    private static readonly (string Type, string Category)[] OfXsTest = [("homonyms", "violence"), ("figurative", "violence"), ("safe_targets", "violence"), ("safe_contexts", "violence"), ("definitions", "illicit"), ("discr", "hate"), ("nons_group", "hate"), ("real_group", "hate"), ("historical", "violence"), ("privacy", "privacy")];

    /// <summary>By the card's categories of Do-Not-Answer's questions. Regulated advice and self-harm are left out: a safe completion is due there, and the set says refusal.</summary>
    private static readonly Dictionary<string, string> OfCard = new(StringComparer.Ordinal) { ["harassment/threatening"] = "hate", ["hate"] = "hate", ["illicit/violent"] = "illicit", ["illicit/non-violent"] = "illicit", ["personal-data/sensitive"] = "privacy" };

    /// <summary>Writes at most so many of each ideal, taking turns between the sets in an order drawn by the context's seed.</summary>
    /// <param name="path">JSON Lines, written whole or not at all.</param>
    /// <param name="context">Where the data is.</param>
    /// <param name="most">Of requests to refuse, and of requests to answer.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many were written, by ideal.</returns>
    /// <exception cref="UserError">The data cannot be had.</exception>
    public static async Task<IReadOnlyDictionary<string, int>> WriteAsync(string path, TaskContext context, int most, CancellationToken cancellation)
    {
        context = context with { Arguments = new Dictionary<string, string> { [SafetyHalves.Argument] = SafetyHalves.Training } };
        var comply = await ReadAsync(XsTestTasks.Safe, ContentRule.Allowed).ConfigureAwait(false);
        var unsafeContrasts = await ReadAsync(XsTestTasks.Unsafe, ContentRule.Disallowed).ConfigureAwait(false);
        var declined = await ReadAsync(DoNotAnswerTask.Task, ContentRule.Disallowed).ConfigureAwait(false);
        JsonObject[] lines = [.. comply.Take(most), .. Turns(unsafeContrasts, declined).Take(most)];
        if (lines.Length == 0) throw new UserError("The training half of the sets has no request.", context.DataFolder, field: "data");
        AtomicFile.WriteText(path, string.Concat(lines.Select(l => l.ToJsonString(Relaxed) + "\n")));
        return lines.GroupBy(l => (string)l["ideal"]!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

        async Task<IReadOnlyList<JsonObject>> ReadAsync(EvaluationTask task, ContentRule ideal)
        {
            var found = new List<JsonObject>();
            await foreach (var item in task.Items(context, cancellation).ConfigureAwait(false))
                if (CategoryOf(item) is { } category)
                    found.Add(new JsonObject { ["id"] = $"{task.Name}-{item.Id}", ["prompt"] = item.Messages[^1].Content, ["category"] = category, ["ideal"] = AlignmentPrompt.WordOf(ideal) });
            return found;
        }
    }

    private static IEnumerable<JsonObject> Turns(IReadOnlyList<JsonObject> one, IReadOnlyList<JsonObject> other)
    {
        for (var i = 0; i < Math.Max(one.Count, other.Count); i++)
        {
            if (i < one.Count) yield return one[i];
            if (i < other.Count) yield return other[i];
        }
    }

    private static string? CategoryOf(EvaluationItem item)
    {
        if (item.Tags.TryGetValue(XsTestTasks.Type, out var type))
        {
            type = type.Replace("contrast_", "", StringComparison.Ordinal);
            return OfXsTest.FirstOrDefault(t => type.StartsWith(t.Type, StringComparison.Ordinal)).Category;
        }

        return item.Tags.TryGetValue(CardCategories.Tag, out var card) ? OfCard.GetValueOrDefault(card) : null;
    }
}

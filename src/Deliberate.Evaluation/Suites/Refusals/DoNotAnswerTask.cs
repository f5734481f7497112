using System.Globalization;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Do-Not-Answer (Wang et al. 2023, arXiv 2308.13387): 939 questions that a responsible model declines, in five areas of risk.</summary>
internal static class DoNotAnswerTask
{
    public const string Name = "do-not-answer";

    private const string Area = "area";

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "Do-Not-Answer: questions to decline",
        Summary = "Whether questions are declined that a responsible model does not answer.",
        Source = DataSets.DoNotAnswer.Source,
        Items = (context, cancellation) => SafetyHalves.Of(context, TaskData.Read(context, DataSets.DoNotAnswer, DataSets.DoNotAnswerAreas.Select(a => $"{a}.jsonl"), Rows, cancellation)),
        Scorer = RefusalScoring.Decline,
        Corrected = RefusalScoring.Corrected,
        Metrics = [.. RefusalMetrics.Harmful(CardCategories.Tag), RefusalMetrics.Harmful(Area)[0] with { Name = "refused_by_area", Title = "declined, by area of risk" }],
        Defaults = RefusalScoring.Defaults,
        Published = [.. Card.Four("not_unsafe", "o1 system card, table 1, standard refusal evaluation", .99, 1.00, .995, .99)],
        Differences = "The card's prompts and grader are not public; these questions are others, and milder than many of its.",
    };

    private static IEnumerable<EvaluationItem> Rows(string path)
    {
        var area = Path.GetFileNameWithoutExtension(path);
        foreach (var line in JsonLines.Read(path))
        {
            var tags = new Dictionary<string, string> { [Area] = area };
            var intents = line.TryGet(line.Root, "intents", out var found) && found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().Select(i => i.GetString() ?? "").ToArray() : [];
            if (CardCategories.OfIntents(intents) is { } category) tags[CardCategories.Tag] = category;
            var prompt = line.GetString("prompt");
            if (string.IsNullOrWhiteSpace(prompt)) throw line.Error("The text is empty.", "prompt");
            yield return new EvaluationItem { Id = string.Create(CultureInfo.InvariantCulture, $"{area}.{line.Number}"), Messages = GeneratedItems.Ask(prompt), Tags = tags };
        }
    }
}

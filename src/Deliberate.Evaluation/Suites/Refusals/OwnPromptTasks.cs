using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// The card's challenging refusal evaluation and its human-sourced jailbreaks, whose prompts are not public: on prompts of yours, a file
/// below <c>--data</c>. A line holds <c>prompt</c>, or <c>messages</c> that end with the user's, and if you like <c>id</c>,
/// <c>category</c> and <c>base</c> (prompts that attack the same request share it, and count once in an interval).
/// </summary>
internal static class OwnPromptTasks
{
    private const string Category = "category";

    public static EvaluationTask Challenging { get; } = Of(
        "challenging", "challenging.jsonl", "Challenging prompts of yours", "Whether the prompts are declined that you found hardest.",
        Card.Four("not_unsafe", "o1 system card, table 1, challenging refusal evaluation", .713, .92, .934, .932));

    public static EvaluationTask HumanSourced { get; } = Of(
        "human-jailbreaks", "human-sourced.jsonl", "Jailbreaks by people, of yours", "Whether jailbreaks that people wrote are declined.",
        Card.Four("not_unsafe", "o1 system card, table 23, human-sourced jailbreaks", .86, .94, .96, .95));

    private static EvaluationTask Of(string name, string file, string title, string summary, IEnumerable<PublishedFigure> published) => new()
    {
        Name = name,
        Title = title,
        Summary = summary,
        Source = DataSets.Jailbreaks.Source,
        Items = (context, cancellation) => TaskData.Read(context, DataSets.Jailbreaks, file, path => JsonLines.Read(path).Select(Row), cancellation),
        Scorer = RefusalScoring.Decline,
        Corrected = RefusalScoring.Corrected,
        Metrics = RefusalMetrics.Harmful(Category),
        Defaults = RefusalScoring.Defaults,
        Published = [.. published],
        Differences = "The prompts are yours, the card's are not public.",
    };

    private static EvaluationItem Row(JsonLine line) => new()
    {
        Id = line.GetOptionalString("id") ?? line.Number.ToString(CultureInfo.InvariantCulture),
        Messages = Conversation.Of(line, "messages", "prompt"),
        Cluster = line.GetOptionalString("base") ?? "",
        Tags = line.GetOptionalString(Category) is { } category ? new Dictionary<string, string> { [Category] = category } : EvaluatedSample.NoTags,
    };
}

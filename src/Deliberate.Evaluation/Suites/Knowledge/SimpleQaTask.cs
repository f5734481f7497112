using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// SimpleQA (Wei et al. 2024, arXiv 2411.04368): short questions of fact, each answer judged correct, incorrect or not attempted. The
/// card's hallucination rate fits incorrect of all, and is that here.
/// </summary>
internal static partial class SimpleQaTask
{
    public const string Name = "simpleqa";

    private const string File = "simple_qa_test_set.csv", Topic = "topic";

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "SimpleQA: short questions of fact",
        Summary = "What a model knows, and whether it says so where it does not.",
        Source = DataSets.SimpleQa.Source,
        Items = (context, cancellation) => TaskData.Read(context, DataSets.SimpleQa, File, Rows, cancellation),
        Scorer = context => RefusalScoring.Named(context, "factual", Name),
        Metrics = FactualMetrics.All(Topic),
        Defaults = new TaskDefaults { MaxTokens = 2048 },
        Published = [.. Card.Four("accuracy", "o1 system card, table 3, SimpleQA", .38, .47, .42, .07), .. Card.Four("hallucination_rate", "o1 system card, table 3, SimpleQA", .61, .44, .44, .60)],
        Differences = "The judging model is yours and its prompt ours; the card does not define its hallucination rate.",
    };

    private static IEnumerable<EvaluationItem> Rows(string path)
    {
        foreach (var row in CsvRows.Read(path))
        {
            var (question, answer) = (row["problem"], row["answer"]);
            if (string.IsNullOrWhiteSpace(question)) throw new UserError("The question is empty.", row.File, row.Line, field: "problem");
            if (string.IsNullOrWhiteSpace(answer)) throw new UserError("The answer is empty.", row.File, row.Line, field: "answer");
            var topic = TopicOf().Match(row.Find("metadata") ?? "");
            yield return new EvaluationItem
            {
                Id = row.Line.ToString(CultureInfo.InvariantCulture),
                Messages = GeneratedItems.Ask(question),
                Reference = answer,
                Tags = topic.Success ? new Dictionary<string, string> { [Topic] = topic.Groups["topic"].Value } : EvaluatedSample.NoTags,
            };
        }
    }

    /// <summary>In a dictionary as Python writes it.</summary>
    [GeneratedRegex(@"'topic':\s*['""](?<topic>[^'""]{1,100})['""]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TopicOf();
}

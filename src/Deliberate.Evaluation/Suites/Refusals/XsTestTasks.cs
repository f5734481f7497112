using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// XSTest (Röttger et al. 2023, arXiv 2308.01263): 250 safe prompts of ten types that look unsafe, which are to be answered, and 200
/// unsafe ones beside them, which are not.
/// </summary>
internal static class XsTestTasks
{
    public const string Type = "type";

    private const string File = "prompts.csv", SafeLabel = "safe", UnsafeLabel = "unsafe";

    public static EvaluationTask Safe { get; } = new()
    {
        Name = "xstest",
        Title = "XSTest: safe prompts that look unsafe",
        Summary = "Over-refusal: whether harmless prompts with dangerous words are answered.",
        Source = DataSets.XsTest.Source,
        Items = (context, cancellation) => SafetyHalves.Of(context, TaskData.Read(context, DataSets.XsTest, File, path => Rows(path, SafeLabel), cancellation)),
        Scorer = RefusalScoring.Comply,
        Metrics = RefusalMetrics.Benign(Type),
        Defaults = RefusalScoring.Defaults,
        Published =
        [
            .. Card.Four("not_overrefuse", "o1 system card, table 1, XSTest", .924, .94, .976, .948),
            .. Card.Rows("not_overrefuse", "deliberative alignment (arXiv 2412.16339), table 1", ("GPT-4o", .88), ("o1", .93), ("o3-mini", .90)),
        ],
        Differences = "The card's grader and what it counts of partial answers are not public; here a partial refusal is a refusal. Its n of 250 cannot tell o1 from GPT-4o.",
    };

    public static EvaluationTask Unsafe { get; } = new()
    {
        Name = "xstest-unsafe",
        Title = "XSTest: unsafe contrasts",
        Summary = "Whether the unsafe neighbours of XSTest's safe prompts are declined.",
        Source = DataSets.XsTest.Source,
        Items = (context, cancellation) => SafetyHalves.Of(context, TaskData.Read(context, DataSets.XsTest, File, path => Rows(path, UnsafeLabel), cancellation)),
        Scorer = RefusalScoring.Decline,
        Corrected = RefusalScoring.Corrected,
        Metrics = RefusalMetrics.Harmful(Type),
        Defaults = RefusalScoring.Defaults,
        Differences = "The card reports the safe prompts only.",
    };

    private static IEnumerable<EvaluationItem> Rows(string path, string label)
    {
        foreach (var row in CsvRows.Read(path))
        {
            var (id, prompt, said) = (row["id"], row["prompt"], row["label"]);
            if (said is not (SafeLabel or UnsafeLabel)) throw new UserError($"Expected {SafeLabel} or {UnsafeLabel}, found \"{Excerpt.Of(said, 40)}\".", row.File, row.Line, field: "label");
            if (string.IsNullOrWhiteSpace(prompt)) throw new UserError("The prompt is empty.", row.File, row.Line, field: "prompt");
            if (said == label) yield return new EvaluationItem { Id = id, Messages = GeneratedItems.Ask(prompt), Tags = new Dictionary<string, string> { [Type] = row[Type] } };
        }
    }
}

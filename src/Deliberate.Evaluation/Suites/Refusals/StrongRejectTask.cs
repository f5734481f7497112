using System.Globalization;
using System.Runtime.CompilerServices;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// StrongREJECT (Souly et al. 2024, arXiv 2402.10260) as the card's table 23 has it: forbidden prompts, each under every jailbreak of a
/// list, judged by the rubric that asks how much an answer helps; of each prompt the tenth of jailbreaks that worked best counts
/// (<see cref="GoodnessMetric"/>). <c>-T prompts=60</c> says how many prompts, <c>-T transforms=a,b,c</c> under what; left out, under each
/// transform there is.
/// </summary>
internal static class StrongRejectTask
{
    public const string Name = "strongreject";

    private const string File = "strongreject_dataset.csv", Category = "category";
    private const int UsualPrompts = 60;

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "StrongREJECT: the most effective tenth of jailbreaks",
        Summary = "How safe a model is against the jailbreaks that work best on each prompt.",
        Source = DataSets.StrongReject.Source,
        Items = Read,
        Scorer = context => RefusalScoring.Named(context, "strongreject", Name),
        Metrics =
        [
            GoodnessMetric.Of(GoodnessRounding.Interpolate),
            GoodnessMetric.Of(GoodnessRounding.Up),
            GoodnessMetric.Of(GoodnessRounding.Down),
            new() { Name = "goodness", Title = "goodness, mean of all", Value = GoodnessMetric.Goodness, SliceBy = TransformedTask.Tag },
        ],
        Defaults = RefusalScoring.Defaults,
        Published =
        [
            .. Card.Four("goodness_at_0.1", "o1 system card, table 23", .22, .72, .66, .83),
            .. Card.Rows("goodness_at_0.1", "deliberative alignment (arXiv 2412.16339), table 1", ("GPT-4o", .37), ("o1", .88), ("o1-preview", .66), ("o3-mini", .75)),
        ],
        Differences = "The published figures rest on 35 other jailbreaks and an unpublished grader and rounding; the two sources differ for the same model by .15 and more.",
    };

    private static async IAsyncEnumerable<EvaluationItem> Read(TaskContext context, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (prompts, transforms) = (Prompts(context), Transforms(context));
        var taken = 0;
        await foreach (var item in TaskData.Read(context, DataSets.StrongReject, File, Rows, cancellation).ConfigureAwait(false))
        {
            if (taken++ == prompts) yield break;
            foreach (var transform in transforms) yield return TransformedTask.Apply(item, transform, variant: 0, variants: 1, context.Seed);
        }
    }

    private static int Prompts(TaskContext context)
    {
        if (!context.Arguments.TryGetValue("prompts", out var text)) return UsualPrompts;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : throw new UserError($"\"{text}\" is no number of prompts.", field: "prompts", advice: "Expected a whole number from 1.");
    }

    private static IReadOnlyList<IPromptTransform> Transforms(TaskContext context) => context.Arguments.TryGetValue("transforms", out var text)
        ? [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => PromptTransforms.Get(name, context.Arguments.GetValueOrDefault(TransformedTask.Translations)))]
        : PromptTransforms.All;

    private static IEnumerable<EvaluationItem> Rows(string path)
    {
        foreach (var row in CsvRows.Read(path))
        {
            var prompt = row["forbidden_prompt"];
            if (string.IsNullOrWhiteSpace(prompt)) throw new UserError("The prompt is empty.", row.File, row.Line, field: "forbidden_prompt");
            yield return new EvaluationItem { Id = row.Line.ToString(CultureInfo.InvariantCulture), Messages = GeneratedItems.Ask(prompt), Tags = new Dictionary<string, string> { [Category] = row[Category] } };
        }
    }
}

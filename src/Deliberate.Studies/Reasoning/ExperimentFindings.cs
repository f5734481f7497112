using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// What the numbers of an experiment say, in sentences: each question's own words for the answer that is shown, and for one
/// that is not that it is not. Nothing here knows how an experiment will come out.
/// </summary>
internal static class ExperimentFindings
{
    public const string QuickWarning = "Made with --quick: tiny models and few problems, to see that the whole chain works. Not a result.";

    /// <summary>What there is to say where shares of a few problems, of models that hardly learned, would only look like numbers.</summary>
    public static string QuickOutcome(int models) =>
        string.Create(CultureInfo.InvariantCulture, $"{models} models were trained and tested: the chain works. It measures nothing, so there are no numbers here.");

    /// <summary>What a part of the experiment is; null where it is the whole.</summary>
    public static string? PartOf(ExperimentPlan plan)
    {
        if (!plan.IsPart) return null;
        var families = plan.FamiliesOfAll == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {string.Join(", ", plan.Families)} of the experiment's {plan.FamiliesOfAll} families, learned by models of their own on their part of the tokens and samples.");
        var models = plan.Models is null ? "" : $" Of its models {string.Join(", ", plan.Models.Select(ExperimentModels.Key))}.";
        return $"A part of the experiment:{families}{models} Its numbers are of these models, and not those of the whole table.";
    }

    /// <summary>What is shown over all families.</summary>
    public static IEnumerable<string> Shows(ExperimentSummary summary) =>
        Answered(summary).Where(a => a.Contrast.Finding != Finding.NotToldApart).Select(a => $"{Sentence(a.Question, a.Contrast)} {ByFamily(summary, a.Question)}");

    /// <summary>What is not shown over all families, then what an experiment like this cannot show.</summary>
    public static IEnumerable<string> DoesNotShow(ExperimentSummary summary)
    {
        foreach (var (question, contrast) in Answered(summary).Where(a => a.Contrast.Finding == Finding.NotToldApart)) yield return $"{Sentence(question, contrast)} {ByFamily(summary, question)}";
        var plan = summary.Plan;
        yield return "How a model pretrained on natural text would start: the corpus is made up, a mixture of writers that stands for one.";
        yield return "That a larger model on natural problems would behave alike: these are small models on generated problems with exact checkers.";
        yield return plan.Seeds.Count == 1
            ? "How much results vary with the seed: there is one. Intervals cover the choice of problems and samples only."
            : $"More of how results vary with the seed than {plan.Seeds.Count} seeds can: intervals cover the choice of problems and samples, and each number stands with the range of its seeds.";
        if (plan.Recipe.LeaveOut == LeaveOut.Once && plan.Seeds.Count > 1 && plan.Cells.Any(c => c.LeftOut is not null))
            yield return $"How carrying over to a family varies with the seed: each family was left out in one seed ({string.Join(", ", LeftOut(summary))}).";
        var comparisons = ExperimentQuestion.All.Sum(q => summary.Families.Count(f => summary.Contrast(q, f) is not null));
        yield return string.Create(CultureInfo.InvariantCulture, $"Each single comparison by family with the confidence of its own interval: there are {comparisons} of them, of which some {Math.Max(1, Math.Round(comparisons / 20.0)):0} would miss by chance alone.");
    }

    /// <summary>The answer to a question, or that there is none.</summary>
    public static string Sentence(ExperimentQuestion question, Contrast contrast)
    {
        var numbers = $"from {EstimateWords.Percent(contrast.From.Value)} to {EstimateWords.Percent(contrast.To.Value)}, {Difference(contrast)}";
        return contrast.Finding switch
        {
            Finding.Larger => $"{question.Higher}: {numbers}.",
            Finding.Smaller => $"{question.Lower}: {numbers}.",
            _ => $"{question.Asks} Not shown: {numbers}, {(contrast.SeedsDisagree ? "and the seeds disagree in sign" : "no difference that this experiment could show")}.",
        };
    }

    /// <summary>In which families the same was shown, in which not, and in which the contrary.</summary>
    public static string ByFamily(ExperimentSummary summary, ExperimentQuestion question)
    {
        var parts = new List<string>();
        foreach (var (verdict, words) in new[] { (Finding.Larger, "higher in"), (Finding.Smaller, "lower in"), (Finding.NotToldApart, "not shown in") })
        {
            string[] families = [.. summary.Families.Where(f => summary.Contrast(question, f)?.Finding == verdict).Select(f => $"{f} ({Signed(summary.Contrast(question, f)!.Difference.Value)})")];
            if (families.Length > 0) parts.Add($"{words} {string.Join(", ", families)}");
        }

        return parts.Count == 0 ? "" : $"By family, in percentage points: {string.Join("; ", parts)}.";
    }

    /// <summary>12 percentage points (95% interval 10 to 14, paired Student's t; seeds 11 to 13).</summary>
    public static string Difference(Contrast contrast)
    {
        var (low, high) = contrast.Range;
        var seeds = contrast.Seeds.Count == 1 ? string.Create(CultureInfo.InvariantCulture, $"seed {contrast.Seeds[0].Seed} alone")
            : contrast.SeedsCompare ? $"seeds {Signed(low)} to {Signed(high)}" : "each family in some of the seeds";
        return $"{Signed(contrast.Difference.Value)} percentage points (95% interval {Signed(contrast.Difference.Low)} to {Signed(contrast.Difference.High)}, {contrast.Difference.Method.Words()}; {seeds})";
    }

    public static string Word(Contrast contrast) => contrast.Finding switch
    {
        Finding.Larger => "higher",
        Finding.Smaller => "lower",
        _ => contrast.SeedsDisagree ? "not shown (seeds disagree)" : "not shown",
    };

    public static IEnumerable<(ExperimentQuestion Question, Contrast Contrast)> Answered(ExperimentSummary summary)
    {
        foreach (var question in ExperimentQuestion.All)
            if (summary.Contrast(question, null) is { } contrast) yield return (question, contrast);
    }

    private static IEnumerable<string> LeftOut(ExperimentSummary summary) =>
        summary.Families.Select(f => $"{f} in {string.Join(" and ", summary.Evidence.Seeds(new Subject(ExperimentModel.Without), f))}");

    /// <summary>Percentage points with one decimal.</summary>
    private static string Signed(double difference) => SignedPoints.Of(difference);
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What reinforcement learning gained in a run of the quickstart, seed by seed.</summary>
/// <param name="Run">The chapter.</param>
/// <param name="Before">Share of right answers by seed.</param>
/// <param name="After">The same afterwards.</param>
internal sealed record QuickstartGain(string Run, IReadOnlyList<double> Before, IReadOnlyList<double> After)
{
    /// <summary>A gain of every seed that is within this share of their mean is the recipe's, another is its seed's.</summary>
    private const double Steady = 0.2;

    public IReadOnlyList<double> Gains => [.. After.Zip(Before, (after, before) => after - before)];

    public double Mean => Estimate.Value;

    private Estimate Estimate => SeedMeanMetric.Gain(Before, After);

    /// <summary>Lower end of the 95% interval over seeds; null for one seed.</summary>
    public double? Low => Estimate is { HasInterval: true } gain ? gain.Low : null;

    public double? High => Estimate is { HasInterval: true } gain ? gain.High : null;

    /// <summary>Whether the interval over seeds is above 0.</summary>
    public bool IsShown => Low > 0;

    /// <summary>Farthest gain from the mean, as a share of it.</summary>
    public double Farthest => Gains.Max(g => Math.Abs(g - Mean)) / Math.Abs(Mean);

    public string Sentence => Low is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Run}: a gain of {Mean:0.000} with one seed, which says nothing about others.")
        : string.Create(CultureInfo.InvariantCulture, $"{Run}: reinforcement learning gains {Mean:0.000} ({Low:0.000} to {High:0.000}) over {Gains.Count} seeds, {(IsShown ? "shown" : "not shown")}; the farthest seed is {Farthest:P0} from the mean, so that how much is {(Farthest <= Steady ? "the recipe's" : "its seed's")}.");

    public static QuickstartGain Read(StudyFolder study, string run, IReadOnlyList<ulong> seeds)
    {
        return new QuickstartGain(run, Of(RunFolder.Base), Of(RunFolder.Final));

        double[] Of(string evaluation) => [.. seeds.Select(seed => Right(new RunFolder(study.Path($"{StudyClaim.SeedFolder(seed)}/{run}")), evaluation))];
    }

    private static double Right(RunFolder run, string evaluation)
    {
        var recipe = RunRecipe.Read(run);
        return EvaluationSummary.Of(evaluation, EvaluationFile.Read(run.Evaluation(evaluation)), recipe.Evaluation.Samples, recipe.Evaluation.Budgets).Accuracy.Value;
    }
}

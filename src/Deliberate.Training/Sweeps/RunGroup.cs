using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Runs that differ in their seed alone. What they come to is a mean over seeds whose interval says what another seed may give; what
/// each is measured on is the same held-out problems.
/// </summary>
/// <param name="Name">The settings that tell it from the other groups: samples 4, objective grpo; "all runs" where nothing does.</param>
/// <param name="Runs">By seed.</param>
internal sealed record RunGroup(string Name, IReadOnlyList<RunEvidence> Runs)
{
    /// <summary>Those that came to their last evaluation.</summary>
    public IReadOnlyList<RunEvidence> Finished => field ??= [.. Runs.Where(run => run.Final is not null)];

    /// <summary>Before learning, over seeds; not measured where there was nothing before.</summary>
    public Estimate Before(SampleMeasure measure) => OverSeeds(measure, run => run.Base);

    /// <summary>At the end, over seeds.</summary>
    public Estimate After(SampleMeasure measure) => OverSeeds(measure, run => run.Final);

    /// <summary>From before to after, each seed's own difference.</summary>
    public Estimate Gain(SampleMeasure measure) => Difference(Finished.Where(run => run.Base is not null), run => Value(measure, run, run.Base!), run => Value(measure, run, run.Final!), measure.Kind);

    /// <summary>From another group to this one, paired by seed: of the seeds that both have.</summary>
    public Estimate Against(RunGroup other, SampleMeasure measure)
    {
        var theirs = other.Finished.DistinctBy(run => run.Facts.Seeds.Run).ToDictionary(run => run.Facts.Seeds.Run);
        return Difference(Finished.Where(run => theirs.ContainsKey(run.Facts.Seeds.Run)), run => Value(measure, theirs[run.Facts.Seeds.Run], theirs[run.Facts.Seeds.Run].Final!), run => Value(measure, run, run.Final!), measure.Kind);
    }

    /// <summary>Accuracy over steps of learning: the mean over the seeds that were measured there.</summary>
    public IReadOnlyList<(int Step, Estimate Accuracy)> Course =>
    [
        .. Runs.SelectMany(run => RunFigures.Points(run, run.Evaluations)).GroupBy(point => point.Step).OrderBy(step => step.Key).Select(step => (step.Key, SeedMeanMetric.Of([.. step.Select(point => point.Accuracy.Value)], MeasureKind.Share))),
    ];

    /// <summary>Groups runs by every setting but name and seed, in the order in which they come.</summary>
    public static IReadOnlyList<RunGroup> Of(IReadOnlyList<RunEvidence> runs)
    {
        var settings = runs.Select(run => RecipeDifferences.Texts(run.Recipe).Where(setting => setting.Key is not ("name" or "seed")).ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal)).ToArray();
        string[] differing = [.. settings.SelectMany(setting => setting.Keys).Distinct().Where(key => settings.Select(setting => setting.GetValueOrDefault(key)).Distinct().Count() > 1)];
        var shorts = differing.ToDictionary(key => key, key => key[(key.LastIndexOf('.') + 1)..]);
        foreach (var same in differing.GroupBy(key => shorts[key]).Where(group => group.Count() > 1))
            foreach (var key in same) shorts[key] = key;
        return
        [
            .. runs.Zip(settings).GroupBy(one => string.Join(", ", differing.Where(one.Second.ContainsKey).Select(key => $"{shorts[key]} {one.Second[key]}")))
                .Select(group => new RunGroup(group.Key.Length > 0 ? group.Key : "all runs", [.. group.Select(one => one.First).OrderBy(run => run.Facts.Seeds.Run)])),
        ];
    }

    private static double Value(SampleMeasure measure, RunEvidence run, List<ScoredSample> samples) => measure.Of(run.First(samples)).Value;

    private Estimate OverSeeds(SampleMeasure measure, Func<RunEvidence, List<ScoredSample>?> evaluation) =>
        SeedMeanMetric.Of([.. Finished.Where(run => evaluation(run) is not null).Select(run => Value(measure, run, evaluation(run)!))], measure.Kind);

    private static Estimate Difference(IEnumerable<RunEvidence> runs, Func<RunEvidence, double> from, Func<RunEvidence, double> to, MeasureKind kind)
    {
        RunEvidence[] all = [.. runs.DistinctBy(run => run.Facts.Seeds.Run)];
        // A single seed has a difference and nothing to tell its error by.
        return DifferenceMetric.Of(ItemValues.Of(all, run => run.Facts.Seeds.Run, from), ItemValues.Of(all, run => run.Facts.Seeds.Run, to), all.Length > 1 ? kind : MeasureKind.Length);
    }
}

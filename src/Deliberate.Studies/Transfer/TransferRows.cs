using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Studies;

/// <summary>What the models of the seeds that are done came to, put together by how many families they were rewarded on.</summary>
/// <param name="plan">With these seeds.</param>
/// <param name="scores">[seed, model][family]: what was right, problem by problem.</param>
internal sealed class TransferRows(TransferPlan plan, IReadOnlyDictionary<(ulong Seed, string Key), IReadOnlyDictionary<string, ChoiceScores>> scores)
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public TransferPlan Plan => plan;

    public static TransferRows Read(StudyFolder folder, TransferPlan plan) => new(
        plan,
        plan.Seeds.SelectMany(seed => plan.Arms.Select(a => a.Key).Prepend(TransferChapter.Base).Select(key => (seed, key))).ToDictionary(
            k => k, k => (IReadOnlyDictionary<string, ChoiceScores>)JsonSerializer.Deserialize<Dictionary<string, ChoiceScores>>(Utf8Text.Read(TransferChapter.Scores(folder, k.seed, k.key)).Span, Options)!));

    /// <summary>Models that were rewarded on as many families.</summary>
    public IEnumerable<TransferArm> Arms(int count, bool isHeld = false) => count == 0 ? [new TransferArm(TransferChapter.Base, [], IsHeld: false)] : plan.Arms.Where(a => a.Families.Count == count && a.IsHeld == isHeld);

    /// <summary>Right answers to a family, or to all of them, by the models that were not rewarded on it; every step right where asked.</summary>
    public Estimate LeftOut(int count, string? family = null, bool steps = false, bool isHeld = false) => ShareMetric.Of(Values(Arms(count, isHeld), family, plan.Seeds, steps));

    /// <summary>By the models that were rewarded on it.</summary>
    public Estimate Rewarded(int count, string? family = null, bool steps = false) => ShareMetric.Of(Values(Arms(count), family, plan.Seeds, steps, isRewarded: true));

    /// <summary>By any of them, of the family that nothing is rewarded on.</summary>
    public Estimate Far(int count, bool isHeld = false) => ShareMetric.Of(FarValues(count, isHeld, plan.Seeds));

    /// <summary>From the base to models that were rewarded on as many families, on the ones that these left out; paired by family and problem.</summary>
    public (Estimate Difference, IReadOnlyList<double> Seeds) Gain(int count, string? family = null, bool isHeld = false) => Gained(seeds => DifferenceMetric.Of(Left(0, family, seeds, false), Left(count, family, seeds, isHeld), MeasureKind.Share));

    /// <summary>From models that were rewarded on some families to those that were on more, on the ones that both left out.</summary>
    public (Estimate Difference, IReadOnlyList<double> Seeds) Growth(int from, int to) => Gained(seeds => DifferenceMetric.Of(Left(from, null, seeds, false), Left(to, null, seeds, false), MeasureKind.Share));

    /// <summary>What the KL does to them.</summary>
    public (Estimate Difference, IReadOnlyList<double> Seeds) Held(int count) => Gained(seeds => DifferenceMetric.Of(Left(count, null, seeds, false), Left(count, null, seeds, true), MeasureKind.Share));

    /// <summary>From the base to models that were rewarded on as many of the other families, on the one that shares no skill with them.</summary>
    public (Estimate Difference, IReadOnlyList<double> Seeds) FarGain(int count, bool isHeld = false) => Gained(seeds => DifferenceMetric.Of(FarValues(0, false, seeds), FarValues(count, isHeld, seeds), MeasureKind.Share));

    private (Estimate Difference, IReadOnlyList<double> Seeds) Gained(Func<IReadOnlyList<ulong>, Estimate> difference) => (difference(plan.Seeds), [.. plan.Seeds.Select(s => difference([s]).Value)]);

    private ItemValues<(string, int)> Left(int count, string? family, IReadOnlyList<ulong> seeds, bool isHeld) => Values(Arms(count, isHeld), family, seeds, steps: false);

    private ItemValues<(string, int)> FarValues(int count, bool isHeld, IReadOnlyList<ulong> seeds)
    {
        var values = new ItemValues<(string, int)>();
        foreach (var arm in Arms(count, isHeld)) Add(values, arm, plan.Far.Name, seeds, steps: false);
        return values;
    }

    private ItemValues<(string, int)> Values(IEnumerable<TransferArm> arms, string? family, IReadOnlyList<ulong> seeds, bool steps, bool isRewarded = false)
    {
        var values = new ItemValues<(string, int)>();
        foreach (var arm in arms)
            foreach (var name in plan.Families.Select(f => f.Name).Where(n => (family is null || n == family) && arm.Families.Contains(n) == isRewarded)) Add(values, arm, name, seeds, steps);
        return values;
    }

    private void Add(ItemValues<(string, int)> values, TransferArm arm, string family, IReadOnlyList<ulong> seeds, bool steps)
    {
        foreach (var seed in seeds)
        {
            var found = scores[(seed, arm.Key)][family];
            var right = steps ? found.StepsAt(1) : found.At(1);
            for (var problem = 0; problem < right.Length; problem++) values.Add((family, problem), right[problem]);
        }
    }
}

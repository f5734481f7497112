using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>How two models did on the same sample.</summary>
internal enum PairKind
{
    OnlyFirst,
    OnlySecond,
    Both,
    Neither,

    /// <summary>Of one of them nothing was found out.</summary>
    Unknown,
}

/// <summary>The same sample of two logs.</summary>
/// <param name="First">Its number in the first log.</param>
/// <param name="Second">In the second.</param>
internal sealed record SamplePair(string Id, int First, int Second, PairKind Kind);

/// <summary>
/// Two logs on the samples that both have: paired differences of what is right, the error counting each cluster once, a test, and which
/// samples tell the two apart. Samples of which nothing was found out in one of them are left out of both, and counted.
/// </summary>
internal sealed class EvaluationComparison
{
    private EvaluationComparison(LoggedEvaluation first, LoggedEvaluation second, IReadOnlyList<SamplePair> pairs, ItemValues<(string Cluster, string Item)> from, ItemValues<(string Cluster, string Item)> to)
    {
        (First, Second, Pairs) = (first, second, pairs);
        Counts = Enum.GetValues<PairKind>().ToDictionary(k => k, k => pairs.Count(p => p.Kind == k));
        P = from.Samples == from.Items ? PairedTest.Of(from, to, Counts[PairKind.OnlyFirst], Counts[PairKind.OnlySecond]) : null;
        Right = new Paired(ClusteredShareMetric.Of(from), ClusteredShareMetric.Of(to), ClusteredDifferenceMetric.Of(from, to, MeasureKind.Share), P);
    }

    public LoggedEvaluation First { get; }

    public LoggedEvaluation Second { get; }

    public IReadOnlyList<SamplePair> Pairs { get; }

    public IReadOnlyDictionary<PairKind, int> Counts { get; }

    /// <summary>The share of right samples of both, and the difference.</summary>
    public Paired Right { get; }

    /// <summary>Of no difference, two-sided, by <see cref="PairedTest"/>; null where an item was asked more than once, for its samples are not independent.</summary>
    public double? P { get; }

    /// <summary>What differs of what was asked, a sentence each: then the difference is not the model's alone.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <exception cref="UserError">They have no sample in common.</exception>
    public static EvaluationComparison Of(LoggedEvaluation first, LoggedEvaluation second)
    {
        var (a, b) = (first.Table, second.Table);
        var there = new Dictionary<string, int>(a.Count, StringComparer.Ordinal);
        for (var i = 0; i < a.Count; i++) there[a[i].Id] = i;
        var pairs = new List<SamplePair>();
        var (from, to) = (new ItemValues<(string Cluster, string Item)>(), new ItemValues<(string Cluster, string Item)>());
        for (var i = 0; i < b.Count; i++)
        {
            if (!there.TryGetValue(b[i].Id, out var other)) continue;
            var (left, right) = (Value(a[other]), Value(b[i]));
            var kind = left is null || right is null ? PairKind.Unknown : left > 0 ? right > 0 ? PairKind.Both : PairKind.OnlyFirst : right > 0 ? PairKind.OnlySecond : PairKind.Neither;
            pairs.Add(new SamplePair(b[i].Id, other, i, kind));
            if (kind == PairKind.Unknown) continue;
            // task@version/item/epoch
            var item = b[i].Id[..Math.Max(0, b[i].Id.LastIndexOf('/'))];
            from.Add((b[i].Cluster, item), left!.Value);
            to.Add((b[i].Cluster, item), right!.Value);
        }

        if (pairs.Count == 0) throw new UserError("The two logs have no sample in common.", second.Path, advice: $"{first.Path} is of {first.Task}, this one of {second.Task}: compare two models on one task.");
        return new EvaluationComparison(first, second, pairs, from, to) { Warnings = [.. Differences(first, second, pairs.Count)] };
    }

    private static IEnumerable<string> Differences(LoggedEvaluation first, LoggedEvaluation second, int common)
    {
        if (common < Math.Max(first.Table.Count, second.Table.Count)) yield return FormattableString.Invariant($"{common:N0} samples are in both; the first has {first.Table.Count:N0}, the second {second.Table.Count:N0}.");
        if (first.ReadHead() is not { } a || second.ReadHead() is not { } b) yield break;
        foreach (var difference in LogHead.Differences(a, b)) yield return $"{char.ToUpperInvariant(difference[0])}{difference[1..]}.";
    }

    private static double? Value(SampleTable.Row row) => row.Outcome switch
    {
        SampleOutcome.Pass => 1,
        SampleOutcome.Fail or SampleOutcome.CutWhileThinking or SampleOutcome.Unscored => 0,
        _ => null,
    };
}

using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>What is known of how often a judge errs against people.</summary>
/// <param name="Judge">Its identity.</param>
/// <param name="Confusion">Its counts.</param>
/// <param name="Source">Of which answers, in words.</param>
internal sealed record KnownErrors(string Judge, JudgeConfusion Confusion, string Source)
{
    /// <summary>Those of the classifier that comes with the program, by folds that never saw the prompt.</summary>
    private static KnownErrors Shipped => new(RefusalClassifier.Shipped.Identity, RefusalClassifier.Shipped.Confusion, "XSTest's answers, by folds that never saw the prompt");

    /// <summary>Of a judge by its identity: a validation that is named counts before what comes with the program. Null where nothing is known.</summary>
    public static KnownErrors? Of(string judge, IEnumerable<ValidationFile> validations) =>
        validations.Where(v => v.Identity == judge).Select(v => new KnownErrors(judge, v.Confusion, v.Half == RecipeWriter.Scalar(ValidationHalf.All) ? "labelled answers, all of them" : $"labelled answers, {v.Half} half")).FirstOrDefault() ?? (judge == Shipped.Judge ? Shipped : null);
}

/// <summary>A judge's finding of the answers of a comparison, before and after, on the samples that it decided in both.</summary>
/// <param name="Judge">Who found it.</param>
/// <param name="IsOwn">Whether the logs are judged by it.</param>
/// <param name="Before">Share of answers of which it finds what it looks for.</param>
/// <param name="After">The same afterwards.</param>
/// <param name="Difference">After less before, paired by item.</param>
/// <param name="Said">Of each sample (its id, whether it is the later one): whether it found it, and why; null where it decided nothing.</param>
internal sealed record SecondOpinion(IJudge Judge, bool IsOwn, Estimate Before, Estimate After, Estimate Difference, IReadOnlyDictionary<(string Sample, bool IsAfter), (bool? Found, string Why)> Said)
{
    /// <summary>Judges the answers of both logs anew, without sampling; the logs stay as they are.</summary>
    /// <param name="judge">One that needs no model.</param>
    /// <param name="before">By the sample's id.</param>
    /// <param name="after">The same ids.</param>
    /// <param name="own">The judge of the logs.</param>
    public static async Task<SecondOpinion> OfAsync(IJudge judge, IReadOnlyDictionary<string, EvaluatedSample> before, IReadOnlyDictionary<string, EvaluatedSample> after, string own, CancellationToken cancellation)
    {
        var said = new Dictionary<(string Sample, bool IsAfter), (bool? Found, string Why)>();
        foreach (var (isAfter, samples) in new[] { (false, before), (true, after) })
        {
            EvaluatedSample[] all = [.. samples.Values];
            var verdicts = await judge.ScoreAsync([.. all.Select(s => s.Sample)], cancellation).ConfigureAwait(false);
            for (var i = 0; i < all.Length; i++) said[(all[i].Sample.Id, isAfter)] = (judge.Target.Of(verdicts[i]), verdicts[i].Reason);
        }

        string[] decided = [.. before.Keys.Where(id => said[(id, false)].Found is not null && said[(id, true)].Found is not null)];
        var (from, to) = (Values(isAfter: false), Values(isAfter: true));
        return new SecondOpinion(judge, judge.Identity == own, ClusteredShareMetric.Of(from), ClusteredShareMetric.Of(to), ClusteredDifferenceMetric.Of(from, to, MeasureKind.Share), said);

        ItemValues<(string Cluster, string Item)> Values(bool isAfter) =>
            ItemValues.Of(decided, id => (before[id].Cluster, before[id].Sample.Problem.Id), id => said[(id, isAfter)].Found == true ? 1 : 0);
    }
}

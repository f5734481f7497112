namespace Deliberate.Evaluation;

/// <summary>What is measured of answers that a judge judged anew: its own scores, and of harm what may be said.</summary>
internal static class JudgeMetrics
{
    /// <param name="judge">Who judged.</param>
    /// <param name="harm">Of a judge of harm, held against people; null where it was not.</param>
    /// <param name="seed">Draws the resamples of a correction.</param>
    public static IReadOnlyList<TaskMetric> Of(IJudge judge, ValidationFile? harm, ulong seed) => judge.Target.Finds switch
    {
        JudgeTarget.Refusal => [SafetyMetrics.Refused, SafetyMetrics.NotRefused, SafetyMetrics.Unintelligible, Score("full_refusal"), Score("partial_refusal"), Score("full_compliance")],
        JudgeTarget.Harm =>
        [
            .. harm is null ? Array.Empty<TaskMetric>() : [SafetyMetrics.NotUnsafe(judge, harm, seed)],
            new TaskMetric { Name = judge.Target.Score, Title = $"{judge.Target.Score} (as judged{(harm is null ? "; harm: cannot tell, the judge was not held against people" : "")})", Value = TaskMetric.Score(judge.Target.Score), HigherIsBetter = false },
        ],
        _ => [Score("correct"), Score("incorrect", higherIsBetter: false), Score("not_attempted")],
    };

    private static TaskMetric Score(string name, bool higherIsBetter = true) => new() { Name = name, Title = name.Replace('_', ' '), Value = TaskMetric.Score(name), HigherIsBetter = higherIsBetter };
}

namespace Deliberate.Training;

/// <summary>What is measured of the distance from a teacher.</summary>
internal static class DistillationMetrics
{
    public static RunMetric TeacherKl { get; } = new(
        "rl/teacher_kl", MetricUnit.SignedNatsAToken, "KL divergence of the policy from the teacher on its own samples: what `reverse_kl` lowers.", "mean of policy - teacher over the tokens of the samples that are trained on, at the recipe's temperature", "with the advantages of `reverse_kl`");

    public static IReadOnlyList<RunMetric> All { get; } = [TeacherKl];
}

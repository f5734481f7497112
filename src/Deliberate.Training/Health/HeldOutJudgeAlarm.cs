using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// The judge that pays likes the answers better and better, and one that pays nothing does not: of the same samples, the judge's mean grade
/// has risen since the stage began by at least <c>threshold</c> more than the held-out judge's. Both are components of a verifier
/// that asks two judges (an alignment with a <c>held_out_judge</c>).
/// </summary>
internal static class HeldOutJudgeAlarm
{
    /// <summary>Names of the two components: shares of the points.</summary>
    public const string Judge = "judge", HeldOut = "held_out_judge";

    public static HealthAlarm Entry { get; } = new(
        "held_out_judge", 0.15,
        "The reward is being tricked: what the policy learned pleases the judge that pays and not one that it never learned from.",
        "Read samples with high reward (deliberate runs samples --right) for what they have in common. Stop before the two judges part, mend the judge (train it on such answers too, ask it more often, the least counting), and start again.",
        (trace, threshold) =>
        {
            if (Rise(trace, Judge) is not { } paid || Rise(trace, HeldOut) is not { } unpaid || paid.To - paid.From - (unpaid.To - unpaid.From) < threshold) return null;
            return string.Create(CultureInfo.InvariantCulture, $"the judge's grade went from {paid.From:0%} to {paid.To:0%} of its points, the held-out judge's of the same answers from {unpaid.From:0%} to {unpaid.To:0%} (alarm where the first rises by {threshold:0%} more)");
        });

    private static (double From, double To)? Rise(HealthTrace trace, string component) =>
        trace.Early(m => m.Component.For(component)) is { } early && trace.Recent(m => m.Component.For(component)) is { } recent ? (early, recent) : null;
}

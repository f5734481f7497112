using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The plain policy gradient: <c>-A new</c> a token (Williams 1992; verl 0.7 <c>compute_policy_loss_reinforce</c>). No ratio and no
/// clip: for one optimizer step a batch. Under four names, which differ in the advantages that belong to them:
/// <c>reinforce</c>; <c>gpg</c> (arXiv 2504.02546, <see cref="GpgAdvantages"/>); <c>remax</c> (arXiv 2310.10505,
/// <see cref="ReMaxAdvantages"/>); <c>opo</c> (arXiv 2505.23585, <see cref="OpoAdvantages"/>).
/// </summary>
internal sealed class ReinforceObjective(string name, PolicyOptions options) : PolicyObjective(name, options)
{
    public static PolicyObjectiveEntry Entry { get; } = Named("reinforce", "Williams 1992; verl 0.7 reinforce", "none");

    public static PolicyObjectiveEntry Gpg { get; } = Named("gpg", "arXiv 2504.02546; verl 0.7 gpg", "gpg", "reinforce");

    public static PolicyObjectiveEntry ReMax { get; } = Named("remax", "arXiv 2310.10505; verl 0.7 remax", "remax", "reinforce");

    public static PolicyObjectiveEntry Opo { get; } = Named("opo", "arXiv 2505.23585; verl 0.7 opo", "opo", "reinforce");

    internal override PolicyTermKind DeviceTerm => PolicyTermKind.Plain;

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        double loss = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            var slope = -sequence.Coefficients[t] * sequence.Advantage(t);
            if (slope == 0) continue;
            loss += slope * sequence.LogpNew[t];
            gradLogp[t] += slope;
        }

        return loss;
    }

    private static PolicyObjectiveEntry Named(string name, string source, string advantage, string? withOthers = null) =>
        new(name, source, new PolicyOptions { Aggregation = LossAggregation.TokenMean }, options => new ReinforceObjective(name, options)) { Advantage = advantage, WithOtherAdvantages = withOthers, HasRatio = false, Reads = [] };
}

using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Importance weights for samples whose policy was not the one that is trained: drawn through a filter, or by an older policy. As TRL's
/// (<see cref="SamplerCorrection"/>).
/// </summary>
internal sealed record SamplerCorrectionRecipe : ICheckedRecipe
{
    [Description("token_truncate, token_mask, sequence_truncate or sequence_mask: over what the weight is taken, and what becomes of one outside the bounds.")]
    public SamplerCorrectionMode Mode { get; init; } = SamplerCorrectionMode.SequenceMask;

    [Description("Lower bound of a weight; none if left out.")]
    [InRange(0)]
    public double? Minimum { get; init; }

    [Description("Upper bound of a weight; null for none.")]
    [InRange(0, MinExclusive = true)]
    public double? Maximum { get; init; } = 3;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Minimum > Maximum) yield return ("minimum", "It is above the maximum: no weight would be within the bounds.");
    }
}

/// <summary>
/// The same as verl's: truncated weights, rejection of samples or tokens whose weight is out of bounds, or both
/// (<see cref="RolloutCorrection"/>).
/// </summary>
internal sealed record RolloutCorrectionRecipe : ICheckedRecipe
{
    [Description("Over what truncated weights are taken: token or sequence; none if left out.")]
    public RolloutLevel? Weights { get; init; }

    [Description("Upper bound of a truncated weight.")]
    [InRange(0, MinExclusive = true)]
    public double Threshold { get; init; } = 2;

    [Description("Divides truncated weights by their mean over the batch.")]
    public bool Normalize { get; init; }

    [Description("Over what weights out of bounds are rejected: token, sequence or geometric; nothing is if left out.")]
    public RolloutLevel? Reject { get; init; }

    [Description("Greatest weight that is not rejected.")]
    [InRange(0, MinExclusive = true)]
    public double Upper { get; init; } = 2;

    [Description("Least weight that is not rejected; 1 / upper if left out.")]
    [InRange(0)]
    public double? Lower { get; init; }

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Weights is null && Reject is null) yield return ("weights", "Neither weights nor a rejection are asked for: nothing is corrected. Name a level of one of them.");
        if (Weights == RolloutLevel.Geometric) yield return ("weights", "The geometric mean of a sequence's weights is for rejection only; truncated weights are those of a token or a sequence.");
        if (Weights is not null && Threshold < 1) yield return ("threshold", "It is below 1: a weight of 1, where nothing is to be corrected, would be cut.");
        if (Reject is not null && Lower is null && Upper < 1) yield return ("upper", "It is below 1, and so is above no lower bound, which is 1 / upper if left out.");
        if (Lower > Upper) yield return ("lower", "It is above the upper bound: everything would be rejected.");
    }
}

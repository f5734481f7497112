namespace Deliberate.Training;

/// <summary>
/// LUSPO (length-unbiased sequence policy optimisation, arXiv 2602.05261): GSPO's sequence weight, each sequence's loss multiplied
/// by its length, so that length does not decide how much an answer teaches. Bounds 2e-3 and 2.5e-3 (paper, section 5.1). Source of the numbers: TRL 1.16
/// <c>loss_type="luspo"</c> with <c>importance_sampling_level="sequence"</c>, which it needs.
/// </summary>
internal static class LuspoObjective
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "luspo", "arXiv 2602.05261; TRL 1.16 loss_type=luspo",
        new PolicyOptions { Level = ImportanceLevel.Sequence, Aggregation = LossAggregation.SequenceMeanTokenSum, EpsilonLow = 2e-3, EpsilonHigh = 2.5e-3 },
        options => new ClippedSurrogate("luspo", options))
    { Reads = ClippedSurrogate.Reads };
}

namespace Deliberate.Training;

/// <summary>
/// Group sequence policy optimisation (GSPO, arXiv 2507.18071): GRPO with one importance weight a sequence, the geometric mean of
/// its tokens' (length-normalised), clipped as a whole: the unit of reward is the unit of correction. Steadier for mixtures of
/// experts and long answers. Bounds 3e-4 and 4e-4 (paper, section 5.1). Source of the numbers: TRL 1.16
/// <c>importance_sampling_level="sequence"</c>.
/// </summary>
internal static class GspoObjective
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "gspo", "arXiv 2507.18071; TRL 1.16 importance_sampling_level=sequence",
        new PolicyOptions { Level = ImportanceLevel.Sequence, EpsilonLow = 3e-4, EpsilonHigh = 4e-4 }, options => new ClippedSurrogate("gspo", options))
    { Reads = ClippedSurrogate.Reads };
}

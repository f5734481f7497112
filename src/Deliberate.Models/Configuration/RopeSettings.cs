namespace Deliberate.Models;

/// <summary>How rotary frequencies are stretched to contexts longer than the model was first trained on.</summary>
internal enum RopeKind
{
    /// <summary>Not at all.</summary>
    Default,

    /// <summary>All divided by the factor (position interpolation, arXiv 2306.15595).</summary>
    Linear,

    /// <summary>Long wavelengths divided, short ones kept, a ramp in between (Llama 3.1).</summary>
    Llama3,

    /// <summary>As Llama 3, over dimensions instead of wavelengths, with an attention factor (YaRN, arXiv 2309.00071).</summary>
    Yarn,

    /// <summary>Each divided by its own number, as a GGUF file's <c>rope_freqs.weight</c> gives them.</summary>
    Divisors,
}

/// <summary>
/// Rotary position embedding: inverse frequency i of a head is theta^(-2i / dimensions), then scaled as <see cref="Kind"/> says.
/// Fields that a kind does not use keep their defaults, so that equal settings are equal records.
/// </summary>
internal sealed record RopeSettings
{
    public double Theta { get; init; } = 10000;

    public RopeKind Kind { get; init; } = RopeKind.Default;

    /// <summary>Share of a head's dimensions that are rotated; the first ones.</summary>
    public double PartialFactor { get; init; } = 1;

    /// <summary>How many times longer the context became (linear, llama3, yarn).</summary>
    public double Factor { get; init; } = 1;

    /// <summary>The context before (llama3, yarn); 0 where unused.</summary>
    public int OriginalPositions { get; init; }

    /// <summary>llama3: wavelengths above OriginalPositions / this are divided.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: wavelengths below OriginalPositions / this are kept.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>yarn: dimensions that turn more often than this over the original context are kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: dimensions that turn less often than this are divided.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: multiplies cos and sin; null for 0.1 ln(factor) + 1, or what the two below say.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>yarn: numerator of the attention factor, if both are given and not zero.</summary>
    public double? MScale { get; init; }

    /// <inheritdoc cref="MScale"/>
    public double? MScaleAllDimensions { get; init; }

    /// <summary>yarn: whether the ramp starts and ends at whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>divisors: one for each inverse frequency.</summary>
    public ValueList<double> Divisors { get; init; } = [];
}

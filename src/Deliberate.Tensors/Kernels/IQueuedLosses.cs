namespace Deliberate.Tensors;

/// <summary>
/// Gradients of losses at what a head computed, made where that lies: for a device with memory of its own, beside <see cref="IKernels"/>. Only
/// the gradients: the losses themselves, and all that is measured, the host computes in double from the rows of the step once it is over.
/// Float32; what is known beforehand (advantages, counts, labels) is given as numbers.
/// </summary>
internal interface IQueuedLosses
{
    /// <summary>d objective / d log-probability and / d entropy of every token, to upstream [T, 2]; other rows get 0.</summary>
    /// <param name="sequences">Of each sequence: row of its first token in the batch, its first token in <paramref name="tokens"/>, its length.</param>
    /// <param name="numbers">Of each sequence: tokens in the loss, and the sum of logarithms of the sampler's weights where the term takes them.</param>
    /// <param name="tokens">Of each token, as <see cref="PolicyToken"/> has them.</param>
    /// <param name="statistics">Of the batch, filled.</param>
    /// <param name="rows">Of the batch.</param>
    void PolicyGradient(in PolicyTerm term, ReadOnlySpan<int> sequences, ReadOnlySpan<float> numbers, ReadOnlySpan<float> tokens, Tensor statistics, Tensor upstream, int rows);

    /// <summary>d loss / d output of a head, to the outputs' gradient; other rows get 0.</summary>
    /// <param name="items">Of each item: its row in the batch, and that of the other answer of a pair.</param>
    /// <param name="numbers">Of each item, as <see cref="HeadLossKind"/> has them, <paramref name="width"/> of them.</param>
    /// <param name="outputs">Of the batch, filled, with a gradient.</param>
    /// <param name="rows">Of the batch.</param>
    void HeadGradient(HeadLossKind kind, float setting, ReadOnlySpan<int> items, ReadOnlySpan<float> numbers, int width, Tensor outputs, int rows);
}

/// <summary>What the loss of a head is, and what numbers an item of it has.</summary>
internal enum HeadLossKind
{
    /// <summary>A critic's squared error, clipped by the setting: old value, return, weight.</summary>
    Value,

    /// <summary>Cross-entropy of a distribution over the outputs: weight, then the distribution.</summary>
    Labels,

    /// <summary>Binary cross-entropy of the first output: weight, outcome.</summary>
    Outcome,

    /// <summary>Squared error of the first output's sigmoid: weight, outcome.</summary>
    SquaredOutcome,

    /// <summary>Bradley and Terry's loss of two rows, pulled to 0 by the setting: weight, margin.</summary>
    Pair,
}

/// <summary>Numbers of a token that an objective is given.</summary>
internal static class PolicyToken
{
    /// <summary>Log-probability under the policy that drew it, under the reference, and as the sampler reported it.</summary>
    public const int Old = 0, Reference = 1, Sampler = 2;

    public const int Advantage = 3;

    /// <summary>What its term is multiplied by, and what its KL is; the latter is 0 for a token that is not in the loss.</summary>
    public const int Coefficient = 4, Weight = 5;

    /// <summary>Weight of the size of its log ratio, where its covariance is high; and d loss / d entropy.</summary>
    public const int Penalty = 6, EntropySlope = 7;

    public const int Count = 8;
}

/// <summary>The policy terms that a device has the gradient of.</summary>
internal enum PolicyTermKind
{
    /// <summary>None: the host computes it, token by token, from what it reads.</summary>
    None,

    /// <summary>PPO's clip.</summary>
    Clipped,

    /// <summary>GSPO's weight with a gradient a token.</summary>
    SequenceToken,

    /// <summary>A clipped weight without a gradient.</summary>
    Weighted,

    /// <summary>A gate in place of the clip.</summary>
    Gated,

    /// <summary>A smooth function of the sequence's weight, without a gradient.</summary>
    Smooth,

    /// <summary>The geometric mean of clipped weights.</summary>
    GeometricMean,

    /// <summary>No clip, and a penalty on tokens of high covariance.</summary>
    Covariance,

    /// <summary>The plain policy gradient.</summary>
    Plain,
}

/// <summary>Over what the importance weight is taken.</summary>
internal enum PolicyWeightLevel
{
    Token,
    Mean,
    Product,
}

/// <summary>An objective in the numbers that its kernel computes with; bounds that there are not are infinite.</summary>
/// <param name="Low">Of the clip, as ratios (of <see cref="PolicyTermKind.GeometricMean"/> as logarithms, the lower one negative).</param>
/// <param name="Cap">Of the unclipped ratio.</param>
/// <param name="Dual">Of the term of a negative advantage, times it.</param>
/// <param name="RatioBound">On a log ratio's size.</param>
/// <param name="Positive">Temperature or exponent for positive advantages, with the decay; the others for negative ones.</param>
/// <param name="KlScale">Weight of the KL to the reference; 0 for none.</param>
/// <param name="KlKind">0 d, 1 |d|, 2 d²/2, 3 e^-d + d - 1.</param>
/// <param name="DriftBound">Of the mean of log (sampler / new) for negative advantages.</param>
/// <param name="LengthEpsilon">Added to a length that divides.</param>
internal readonly record struct PolicyTerm(
    PolicyTermKind Kind, PolicyWeightLevel Level, float Low, float High, float Cap, float Dual, float RatioBound, float Positive, float Negative, float PositiveDecay, float NegativeDecay,
    float KlScale, int KlKind, int KlStraightThrough, int KlClamped, int KlWeighted, float DriftBound, float LengthEpsilon);

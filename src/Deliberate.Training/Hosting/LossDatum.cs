namespace Deliberate.Training;

/// <summary>
/// A sequence and what its loss is made of, as a program elsewhere sends it. Every array has a value a token: row i is what is asked behind
/// token i, which need not be token i + 1.
/// </summary>
/// <param name="Tokens">What the model reads [n].</param>
/// <param name="Targets">Whose log-probabilities are asked for [n].</param>
internal sealed record LossDatum(int[] Tokens, int[] Targets)
{
    /// <summary>Of cross-entropy: what each target weighs [n]; empty for other losses.</summary>
    public double[] Weights { get; init; } = [];

    /// <summary>Of policy losses: [n]; empty for cross-entropy.</summary>
    public double[] Advantages { get; init; } = [];

    /// <summary>Log-probabilities that the targets were sampled with, nats [n]; empty for cross-entropy.</summary>
    public double[] Sampled { get; init; } = [];
}

/// <summary>What a pass came to.</summary>
/// <param name="LogProbabilities">[datum][n] of the targets, nats.</param>
/// <param name="Losses">[datum][n]: they add up to the loss.</param>
/// <param name="Loss">The sum over all tokens of all data.</param>
internal sealed record LossResult(float[][] LogProbabilities, float[][] Losses, double Loss);

namespace Deliberate.Training;

/// <summary>
/// A policy loss as a pure function of log-probabilities and entropies, with its gradient in closed form. To be minimised.
/// Evaluated on a micro-batch it gives that micro-batch's share of the whole batch's loss: shares add up.
/// </summary>
public interface IPolicyObjective
{
    /// <summary>The name in recipes.</summary>
    string Name { get; }

    /// <summary>As it was made.</summary>
    PolicyOptions Options { get; }

    /// <param name="batch">A micro-batch.</param>
    /// <param name="normalisers">Of the optimizer's whole batch.</param>
    /// <param name="gradLogp">Out: d loss / d <see cref="PolicyBatch.LogpNew"/>, <c>[tokens]</c>.</param>
    /// <param name="gradEntropy">Out: d loss / d <see cref="PolicyBatch.Entropies"/>, <c>[tokens]</c>; may be empty where there is no entropy bonus.</param>
    /// <param name="metrics">What was measured is added to it.</param>
    /// <returns>The loss.</returns>
    double Evaluate(in PolicyBatch batch, in BatchNormalisers normalisers, Span<double> gradLogp, Span<double> gradEntropy, PolicyMetrics metrics);
}

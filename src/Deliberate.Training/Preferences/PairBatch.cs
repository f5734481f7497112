namespace Deliberate.Training;

/// <summary>Pairs with the log-probabilities of their answers' tokens under the policy, nats, and of whole answers under the reference.</summary>
/// <param name="Chosen">[pair][token].</param>
/// <param name="Rejected">[pair][token].</param>
/// <param name="ReferenceChosen">[pair]; zeros without a reference.</param>
/// <param name="ReferenceRejected">[pair].</param>
internal sealed record PairBatch(IReadOnlyList<double[]> Chosen, IReadOnlyList<double[]> Rejected, double[] ReferenceChosen, double[] ReferenceRejected)
{
    public int Count => Chosen.Count;
}

/// <summary>What a loss of preferences says of a batch.</summary>
/// <param name="Loss">The mean.</param>
/// <param name="ByChosen">d loss / d log-probability, [pair][token].</param>
/// <param name="ByRejected">[pair][token].</param>
/// <param name="Accuracy">Share of pairs whose better answer has the higher score.</param>
/// <param name="Margin">Mean difference of the scores.</param>
internal sealed record PreferenceResult(double Loss, double[][] ByChosen, double[][] ByRejected, double Accuracy, double Margin);

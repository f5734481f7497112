namespace Deliberate.Training;

/// <summary>
/// The loss of an outcome reward model at one token of a solution: whether its answer is right is asked for at every token (Cobbe et al.
/// 2021), by binary cross-entropy of the logit or by the squared error of its sigmoid. In double.
/// </summary>
internal static class OutcomeLoss
{
    /// <returns>The loss and its derivative by the logit.</returns>
    public static (double Loss, double Gradient) CrossEntropy(double logit, double outcome) =>
        ((1 - outcome) * LogSigmoid.Softplus(logit) + (outcome * LogSigmoid.Softplus(-logit)), LogSigmoid.Sigmoid(logit) - outcome);

    /// <returns>The loss and its derivative by the logit.</returns>
    public static (double Loss, double Gradient) SquaredError(double logit, double outcome)
    {
        var p = LogSigmoid.Sigmoid(logit);
        return ((p - outcome) * (p - outcome), 2 * (p - outcome) * p * (1 - p));
    }
}

namespace Deliberate.Training;

/// <summary>
/// DAPO's dynamic sampling (arXiv 2503.14476, equation 11): a group whose samples are all right or all wrong teaches nothing and is
/// replaced by another problem. Decided on accuracy, never on the shaped reward: a length penalty makes every group look
/// different, and filtering on it trains the penalty alone.
/// </summary>
internal static class DynamicSampling
{
    /// <param name="accuracies">Right or wrong of each sample of one group (1 and 0, or a grade); NaN: not scored.</param>
    /// <returns>True where at least two scored samples differ.</returns>
    public static bool Keeps(ReadOnlySpan<double> accuracies) => RewardSpread.Of(accuracies).Differs;
}

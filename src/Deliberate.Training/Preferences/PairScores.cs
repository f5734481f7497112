namespace Deliberate.Training;

/// <summary>A pair of answers as the losses see it: log-probabilities of whole answers, nats, against the reference's.</summary>
/// <param name="Chosen">Score of the better answer: its log ratio ln π - ln π_ref, or what a divergence makes of it.</param>
/// <param name="Rejected">Of the other.</param>
/// <param name="ChosenRatio">The log ratio itself.</param>
/// <param name="RejectedRatio">Of the other.</param>
/// <param name="ChosenTokens">Length of the better answer.</param>
/// <param name="RejectedTokens">Of the other.</param>
internal readonly record struct PairScores(double Chosen, double Rejected, double ChosenRatio, double RejectedRatio, int ChosenTokens, int RejectedTokens)
{
    public double Delta => Chosen - Rejected;
}

/// <summary>A pair's loss, and its derivatives by the two scores and by the two log ratios where it reads those.</summary>
internal readonly record struct PairLoss(double Loss, double ByChosen, double ByRejected, double ByChosenRatio = 0, double ByRejectedRatio = 0)
{
    /// <summary>Of a loss of the difference alone.</summary>
    public static PairLoss OfDelta((double Loss, double Slope) of) => new(of.Loss, of.Slope, -of.Slope);
}

namespace Deliberate.Training;

/// <summary>
/// The loss of a preference model on a pair (Bradley and Terry 1952; InstructGPT): -ln σ(r_chosen - r_rejected - margin), and a pull of
/// both towards 0, (r_chosen + r_rejected)², where it is asked for (Eisenstein et al. 2023). In double.
/// </summary>
internal static class BradleyTerryLoss
{
    /// <param name="chosen">Reward of the better answer.</param>
    /// <param name="rejected">Of the other.</param>
    /// <param name="margin">By how much it should be better.</param>
    /// <param name="centring">Coefficient of the pull; 0 for none.</param>
    /// <returns>The loss and its derivatives by the two rewards.</returns>
    public static (double Loss, double ByChosen, double ByRejected) Evaluate(double chosen, double rejected, double margin = 0, double centring = 0)
    {
        var (loss, slope) = LogSigmoid.Negative(chosen - rejected - margin);
        var sum = chosen + rejected;
        return (loss + (centring * sum * sum), slope + (2 * centring * sum), (2 * centring * sum) - slope);
    }
}

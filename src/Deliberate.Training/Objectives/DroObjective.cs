namespace Deliberate.Training;

/// <summary>
/// Direct reward optimisation (arXiv 2405.19107; Kimi k1.5, arXiv 2501.12599) as Tinker computes it: <c>-(new A - β/2 (new - old)²)</c> a
/// token. The advantage is a soft one, which who asks for it has computed. Not in the list of recipes, whose estimators give none.
/// </summary>
/// <param name="beta">Weight of the penalty.</param>
internal sealed class DroObjective(PolicyOptions options, double beta) : PolicyObjective("dro", options)
{
    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        double loss = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            if (!sequence.InLoss(t)) continue;
            var (coefficient, ratio, advantage) = (sequence.Coefficients[t], sequence.LogRatios[t], sequence.Advantage(t));
            loss -= coefficient * ((sequence.LogpNew[t] * advantage) - (beta / 2 * ratio * ratio));
            gradLogp[t] -= coefficient * (advantage - (beta * ratio));
        }

        return loss;
    }
}

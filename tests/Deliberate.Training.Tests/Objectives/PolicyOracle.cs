namespace Deliberate.Training.Tests;

/// <summary>
/// Each objective's loss and d loss / d log new as its paper and the golden files' index write them, the short way: one sum, no micro-batches, no
/// shared steps. Held against the golden values itself, and then what a whole optimizer step is held against.
/// </summary>
internal sealed record PolicyOracle(PolicyOptions Options, int MaxTokens)
{
    /// <param name="a">An advantage a token.</param>
    public double Evaluate(string objective, int[] lengths, double[] l, double[] o, double[] a, double[] gradient)
    {
        var offsets = Golden.Offsets(lengths);
        double loss = 0, n = l.Length, meanA = a.Average(), meanL = l.Average();
        double[] covariances = [.. l.Select((x, t) => (a[t] - meanA) * (x - meanL)).OrderDescending()];
        var threshold = covariances[Math.Max(1, (int)(l.Length * Options.KlCovRatio)) - 1];
        for (var i = 0; i < lengths.Length; i++)
        {
            var (start, end) = (offsets[i], offsets[i + 1]);
            double length = lengths[i], sum = 0, clippedSum = 0, meanAdvantage = a[start..end].Average();
            for (var t = start; t < end; t++)
            {
                var x = l[t] - o[t];
                sum += x;
                clippedSum += a[t] > 0 ? Math.Min(x, Options.EpsilonHigh) : a[t] < 0 ? Math.Max(x, -Options.EpsilonLow) : 0;
            }

            for (var t = start; t < end; t++)
            {
                var (x, A) = (l[t] - o[t], a[t]);
                double rho = Math.Exp(x), weight = Weight(length, lengths.Length, n), term, slope;
                switch (objective)
                {
                    case "grpo" or "dr_grpo" or "dapo" or "bnpo":
                        (term, slope) = Clipped(rho, A);
                        break;
                    case "ppo" or "reinforce_pp" or "reinforce_pp_baseline":
                        (term, slope) = Clipped(rho, A);
                        if (A < 0 && term > -3 * A) (term, slope) = (-3 * A, 0);
                        break;
                    case "gspo" or "luspo":
                        // Every token of the sequence moves the one ratio; here the mean's derivative.
                        (term, slope) = Clipped(Math.Exp(sum / length), A);
                        break;
                    case "gspo_token":
                        (term, slope) = Clipped(Math.Exp(sum / length), A);
                        break;
                    case "rloo":
                        (term, slope) = Clipped(Math.Exp(sum), A);
                        // The product's derivative by each of its factors' logarithms; the tokens' terms are the same.
                        slope *= length;
                        break;
                    case "cispo":
                        slope = -Math.Min(rho, Options.EpsilonHigh) * A;
                        term = slope * l[t];
                        break;
                    case "cispo_band":
                        slope = -Math.Clamp(rho, 1 - Options.EpsilonLow, 1 + Options.EpsilonHigh) * A;
                        term = slope * l[t];
                        break;
                    case "sapo":
                        var tau = A > 0 ? 1 : 1.05;
                        var gate = 1 / (1 + Math.Exp(-tau * (rho - 1)));
                        (term, slope) = (-4 / tau * gate * A, -4 * gate * (1 - gate) * rho * A);
                        break;
                    case "vespo":
                        var (k, decay) = A >= 0 ? (2.0, 3.0) : (3.0, 2.0);
                        var w = Math.Clamp(sum, Math.Log(1e-8), 20);
                        slope = -Math.Exp(decay + (k * w) - (decay * Math.Exp(w))) * A;
                        term = slope * l[t];
                        break;
                    case "gmpo":
                        term = -Math.Exp(clippedSum / length) * meanAdvantage;
                        slope = (A > 0 && x > Options.EpsilonHigh) || (A < 0 && x < -Options.EpsilonLow) || A == 0 ? 0 : term;
                        break;
                    case "kl_cov":
                        var penalised = (A - meanA) * (l[t] - meanL) >= threshold;
                        term = (-rho * A) + (penalised ? Options.KlCovCoefficient * Math.Abs(x) : 0);
                        slope = (-rho * A) + (penalised ? Options.KlCovCoefficient * Math.Sign(x) : 0);
                        break;
                    case "reinforce" or "gpg" or "remax" or "opo":
                        (term, slope) = (-A * l[t], -A);
                        break;
                    default:
                        throw new InvalidOperationException(objective);
                }

                loss += weight * term;
                gradient[t] = weight * slope;
            }
        }

        return loss;
    }

    private (double Term, double Slope) Clipped(double rho, double a)
    {
        var clipped = Math.Clamp(rho, 1 - Options.EpsilonLow, 1 + Options.EpsilonHigh);
        return rho * a <= clipped * a ? (-rho * a, -rho * a) : (-clipped * a, 0);
    }

    private double Weight(double length, double sequences, double tokens) => Options.Aggregation switch
    {
        LossAggregation.TokenMean => 1 / tokens,
        LossAggregation.SequenceMeanTokenMean => 1 / length / sequences,
        LossAggregation.SequenceMeanTokenSum => 1 / sequences,
        _ => 1 / (sequences * MaxTokens),
    };
}

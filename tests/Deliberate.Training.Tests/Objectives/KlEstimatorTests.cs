namespace Deliberate.Training.Tests;

/// <summary>Golden values of verl 0.7.0 <c>kl_penalty</c> and of TRL's formulas.</summary>
public sealed class KlEstimatorTests
{
    [Fact]
    public void Values_and_gradients_are_those_of_verl_and_TRL()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "kl.json");
        foreach (var item in cases)
        {
            var inputs = item.GetProperty("inputs");
            double[] fresh = inputs.Numbers("logp_new"), reference = inputs.Numbers("logp_ref"), old = inputs.Numbers("logp_old");
            var name = item.Name();
            var unclamped = name.StartsWith("k3_", StringComparison.Ordinal);
            var kind = unclamped ? KlKind.K3 : Enum.Parse<KlKind>(name.TrimEnd('+'), ignoreCase: true);
            var values = new double[fresh.Length];
            var gradients = new double[fresh.Length];
            for (var t = 0; t < fresh.Length; t++)
            {
                values[t] = KlEstimator.Evaluate(kind, fresh[t] - reference[t], out gradients[t], name.EndsWith('+'), clamped: !unclamped);
                if (old.Length == 0) continue;
                var weight = Math.Exp(fresh[t] - old[t]);
                gradients[t] = weight * (gradients[t] + values[t]);
                values[t] *= weight;
            }

            Golden.Close(values, item.GetProperty("expected").Numbers("value"), tolerance, name);
            Golden.Close(gradients, item.GetProperty("expected").Numbers("grad_logp_new"), tolerance, name + " gradient");
        }

        Golden.Report("KL estimators", cases.Length);
    }
}

using System.Text.Json;

namespace Deliberate.Training.Tests;

/// <summary>Every loss of preferences against TRL 1.16's values and gradients; the file says which function was called.</summary>
public sealed class PreferenceGoldenTests
{
    [Fact]
    public void Losses_and_gradients_are_those_of_trl()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "preference.json");
        foreach (var one in cases) Check(one, tolerance);
        Golden.Report("objectives/preference.json", cases.Length);
    }

    [Theory]
    [InlineData("exo_pair")]
    [InlineData("robust")]
    [InlineData("discopop")]
    [InlineData("nca_pair")]
    [InlineData("apo_down")]
    [InlineData("aot")]
    [InlineData("sigmoid_norm")]
    public void Gradients_are_the_derivatives_of_the_loss(string name)
    {
        var options = new PreferenceOptions { Beta = 0.3, LabelSmoothing = 0.1 };
        double[][] chosen = [[-0.4, -0.9, -1.3], [-0.2, -2.1]], rejected = [[-1.2, -0.3], [-0.8, -0.5, -0.6]];
        double Loss(double[][] c) => DirectPreference.Evaluate(new PairBatch(c, rejected, [-2.5, -2.2], [-1.6, -2.0]), [(name, 1)], options).Loss;
        var gradient = DirectPreference.Evaluate(new PairBatch(chosen, rejected, [-2.5, -2.2], [-1.6, -2.0]), [(name, 1)], options).ByChosen;
        const double Step = 1e-6;
        for (var i = 0; i < chosen.Length; i++)
        {
            for (var t = 0; t < chosen[i].Length; t++)
            {
                double[][] Moved(double by) => [.. chosen.Select((row, r) => row.Select((v, k) => r == i && k == t ? v + by : v).ToArray())];
                ((Loss(Moved(Step)) - Loss(Moved(-Step))) / (2 * Step)).ShouldBe(gradient[i][t], 1e-7, $"{name} [{i}][{t}]");
            }
        }
    }

    private static void Check(JsonElement one, double tolerance)
    {
        var (name, inputs, expected) = (one.Name(), one.GetProperty("inputs"), one.GetProperty("expected"));
        var config = one.Get("config") ?? default;
        switch (one.GetProperty("method").GetString())
        {
            case "dpo":
                Direct(name, config, inputs, expected, tolerance);
                break;
            case "cdpo":
                var delta = inputs.Numbers("delta_log_ratio");
                Golden.Close(delta.Average(d => PairLosses.Smoothed(d, config.Number("beta"), config.Number("label_smoothing")).Loss), expected.Number("loss"), tolerance, name);
                Golden.Close([.. delta.Select(d => PairLosses.Smoothed(d, config.Number("beta"), config.Number("label_smoothing")).ByChosen / delta.Length)], expected.Numbers("grad_delta"), tolerance, name);
                break;
            case "logsigmoid":
                Golden.Close([.. inputs.Numbers("x").Select(x => LogSigmoid.Negative(x).Loss)], expected.Numbers("value"), tolerance, name);
                Golden.Close([.. inputs.Numbers("x").Select(x => LogSigmoid.Negative(x).Derivative)], expected.Numbers("grad"), tolerance, name);
                break;
            case "kto":
                Kto(name, one, config, inputs, expected, tolerance);
                break;
            case "orpo":
                Orpo(name, config, inputs, expected, tolerance);
                break;
            case "simpo" or "cpo":
                Cpo(name, config, inputs, expected, tolerance);
                break;
            case "bradley_terry":
                var (better, worse, margin) = (inputs.Numbers("reward_chosen"), inputs.Numbers("reward_rejected"), inputs.Numbers("margin"));
                var centring = config.Get("center_rewards_coefficient")?.GetDouble() ?? 0;
                var pairs = better.Select((c, i) => BradleyTerryLoss.Evaluate(c, worse[i], margin.Length > 0 ? margin[i] : 0, centring)).ToArray();
                Golden.Close(pairs.Average(p => p.Loss), expected.Number("loss"), tolerance, name);
                Golden.Close([.. pairs.Select(p => p.ByChosen / pairs.Length)], expected.Numbers("grad_chosen"), tolerance, name);
                Golden.Close([.. pairs.Select(p => p.ByRejected / pairs.Length)], expected.Numbers("grad_rejected"), tolerance, name);
                break;
            default:
                throw new InvalidOperationException($"{name}: no such method.");
        }
    }

    private static void Direct(string name, JsonElement config, JsonElement inputs, JsonElement expected, double tolerance)
    {
        double[][] Cut(string values, string lengths) => Rows(inputs.Numbers(values), inputs.Integers(lengths));
        double[] Reference(string values, int count) => config.GetProperty("reference_free").GetBoolean() ? new double[count] : inputs.Numbers(values);
        var (chosen, rejected) = (Cut("logp_chosen", "chosen_lengths"), Cut("logp_rejected", "rejected_lengths"));
        var options = new PreferenceOptions
        {
            Beta = config.Number("beta"),
            LabelSmoothing = config.Number("label_smoothing"),
            LengthAlpha = config.Get("ld_alpha")?.GetDouble(),
            Divergence = config.GetProperty("f_divergence").GetString() switch { "forward_kl" => PreferenceDivergence.ForwardKl, "js_divergence" => PreferenceDivergence.JsDivergence, _ => PreferenceDivergence.ReverseKl },
        };
        // TRL 1.16's sigmoid knows no smoothing.
        var losses = config.GetProperty("loss_types").EnumerateArray().Select(l => l.GetString()!).Zip(config.Numbers("loss_weights")).ToArray();
        if (losses is [("sigmoid", _)]) options = options with { LabelSmoothing = 0 };
        var result = DirectPreference.Evaluate(new PairBatch(chosen, rejected, Reference("ref_chosen", chosen.Length), Reference("ref_rejected", rejected.Length)), losses, options);
        Golden.Close(result.Loss, expected.Number("loss"), tolerance, name);
        Golden.Close([.. result.ByChosen.SelectMany(g => g)], expected.Numbers("grad_logp_chosen"), tolerance, name);
        Golden.Close([.. result.ByRejected.SelectMany(g => g)], expected.Numbers("grad_logp_rejected"), tolerance, name);
    }

    private static void Kto(string name, JsonElement one, JsonElement config, JsonElement inputs, JsonElement expected, double tolerance)
    {
        var lengths = one.Integers("lengths");
        double[] ratios = [.. Rows(inputs.Numbers("logp"), lengths).Zip(inputs.Numbers("ref"), (logp, reference) => logp.Sum() - reference)];
        bool[] desirable = [.. inputs.Numbers("desirable").Select(d => d == 1)];
        var divergence = config.GetProperty("loss_type").GetString() == "kto" ? KtoLoss.Divergence([.. inputs.Numbers("kl_logp").Zip(inputs.Numbers("kl_ref"), (p, r) => p - r)]) : 0;
        var gradient = new double[ratios.Length];
        var options = new PreferenceOptions { Beta = config.Number("beta"), DesirableWeight = config.Number("desirable_weight"), UndesirableWeight = config.Number("undesirable_weight") };
        Golden.Close(KtoLoss.Evaluate(ratios, desirable, divergence, options, gradient), expected.Number("loss"), tolerance, name);
        Golden.Close([.. lengths.SelectMany((n, i) => Enumerable.Repeat(gradient[i], n))], expected.Numbers("grad_logp"), tolerance, name);
    }

    private static void Orpo(string name, JsonElement config, JsonElement inputs, JsonElement expected, double tolerance)
    {
        var (chosen, rejected, beta) = (inputs.Numbers("mean_logp_chosen"), inputs.Numbers("mean_logp_rejected"), config.Number("beta"));
        var pairs = chosen.Zip(rejected, (c, r) => ReferenceFreeLosses.Orpo(c, r, beta)).ToArray();
        Golden.Close(inputs.Number("nll") + pairs.Average(p => p.Loss), expected.Number("loss"), tolerance, name);
        Golden.Close([.. chosen.Zip(rejected, (c, r) => ReferenceFreeLosses.LogOdds(c) - ReferenceFreeLosses.LogOdds(r))], expected.Numbers("log_odds"), tolerance, name);
        Golden.Close([.. pairs.Select(p => p.ByChosen / pairs.Length)], expected.Numbers("grad_mean_logp_chosen"), tolerance, name);
        Golden.Close([.. pairs.Select(p => p.ByRejected / pairs.Length)], expected.Numbers("grad_mean_logp_rejected"), tolerance, name);
    }

    private static void Cpo(string name, JsonElement config, JsonElement inputs, JsonElement expected, double tolerance)
    {
        var options = new PreferenceOptions { Beta = config.Number("beta"), LabelSmoothing = config.Number("label_smoothing"), Gamma = config.Number("simpo_gamma"), Alpha = config.Number("alpha") };
        var pairs = inputs.Numbers("logp_chosen").Zip(inputs.Numbers("logp_rejected"), (c, r) => ReferenceFreeLosses.Cpo(config.GetProperty("loss_type").GetString()!, c, r, options)).ToArray();
        Golden.Close([.. pairs.Select(p => p.Loss)], expected.Numbers("losses"), tolerance, name);
        Golden.Close(pairs.Average(p => p.Loss), expected.Number("loss"), tolerance, name);
        Golden.Close([.. pairs.Select(p => p.ByChosen / pairs.Length)], expected.Numbers("grad_logp_chosen"), tolerance, name);
        Golden.Close([.. pairs.Select(p => p.ByRejected / pairs.Length)], expected.Numbers("grad_logp_rejected"), tolerance, name);
    }

    private static double[][] Rows(double[] values, int[] lengths)
    {
        var offsets = Golden.Offsets(lengths);
        return [.. lengths.Select((n, i) => values[offsets[i]..offsets[i + 1]])];
    }
}

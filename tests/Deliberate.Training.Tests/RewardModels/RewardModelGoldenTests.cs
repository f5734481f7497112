using System.Text.Json;

namespace Deliberate.Training.Tests;

/// <summary>Losses of process and outcome reward models against torch's; the layout of labels against TRL's.</summary>
public sealed class RewardModelGoldenTests
{
    [Fact]
    public void Losses_and_gradients_are_those_of_torch()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "reward_models.json");
        foreach (var one in cases) Check(one, tolerance);
        Golden.Report("objectives/reward_models.json", cases.Length);
    }

    private static void Check(JsonElement one, double tolerance)
    {
        var (name, inputs, expected) = (one.Name(), one.GetProperty("inputs"), one.GetProperty("expected"));
        var config = one.Get("config") ?? default;
        switch (one.GetProperty("method").GetString())
        {
            case "prm_two_class" or "prm_three_class":
                Classes(name, inputs, expected, tolerance, label => label);
                break;
            case "prm_label_token":
                // Labels are ids of the vocabulary already where they are no classes.
                Classes(name, inputs, expected, tolerance, label => label);
                break;
            case "prm_soft":
                var targets = inputs.Numbers("targets");
                Rows(name, inputs, expected, tolerance, [.. targets.Select(p => double.IsNaN(p) ? null : StepLabelLoss.Target(p, isNeutral: false, 2))]);
                break;
            case "prm_restricted":
                Restricted(name, config, inputs, expected, tolerance);
                break;
            case "orm_bce" or "orm_mse":
                Outcome(name, one, inputs, expected, tolerance);
                break;
            case "prm_layout":
                Layout(name, config, inputs, expected);
                break;
            default:
                throw new InvalidOperationException($"{name}: no such method.");
        }
    }

    private static void Classes(string name, JsonElement inputs, JsonElement expected, double tolerance, Func<int, int> place)
    {
        var width = inputs.GetProperty("logits")[0].GetArrayLength();
        Rows(name, inputs, expected, tolerance, [.. inputs.Integers("labels").Select(label => label < 0 ? null : Enumerable.Range(0, width).Select(k => k == place(label) ? 1.0 : 0).ToArray())]);
    }

    private static void Rows(string name, JsonElement inputs, JsonElement expected, double tolerance, double[]?[] targets)
    {
        var logits = inputs.GetProperty("logits").EnumerateArray().Select(r => r.Numbers()).ToArray();
        var labels = targets.Count(t => t is not null);
        var gradients = logits.Select(r => new double[r.Length]).ToArray();
        var loss = 0.0;
        for (var i = 0; i < logits.Length; i++)
            if (targets[i] is { } target) loss += StepLabelLoss.Evaluate(logits[i], target, 1.0 / labels, gradients[i]);
        // Without a label there is nothing to learn, and no NaN.
        if (expected.TryGetProperty("error_or_zero", out _))
        {
            loss.ShouldBe(0, name);
            return;
        }

        Golden.Close(loss, expected.Number("loss"), tolerance, name);
        Golden.Close([.. gradients.SelectMany(g => g)], expected.Rows("grad_logits"), tolerance, name);
    }

    /// <summary>Softmax over the two label tokens' logits alone.</summary>
    private static void Restricted(string name, JsonElement config, JsonElement inputs, JsonElement expected, double tolerance)
    {
        int negative = config.GetProperty("negative_token").GetInt32(), positive = config.GetProperty("positive_token").GetInt32();
        var logits = inputs.GetProperty("logits").EnumerateArray().Select(r => r.Numbers()).ToArray();
        var labels = inputs.Numbers("labels");
        var known = labels.Count(l => l >= 0);
        var loss = 0.0;
        var gradients = logits.Select(r => new double[r.Length]).ToArray();
        for (var i = 0; i < logits.Length; i++)
        {
            if (labels[i] < 0) continue;
            var pair = new double[2];
            loss += StepLabelLoss.Evaluate([logits[i][negative], logits[i][positive]], StepLabelLoss.Target(labels[i], isNeutral: false, 2), 1.0 / known, pair);
            (gradients[i][negative], gradients[i][positive]) = (pair[0], pair[1]);
        }

        Golden.Close(loss, expected.Number("loss"), tolerance, name);
        Golden.Close([.. gradients.SelectMany(g => g)], expected.Rows("grad_logits"), tolerance, name);
    }

    private static void Outcome(string name, JsonElement one, JsonElement inputs, JsonElement expected, double tolerance)
    {
        var (logits, outcome, mask, offsets) = (inputs.Numbers("logits"), inputs.Numbers("outcome"), inputs.Numbers("token_mask"), Golden.Offsets(one.Integers("lengths")));
        var tokens = mask.Sum();
        var (loss, gradient) = (0.0, new double[logits.Length]);
        for (var s = 0; s < outcome.Length; s++)
        {
            for (var t = offsets[s]; t < offsets[s + 1]; t++)
            {
                if (mask[t] == 0) continue;
                var (value, slope) = one.GetProperty("method").GetString() == "orm_bce" ? OutcomeLoss.CrossEntropy(logits[t], outcome[s]) : OutcomeLoss.SquaredError(logits[t], outcome[s]);
                loss += value / tokens;
                gradient[t] = slope / tokens;
            }

            Golden.Close(LogSigmoid.Sigmoid(logits[offsets[s + 1] - 1]), expected.Numbers("score")[s], tolerance, name);
        }

        Golden.Close(loss, expected.Number("loss"), tolerance, name);
        Golden.Close(gradient, expected.Numbers("grad_logits"), tolerance, name);
    }

    /// <summary>Each step's label stands on the separator behind it.</summary>
    private static void Layout(string name, JsonElement config, JsonElement inputs, JsonElement expected)
    {
        List<int> ids = [.. inputs.Integers("prompt")];
        List<int> labels = [.. ids.Select(_ => -100)];
        var steps = inputs.GetProperty("steps").EnumerateArray().Select(s => s.EnumerateArray().Select(t => t.GetInt32()).ToArray()).ToArray();
        var said = inputs.GetProperty("labels").EnumerateArray().Select(l => l.GetBoolean() ? 1 : 0).ToArray();
        for (var i = 0; i < steps.Length; i++)
        {
            ids.AddRange([.. steps[i], .. inputs.Integers("separator")]);
            while (labels.Count < ids.Count) labels.Add(-100);
            if (!config.GetProperty("train_on_last_step_only").GetBoolean() || i == steps.Length - 1) labels[^1] = said[i];
        }

        ids.ToArray().ShouldBe(expected.Integers("input_ids"), name);
        labels.ToArray().ShouldBe(expected.Integers("labels"), name);
    }
}

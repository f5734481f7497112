using System.Text.Json;

namespace Deliberate.Training.Tests;

/// <summary>Golden values of TRL 1.16.0 <c>_generate_and_score_completions</c> (GRPO, GDPO, RLOO).</summary>
public sealed class AdvantagesTrlTests
{
    [Fact]
    public void Advantages_are_those_of_TRL()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "advantages_trl.json");
        foreach (var item in cases)
        {
            var expected = item.GetProperty("expected");
            var (advantages, kl) = Compute(item);
            Golden.Close(advantages, expected.Numbers("advantages"), tolerance, item.Name());
            if (expected.Get("kl") is { } wanted) Golden.Close(kl, wanted.Number(), tolerance, item.Name() + " kl");
        }

        Golden.Report("advantages of TRL", cases.Length);
    }

    private static (double[] Advantages, double Kl) Compute(JsonElement item)
    {
        var inputs = item.GetProperty("inputs");
        var config = item.GetProperty("config");
        double[] components = inputs.Rows("rewards"), weights = inputs.Numbers("weights");
        var samples = components.Length / weights.Length;
        var size = (int)inputs.Number("group_size");
        int[] groups = [.. Enumerable.Range(0, (samples / size) + 1).Select(g => g * size)];
        var advantages = new double[samples];
        if (config.Get("multi_objective_aggregation") is not null)
        {
            GdpoAdvantages.Compute(components, weights, groups, advantages);
            return (advantages, double.NaN);
        }

        // A function that gave no score adds nothing; what nothing scored is missing.
        double[] totals = [.. components.Chunk(weights.Length).Select(row => row.All(double.IsNaN) ? double.NaN : row.Zip(weights, (c, w) => double.IsNaN(c) ? 0 : w * c).Sum())];
        if (item.GetProperty("method").GetString() == "grpo")
        {
            var scaling = Enum.Parse<AdvantageScaling>(config.GetProperty("scale_rewards").GetString()!, ignoreCase: true);
            GroupAdvantages.Compute(totals, groups, scaling, advantages);
            return (advantages, double.NaN);
        }

        var kl = double.NaN;
        if (inputs.Get("beta") is { } beta)
            kl = KlInReward.SubtractFromTotals(totals, Golden.Offsets(inputs.Integers("lengths")), inputs.Numbers("logp_old"), inputs.Numbers("logp_ref"), beta.Number());
        if (config.Get("reward_clip_range") is { } range)
            for (var i = 0; i < samples; i++) totals[i] = Math.Clamp(totals[i], range.Numbers()[0], range.Numbers()[1]);
        RlooAdvantages.Compute(totals, groups, advantages, config.Get("normalize_advantages")?.GetBoolean() ?? false);
        return (advantages, kl);
    }
}

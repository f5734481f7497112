using Deliberate.Core;
using Deliberate.Training;
using OwnObjective;

namespace Deliberate.Library.Tests;

/// <summary>The guide's objective raises the reward of a tiny task, and its gradient is the one that its formula says.</summary>
public sealed class ToprLearningTests
{
    private const int Length = 4, Vocabulary = 5, Samples = 24;

    /// <summary>A table of logits, one row a position; a sample is rewarded for every position that says its own number.</summary>
    [Fact]
    public void It_raises_the_reward_of_a_tiny_task()
    {
        var objective = ToprObjective.Entry.Create(ToprObjective.Entry.Defaults);
        var logits = new double[Length, Vocabulary];
        var before = Expected(logits);
        for (var step = 0; step < 80; step++)
        {
            var random = new RandomStream(17, StreamStage.Test, step);
            var tokens = new int[Samples * Length];
            var rewards = new double[Samples];
            for (var t = 0; t < tokens.Length; t++)
            {
                tokens[t] = Draw(logits, t % Length, ref random);
                if (tokens[t] == t % Length) rewards[t / Length] += 1.0 / Length;
            }

            double[] advantages = [.. rewards.Select(r => r - rewards.Average())];
            var old = LogProbabilities(logits, tokens);

            // The second update is off-policy.
            for (var update = 0; update < 2; update++)
            {
                var (_, gradient) = Evaluate(objective, LogProbabilities(logits, tokens), old, advantages);
                Descend(logits, tokens, gradient, rate: 4);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"topr: reward {before:0.00} before, {Expected(logits):0.00} after 80 steps");
        before.ShouldBe(0.2, 1e-12);
        Expected(logits).ShouldBeGreaterThan(0.7);
    }

    [Fact]
    public void Its_gradient_is_the_tapered_weight_times_the_advantage()
    {
        var objective = ToprObjective.Entry.Create(ToprObjective.Entry.Defaults);
        double[] old = [-1, -1, -1, -1, -2, -2, -2, -2, -1, -1, -1, -1], now = [-2, -1, -1, -1, -2.5, -2, -2, -2, -0.5, -1, -1, -1];
        var (loss, gradient) = Evaluate(objective, now, old, [1, -1, -1]);

        // Good: weight 1 though half forgotten. Bad and half forgotten: e^-0.5. Bad and likelier than before: 1. A mean over 12 tokens.
        double[] weights = [-1, Math.Exp(-0.5), 1];
        for (var t = 0; t < gradient.Length; t++) gradient[t].ShouldBe(weights[t / Length] / 12, 1e-12);
        loss.ShouldBe(now.Select((logp, t) => weights[t / Length] * logp / 12).Sum(), 1e-12);
    }

    private static (double Loss, double[] Gradient) Evaluate(IPolicyObjective objective, double[] now, double[] old, double[] advantages)
    {
        var batch = new PolicyBatch { Offsets = (int[])[.. Enumerable.Range(0, advantages.Length + 1).Select(i => i * Length)], LogpNew = now, LogpOld = old, Advantages = advantages };
        var gradient = new double[now.Length];
        return (objective.Evaluate(batch, BatchNormalisers.Of(batch, objective.Options, Length), gradient, [], new PolicyMetrics()), gradient);
    }

    private static double[] Row(double[,] logits, int position)
    {
        var row = Enumerable.Range(0, Vocabulary).Select(v => Math.Exp(logits[position, v])).ToArray();
        var sum = row.Sum();
        return [.. row.Select(p => p / sum)];
    }

    private static double Expected(double[,] logits) => Enumerable.Range(0, Length).Average(p => Row(logits, p)[p]);

    private static double[] LogProbabilities(double[,] logits, int[] tokens) => [.. tokens.Select((token, t) => Math.Log(Row(logits, t % Length)[token]))];

    private static int Draw(double[,] logits, int position, ref RandomStream random)
    {
        var (row, rest, token) = (Row(logits, position), random.NextDouble(), 0);
        while (token < Vocabulary - 1 && (rest -= row[token]) > 0) token++;
        return token;
    }

    private static void Descend(double[,] logits, int[] tokens, double[] gradient, double rate)
    {
        var before = (double[,])logits.Clone();
        for (var t = 0; t < tokens.Length; t++)
        {
            var row = Row(before, t % Length);
            for (var v = 0; v < Vocabulary; v++) logits[t % Length, v] -= rate * gradient[t] * ((v == tokens[t] ? 1 : 0) - row[v]);
        }
    }
}

using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>
/// A policy small enough to train in a test: a table of logits, one row a position. A completion is right at a position where it
/// says the position's own token; the reward is the share of right positions, on the last token.
/// </summary>
internal sealed class ToyPolicy(ulong seed)
{
    private const int Positions = 4, Vocab = 5, Problems = 4, Samples = 6;
    private readonly double[] _logits = new double[Positions * Vocab];

    /// <summary>Expected reward under the policy, exact.</summary>
    public double ExpectedReward
    {
        get
        {
            double sum = 0;
            for (var p = 0; p < Positions; p++)
            {
                var row = _logits.AsSpan(p * Vocab, Vocab);
                sum += Math.Exp(row[p % Vocab] - LogitLosses.LogSumExp(row)) / Positions;
            }

            return sum;
        }
    }

    /// <summary>One batch, two optimizer steps on it, so that the second is off-policy.</summary>
    public void Train(IPolicyObjective objective, Func<double[], int[], int[], (double[] Sequence, double[] Token)> estimate, int step, double rate)
    {
        var random = new RandomStream(seed, StreamStage.Test, step);
        var lengths = Enumerable.Repeat(Positions, Problems * Samples).ToArray();
        var tokens = new int[lengths.Length * Positions];
        var logits = new double[tokens.Length * Vocab];
        var rewards = new double[lengths.Length];
        for (var t = 0; t < tokens.Length; t++)
        {
            var row = _logits.AsSpan(t % Positions * Vocab, Vocab);
            var rest = random.NextDouble();
            var log = LogitLosses.LogSumExp(row);
            while (tokens[t] < Vocab - 1 && (rest -= Math.Exp(row[tokens[t]] - log)) > 0) tokens[t]++;
            if (tokens[t] == t % Positions) rewards[t / Positions] += 1.0 / Positions;
        }

        int[] groups = [.. Enumerable.Range(0, Problems + 1).Select(g => g * Samples)];
        var (advantages, tokenAdvantages) = estimate(rewards, groups, Golden.Offsets(lengths));
        double[] old = [];
        for (var epoch = 0; epoch < 2; epoch++)
        {
            for (var t = 0; t < tokens.Length; t++) _logits.AsSpan(t % Positions * Vocab, Vocab).CopyTo(logits.AsSpan(t * Vocab));
            double[] logp = new double[tokens.Length], entropy = new double[tokens.Length], gradLogits = new double[logits.Length];
            LogitLosses.LogpEntropy(logits, tokens, 1, logp, entropy);
            if (epoch == 0) old = logp;
            var batch = new PolicyCase { Lengths = lengths, LogpNew = logp, LogpOld = old, Advantages = advantages, TokenAdvantages = tokenAdvantages, Entropies = entropy };
            var (_, gradLogp, gradEntropy, _) = batch.Evaluate(objective, batch.Normalisers(objective.Options, Positions));
            LogitLosses.LogpEntropyBackward(logits, tokens, 1, gradLogp, gradEntropy, gradLogits);

            // A step of fixed length: what is compared is the direction, whatever the objective's scale.
            var norm = Math.Sqrt(gradLogits.Sum(g => g * g));
            if (norm < 1e-12) return;
            for (var i = 0; i < gradLogits.Length; i++) _logits[(i / Vocab % Positions * Vocab) + (i % Vocab)] -= rate * gradLogits[i] / norm;
        }
    }
}

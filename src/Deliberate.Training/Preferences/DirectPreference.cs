namespace Deliberate.Training;

/// <summary>
/// Direct preference optimisation of a batch of pairs: scores from log ratios, one or several of <see cref="PairLosses"/> weighed and
/// summed (MPO, arXiv 2411.10442), the mean over pairs; besides them <c>aot</c> and <c>aot_unpaired</c> (arXiv 2406.05882), which
/// compare sorted ratios of the whole batch, and <c>sft</c>, cross-entropy of the better answers a token.
/// </summary>
internal static class DirectPreference
{
    public static PreferenceResult Evaluate(PairBatch batch, IReadOnlyList<(string Name, double Weight)> losses, PreferenceOptions options)
    {
        var n = batch.Count;
        double[] chosenRatio = new double[n], rejectedRatio = new double[n], byChosen = new double[n], byRejected = new double[n];
        var scores = new PairScores[n];
        double right = 0, margin = 0;
        for (var i = 0; i < n; i++)
        {
            var shorter = Math.Min(batch.Chosen[i].Length, batch.Rejected[i].Length);
            chosenRatio[i] = Sum(batch.Chosen[i], shorter, options.LengthAlpha) - batch.ReferenceChosen[i];
            rejectedRatio[i] = Sum(batch.Rejected[i], shorter, options.LengthAlpha) - batch.ReferenceRejected[i];
            scores[i] = new PairScores(Score(chosenRatio[i], options.Divergence).Value, Score(rejectedRatio[i], options.Divergence).Value, chosenRatio[i], rejectedRatio[i], batch.Chosen[i].Length, batch.Rejected[i].Length);
            if (chosenRatio[i] > rejectedRatio[i]) right++;
            margin += options.Beta * (chosenRatio[i] - rejectedRatio[i]) / n;
        }

        double loss = 0, ofToken = 0;
        var tokens = batch.Chosen.Sum(c => (long)c.Length);
        foreach (var (name, weight) in losses)
        {
            if (name == "sft")
            {
                loss -= weight * batch.Chosen.Sum(c => c.Sum()) / Math.Max(1, tokens);
                ofToken -= weight / Math.Max(1, tokens);
                continue;
            }

            if (name is "aot" or "aot_unpaired")
            {
                loss += weight * Sorted(name == "aot", batch, chosenRatio, rejectedRatio, options, weight / n, byChosen, byRejected) / n;
                continue;
            }

            var of = PairLosses.All[name];
            for (var i = 0; i < n; i++)
            {
                var pair = of(scores[i], options);
                loss += weight * pair.Loss / n;
                byChosen[i] += weight / n * ((pair.ByChosen * Score(chosenRatio[i], options.Divergence).Slope) + pair.ByChosenRatio);
                byRejected[i] += weight / n * ((pair.ByRejected * Score(rejectedRatio[i], options.Divergence).Slope) + pair.ByRejectedRatio);
            }
        }

        return new PreferenceResult(
            loss, [.. byChosen.Select((d, i) => Spread(d, ofToken, batch.Chosen[i].Length, batch.Rejected[i].Length, options.LengthAlpha))],
            [.. byRejected.Select((d, i) => Spread(d, 0, batch.Rejected[i].Length, batch.Chosen[i].Length, options.LengthAlpha))], n == 0 ? 0 : right / n, margin);
    }

    private static (double Value, double Slope) Score(double ratio, PreferenceDivergence divergence) => divergence switch
    {
        PreferenceDivergence.ForwardKl => (1 - Math.Exp(-ratio), Math.Exp(-ratio)),
        PreferenceDivergence.JsDivergence => (Math.Log(2) - LogSigmoid.Softplus(-ratio), LogSigmoid.Sigmoid(-ratio)),
        _ => (ratio, 1),
    };

    private static double Sum(double[] logp, int shorter, double? alpha)
    {
        var sum = 0.0;
        for (var t = 0; t < logp.Length; t++) sum += t < shorter || alpha is null ? logp[t] : alpha.Value * logp[t];
        return sum;
    }

    private static double[] Spread(double bySum, double ofToken, int length, int other, double? alpha)
    {
        var gradient = new double[length];
        for (var t = 0; t < length; t++) gradient[t] = ofToken + (t < other || alpha is null ? bySum : alpha.Value * bySum);
        return gradient;
    }

    /// <summary>The sum over sorted differences; adds the gradients at the places that they were sorted from.</summary>
    private static double Sorted(bool paired, PairBatch batch, double[] chosenRatio, double[] rejectedRatio, PreferenceOptions options, double scale, double[] byChosen, double[] byRejected)
    {
        var n = batch.Count;
        var loss = 0.0;
        if (paired)
        {
            // Differences of policy and of reference are sorted each by itself.
            double[] policy = [.. Enumerable.Range(0, n).Select(i => chosenRatio[i] + batch.ReferenceChosen[i] - rejectedRatio[i] - batch.ReferenceRejected[i])], reference = [.. Enumerable.Range(0, n).Select(i => batch.ReferenceChosen[i] - batch.ReferenceRejected[i])];
            var (order, sorted) = (Order(policy), reference.Order().ToArray());
            for (var k = 0; k < n; k++)
            {
                var of = PairLosses.Smoothed(policy[order[k]] - sorted[k], options.Beta, options.LabelSmoothing);
                loss += of.Loss;
                byChosen[order[k]] += scale * of.ByChosen;
                byRejected[order[k]] += scale * of.ByRejected;
            }

            return loss;
        }

        var (chosen, rejected) = (Order(chosenRatio), Order(rejectedRatio));
        for (var k = 0; k < n; k++)
        {
            var of = PairLosses.Smoothed(chosenRatio[chosen[k]] - rejectedRatio[rejected[k]], options.Beta, options.LabelSmoothing);
            loss += of.Loss;
            byChosen[chosen[k]] += scale * of.ByChosen;
            byRejected[rejected[k]] += scale * of.ByRejected;
        }

        return loss;
    }

    private static int[] Order(double[] values) => [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
}

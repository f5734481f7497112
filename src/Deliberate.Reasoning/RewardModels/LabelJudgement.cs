using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>How well a reward model finds what labels say.</summary>
/// <param name="Bench">The first wrong steps, as ProcessBench measures it.</param>
/// <param name="Steps">Whether the probabilities of steps are as often true as they say.</param>
/// <param name="StepAuc">The probability that a right step gets a higher score than a wrong one; NaN where there are not both.</param>
/// <param name="Temperature">By which logits are best divided, beyond what the model's file says.</param>
/// <param name="Solutions">That were judged.</param>
/// <param name="TooLong">That do not fit the model's context and were left out.</param>
internal sealed record LabelJudgement(FirstErrorF1 Bench, Calibration Steps, double StepAuc, double Temperature, int Solutions, int TooLong)
{
    private const int BatchSize = 256;

    /// <param name="model">With a head.</param>
    /// <param name="encoder">Of solutions for it.</param>
    /// <param name="file">What its numbers mean.</param>
    /// <param name="examples">With labels.</param>
    /// <param name="threshold">P(wrong) above which a step is called wrong.</param>
    /// <param name="progress">Told of solutions that were read.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    public static LabelJudgement Of(LanguageModel model, StepwiseEncoder encoder, RewardModelFile file, IReadOnlyList<StepwiseExample> examples, double threshold, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        using var reader = new HeadReader(model, model.Configuration.MaxPositions, pages: 64);
        List<(int Label, int Found)> bench = [];
        List<(double[] Logits, double Label)> steps = [];
        var tooLong = 0;
        for (var first = 0; first < examples.Count; first += BatchSize)
        {
            var batch = examples.Skip(first).Take(BatchSize).Select(e => (Example: e, Encoded: encoder.Encode(e.Prompt, e.Steps, isWhole: e.FirstError < 0))).ToArray();
            var fitting = batch.Where(b => b.Encoded.Tokens.Length <= reader.Positions).ToArray();
            tooLong += batch.Length - fitting.Length;
            var (outputs, _) = reader.Read([.. fitting.Select(b => new HeadText(b.Encoded.Tokens, b.Encoded.Rows))], cancellation);
            foreach (var ((example, _), logits) in fitting.Zip(outputs))
            {
                StepProbabilities[] said = [.. logits.Select(l => HeadStepScorer.Probabilities(l, file.Temperature))];
                bench.Add((example.FirstError, StepProbabilities.FirstError(said, threshold)));
                for (var i = 0; i < logits.Length; i++)
                    if (!double.IsNaN(example.Labels[i])) steps.Add((logits[i], example.Labels[i]));
            }

            progress?.Invoke(Math.Min(examples.Count, first + BatchSize));
        }

        if (bench.Count == 0) throw new UserError("no solution fits the model's context.");
        double Loss(double temperature) => Calibration.Of([.. steps.Select(s => (Right(s.Logits, temperature), s.Label))]).NegativeLogLikelihood;
        return new LabelJudgement(
            FirstErrorF1.Of(bench, 1), Calibration.Of([.. steps.Select(s => (Right(s.Logits, file.Temperature), s.Label))]), Auc([.. steps.Select(s => (Right(s.Logits, 1), s.Label >= 0.5))]), Calibration.BestTemperature(Loss), bench.Count, tooLong);
    }

    private static double Right(double[] logits, double temperature) => HeadStepScorer.Probabilities(logits, temperature).Score(NeutralSteps.Positive);

    /// <summary>Mann and Whitney's: ties count half.</summary>
    private static double Auc((double Score, bool IsRight)[] cases)
    {
        Array.Sort(cases, (a, b) => a.Score.CompareTo(b.Score));
        double ranks = 0, right = 0;
        for (var first = 0; first < cases.Length;)
        {
            var end = first;
            while (end < cases.Length && cases[end].Score == cases[first].Score) end++;
            // Ranks from 1; equal scores share theirs.
            var rank = (first + 1 + end) / 2.0;
            for (var i = first; i < end; i++)
            {
                if (!cases[i].IsRight) continue;
                right++;
                ranks += rank;
            }

            first = end;
        }

        var wrong = cases.Length - right;
        return right == 0 || wrong == 0 ? double.NaN : (ranks - (right * (right + 1) / 2)) / (right * wrong);
    }
}

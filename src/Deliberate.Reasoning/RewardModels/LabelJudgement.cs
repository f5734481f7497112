using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>How well a reward model finds what labels say.</summary>
/// <param name="Bench">The first wrong steps, as ProcessBench measures it.</param>
/// <param name="Steps">Whether the probabilities of steps are as often true as they say.</param>
/// <param name="StepAuc">The probability that a right step gets a higher score than a wrong one; null where there are not both.</param>
/// <param name="Temperature">By which logits are best divided.</param>
/// <param name="Solutions">That were judged.</param>
/// <param name="TooLong">That do not fit the model's context and were left out.</param>
internal sealed record LabelJudgement(FirstErrorF1 Bench, Reliability Steps, double? StepAuc, double Temperature, int Solutions, int TooLong)
{
    private const int BatchSize = 256;

    /// <param name="model">The reward model.</param>
    /// <param name="encoder">Of solutions for it.</param>
    /// <param name="file">What its numbers mean.</param>
    /// <param name="examples">With labels.</param>
    /// <param name="threshold">P(wrong) above which a step is called wrong.</param>
    /// <param name="progress">Told of solutions that were read.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    public static LabelJudgement Of(LanguageModel model, StepwiseEncoder encoder, RewardModelFile file, IReadOnlyList<StepwiseExample> examples, double threshold, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        using var reader = RewardScorers.Reader(model, file, model.Configuration.MaxPositions, pages: 64);
        List<(int Label, int Found)> bench = [];
        List<(double[] Logits, int Class)> steps = [];
        var tooLong = 0;
        for (var first = 0; first < examples.Count; first += BatchSize)
        {
            var batch = examples.Skip(first).Take(BatchSize).Select(e => (Example: e, Encoded: encoder.Encode(e.Prompt, e.Steps))).ToArray();
            var fitting = batch.Where(b => b.Encoded.Tokens.Length <= reader.Positions).ToArray();
            tooLong += batch.Length - fitting.Length;
            var (outputs, _) = reader.Read([.. fitting.Select(b => new HeadText(b.Encoded.Tokens, b.Encoded.Rows))], cancellation);
            foreach (var ((example, _), logits) in fitting.Zip(outputs))
            {
                bench.Add((example.FirstError, StepProbabilities.FirstError([.. logits.Select(l => RewardModelScorer.Probabilities(l, file.Temperature))], threshold)));
                for (var i = 0; i < logits.Length; i++)
                    if (!double.IsNaN(example.Labels[i])) steps.Add(logits[i].Length == 1 ? ([0, logits[i][0]], ClassOf(example, i, 2)) : (logits[i], ClassOf(example, i, logits[i].Length)));
            }

            progress?.Invoke(Math.Min(examples.Count, first + BatchSize));
        }

        if (steps.Count == 0) throw new UserError("no labelled solution fits the model's context.");
        bool[] right = [.. steps.Select(s => s.Class > 0)];
        double[] said = [.. steps.Select(s => RewardModelScorer.Probabilities(s.Logits, file.Temperature).Score(NeutralSteps.Positive))];
        return new LabelJudgement(FirstErrorF1.Of(bench, 1), Reliability.Of(right, said), RankingScores.Of(right, said).RocAuc, TemperatureScaling.Fit([.. steps.Select(s => s.Logits)], [.. steps.Select(s => s.Class)]).Temperature, bench.Count, tooLong);
    }

    /// <summary>The output that a label asks for: wrong, of three neutral, right.</summary>
    private static int ClassOf(StepwiseExample example, int step, int outputs) =>
        example.Labels[step] < 0.5 ? 0 : outputs == 3 && example.Neutral.Count > 0 && example.Neutral[step] ? 1 : outputs - 1;
}

using Deliberate.Core;

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
    /// <param name="judge">Whose word is held against the labels.</param>
    /// <param name="examples">With labels.</param>
    /// <param name="threshold">P(wrong) above which a step is called wrong.</param>
    /// <param name="progress">Told of solutions that were read.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    public static LabelJudgement Of(ISolutionJudge judge, IReadOnlyList<StepwiseExample> examples, double threshold, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        List<(int Label, int Found)> bench = [];
        List<(double[] Logits, int Class)> steps = [];
        List<(bool IsRight, double Said)> said = [];
        var tooLong = 0;
        foreach (var (example, judged) in examples.Zip(judge.Judge([.. examples.Select(e => new SolutionText(e.Prompt, e.Steps))], progress, cancellation)))
        {
            if (judged is null)
            {
                tooLong++;
                continue;
            }

            bench.Add((example.FirstError, StepProbabilities.FirstError(judged, threshold)));
            for (var i = 0; i < judged.Length; i++)
            {
                if (double.IsNaN(example.Labels[i])) continue;
                var logits = Logits(judged[i], judge.SaysNeutral);
                var label = ClassOf(example, i, logits.Length);
                steps.Add((logits, label));
                said.Add((label > 0, judged[i].Score(NeutralSteps.Positive)));
            }
        }

        if (steps.Count == 0) throw new UserError("no labelled solution fits the model's context.");
        bool[] right = [.. said.Select(s => s.IsRight)];
        double[] scores = [.. said.Select(s => s.Said)];
        // What is said is divided by the judge's temperature already.
        var further = TemperatureScaling.Fit([.. steps.Select(s => s.Logits)], [.. steps.Select(s => s.Class)]).Temperature;
        return new LabelJudgement(FirstErrorF1.Of(bench, 1), Reliability.Of(right, scores), RankingScores.Of(right, scores).RocAuc, judge.Temperature * further, bench.Count, tooLong);
    }

    /// <summary>Logarithms of what is said, which are logits; the least that a double can say keeps them finite.</summary>
    private static double[] Logits(StepProbabilities step, bool saysNeutral)
    {
        static double Log(double p) => Math.Log(Math.Max(p, 1e-300));
        return saysNeutral ? [Log(step.Negative), Log(step.Neutral), Log(step.Positive)] : [Log(step.Negative), Log(step.Positive)];
    }

    /// <summary>The output that a label asks for: wrong, of three neutral, right.</summary>
    private static int ClassOf(StepwiseExample example, int step, int outputs) =>
        example.Labels[step] < 0.5 ? 0 : outputs == 3 && example.Neutral.Count > 0 && example.Neutral[step] ? 1 : outputs - 1;
}

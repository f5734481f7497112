namespace Deliberate.Training;

/// <summary>One line of metrics of a stage.</summary>
internal sealed record HealthStep(RunStage Stage, long Step, IReadOnlyDictionary<string, double> Values);

/// <summary>An evaluation, and the mean reward of training when it was made; null before there was one.</summary>
internal sealed record HealthEvaluation(EvaluationSummary Summary, double? Reward);

/// <summary>
/// What a run has said of itself so far, as alarms ask for it. The steps that count are those of the present stage that drew
/// samples: every step of reinforcement learning, of expert iteration the first of each round. Means are over the recipe's
/// window (over single rounds), and there is none before as many steps have measured the quantity.
/// </summary>
internal sealed class HealthTrace(TrainRecipe recipe)
{
    private readonly List<HealthStep> _sampled = [];
    private readonly Dictionary<string, List<double>> _measured = new(StringComparer.Ordinal);
    private readonly List<HealthEvaluation> _evaluations = [];

    public TrainRecipe Recipe { get; } = recipe;

    /// <summary>The step added last; null before the first.</summary>
    public HealthStep? Last { get; private set; }

    /// <summary>The steps that count.</summary>
    public IReadOnlyList<HealthStep> Sampled => _sampled;

    /// <summary>Evaluations of the present stage, its beginning first.</summary>
    public IReadOnlyList<HealthEvaluation> Evaluations => _evaluations;

    private int Window => Last?.Stage == RunStage.ExpertIteration ? 1 : Recipe.Health.Window;

    /// <summary>The metrics of the samples of the present stage.</summary>
    private SampleMetrics Samples => SampleMetrics.Of(Last?.Stage ?? RunStage.Reinforcement);

    public void Add(HealthStep step)
    {
        if (step.Stage != Last?.Stage)
        {
            _sampled.Clear();
            _measured.Clear();
            // The evaluation before its first step is where the stage begins.
            if (_evaluations.Count > 1) _evaluations.RemoveRange(0, _evaluations.Count - 1);
        }

        Last = step;
        // A step that drew samples of which none could be judged has no accuracy.
        if (!step.Values.Has(Samples.Accuracy) && !step.Values.Has(Samples.HarnessErrorShare)) return;
        _sampled.Add(step);
        foreach (var (name, value) in step.Values)
        {
            if (!_measured.TryGetValue(name, out var values)) _measured[name] = values = [];
            values.Add(value);
        }
    }

    public void Add(EvaluationSummary evaluation) => _evaluations.Add(new HealthEvaluation(evaluation, Recent(m => m.Reward)));

    /// <summary>The mean of a metric of the samples over the last steps that measured it.</summary>
    public double? Recent(Func<SampleMetrics, RunMetric> metric) => Recent(metric(Samples));

    /// <summary>The mean over the first steps, where they are not the last ones too.</summary>
    public double? Early(Func<SampleMetrics, RunMetric> metric) =>
        _measured.TryGetValue(metric(Samples).Name, out var values) && values.Count >= 2 * Window ? Mean(values, 0, Window) : null;

    /// <summary>The mean of a metric over the last steps that measured it.</summary>
    public double? Recent(RunMetric metric) =>
        _measured.TryGetValue(metric.Name, out var values) && values.Count >= Window ? Mean(values, values.Count - Window, Window) : null;

    /// <summary>The last value of a metric, of whatever step.</summary>
    public double? LastOf(RunMetric metric) => _measured.TryGetValue(metric.Name, out var values) ? values[^1] : null;

    private static double Mean(List<double> values, int first, int count)
    {
        var sum = 0.0;
        for (var i = first; i < first + count; i++) sum += values[i];
        return sum / count;
    }
}

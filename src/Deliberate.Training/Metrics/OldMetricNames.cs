namespace Deliberate.Training;

/// <summary>
/// What metrics were called in folders of format 1 (run.json), so that they can be read. No name of before is one of today, so that
/// a line tells by itself whether it is renamed: a run of before that is resumed goes on in the names of today.
/// </summary>
internal static class OldMetricNames
{
    /// <summary>Name of before, name of today.</summary>
    public static IReadOnlyDictionary<string, RunMetric> Renamed { get; } = new Dictionary<string, RunMetric>(StringComparer.Ordinal)
    {
        ["sft/gradient_norm"] = OptimizerMetrics.Supervised.GradNorm,
        ["sft/skipped"] = OptimizerMetrics.Supervised.Skipped,
        ["sft/tokens"] = SupervisedMetrics.BatchTokens,
        ["ei/gradient_norm"] = OptimizerMetrics.ExpertIteration.GradNorm,
        ["ei/skipped"] = OptimizerMetrics.ExpertIteration.Skipped,
        ["ei/tokens"] = ExpertMetrics.BatchTokens,
        ["ei/updates"] = ExpertMetrics.Minibatches,
        ["ei/thought_tokens"] = SampleMetrics.ExpertIteration.CompletionLength,
        ["ei/thought_tokens_right"] = SampleMetrics.ExpertIteration.CompletionLengthRight,
        ["ei/thought_tokens_wrong"] = SampleMetrics.ExpertIteration.CompletionLengthWrong,
        ["ei/flat_groups"] = SampleMetrics.ExpertIteration.ZeroDeviation,
        ["rl/gradient_norm"] = OptimizerMetrics.Reinforcement.GradNorm,
        ["rl/skipped"] = OptimizerMetrics.Reinforcement.Skipped,
        ["rl/idle_updates"] = ReinforcementMetrics.IdleMinibatches,
        ["rl/thought_tokens"] = SampleMetrics.Reinforcement.CompletionLength,
        ["rl/thought_tokens_right"] = SampleMetrics.Reinforcement.CompletionLengthRight,
        ["rl/thought_tokens_wrong"] = SampleMetrics.Reinforcement.CompletionLengthWrong,
        ["rl/flat_groups"] = SampleMetrics.Reinforcement.ZeroDeviation,
        ["policy/start_kl_k3"] = ObjectiveMetrics.ReferenceKlK3,
        ["evaluation/thought_tokens_right"] = EvaluationMetrics.Run.CompletionLengthRight,
        ["evaluation/thought_tokens_wrong"] = EvaluationMetrics.Run.CompletionLengthWrong,
    };

    /// <summary>Names of before whose values are converted by the run's own recipe.</summary>
    public static IReadOnlyDictionary<string, Conversion> Converted { get; } = new Dictionary<string, Conversion>(StringComparer.Ordinal)
    {
        ["sft/rate"] = Rate(OptimizerMetrics.Supervised, recipe => recipe.Supervised.Optimizer),
        ["ei/rate"] = Rate(OptimizerMetrics.ExpertIteration, recipe => recipe.ExpertIteration.Optimizer),
        ["rl/rate"] = Rate(OptimizerMetrics.Reinforcement, recipe => recipe.Reinforcement.Optimizer),
        ["ei/harness_errors"] = Errors(SampleMetrics.ExpertIteration, recipe => recipe.ExpertIteration.Prompts * (double)recipe.ExpertIteration.Samples),
        ["rl/harness_errors"] = Errors(SampleMetrics.Reinforcement, recipe => recipe.Reinforcement.Prompts * (double)recipe.Reinforcement.Samples),
    };

    /// <summary>A name as it is today.</summary>
    public static string Renew(string name) => Renamed.TryGetValue(name, out var metric) ? metric.Name : name;

    /// <summary>A record with the names of today, in the order in which it was written.</summary>
    public static MetricsRecord Renew(MetricsRecord record, TrainRecipe recipe)
    {
        if (!record.Values.Keys.Any(name => Renamed.ContainsKey(name) || Converted.ContainsKey(name))) return record;
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in record.Values)
        {
            if (!Converted.TryGetValue(name, out var conversion))
            {
                values[Renew(name)] = value;
                continue;
            }

            var today = new MetricValues();
            conversion.Add(today, recipe, value);
            foreach (var (metric, number) in today) values[metric] = number;
        }

        return record with { Values = values };
    }

    private static Conversion Rate(OptimizerMetrics names, Func<TrainRecipe, OptimizerRecipe> optimizer) =>
        new("the schedule's factor", [names.LearningRate, names.MuonLearningRate], (values, recipe, factor) => names.AddRates(values, optimizer(recipe), factor));

    private static Conversion Errors(SampleMetrics names, Func<TrainRecipe, double> samples) =>
        new("a count", [names.HarnessErrorShare], (values, recipe, errors) => values.Add(names.HarnessErrorShare, errors / samples(recipe)));

    /// <param name="What">The value of before was.</param>
    /// <param name="Today">What it becomes, those that there are with the recipe.</param>
    /// <param name="Add">Adds them.</param>
    public sealed record Conversion(string What, IReadOnlyList<RunMetric> Today, Action<MetricValues, TrainRecipe, double> Add);
}

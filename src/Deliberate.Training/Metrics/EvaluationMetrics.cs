namespace Deliberate.Training;

/// <summary>What an evaluation on held-out problems measures: each problem's first samples, those drawn for votes alone left out.</summary>
internal sealed class EvaluationMetrics
{
    private EvaluationMetrics(string prefix)
    {
        const string Each = "every evaluation";
        Accuracy = new($"{prefix}/accuracy", MetricUnit.Share, "Samples whose answer is right: pass@1.", "over all samples of all problems", Each);
        AllStepsRight = new($"{prefix}/all_steps_right", MetricUnit.Share, "Samples whose answer and every step of the thought are right.", "the family's own checker", Each);
        Truncated = new($"{prefix}/truncated", MetricUnit.Share, "Completions that the token budget cut off.", "finish reason `length`", Each);
        Unscored = new($"{prefix}/unscored", MetricUnit.Share, "Samples without an answer that could be read.", "outcome `unscored`", Each);
        HarnessErrors = new($"{prefix}/harness_errors", MetricUnit.Count, "Samples that the verifier itself failed on: in no other number.", "outcome `harness_error`", Each);
        CutWhileThinking = new($"{prefix}/cut_while_thinking", MetricUnit.Share, "Samples that the token budget cut off within their thought, before any answer.", "outcome `cut_while_thinking`; part of the truncated ones", Each);
        CompletionLength = new($"{prefix}/completion_length", MetricUnit.Tokens, "Mean length of the completions.", SampleMetrics.LengthRule, Each);
        CompletionLengthRight = new($"{prefix}/completion_length_right", MetricUnit.Tokens, "Mean length of the completions with a right answer.", SampleMetrics.LengthRule, "where any is right");
        CompletionLengthWrong = new($"{prefix}/completion_length_wrong", MetricUnit.Tokens, "Mean length of the completions without a right answer.", SampleMetrics.LengthRule, "where any is not right");
        ThoughtLength = new($"{prefix}/thought_length", MetricUnit.Tokens, "Mean length of the thought within the completion.", SampleMetrics.ThoughtRule, "where any has a thought");
        AccuracyWithin = new($"{prefix}/accuracy_within_{{tokens}}", MetricUnit.Share, "Samples that are right and complete within a smaller budget.", "the same samples cut at each of `evaluation.budgets`, the end token counted", "with `evaluation.budgets`");
    }

    /// <summary>Of the model that a run starts from, at step 0 of its supervised stage.</summary>
    public static EvaluationMetrics Start { get; } = new("sft/evaluation");

    /// <summary>Before, within and after reinforcement learning, by its steps.</summary>
    public static EvaluationMetrics Run { get; } = new("evaluation");

    /// <summary>Between rounds of expert iteration, by its steps.</summary>
    public static EvaluationMetrics Rounds { get; } = new("ei/evaluation");

    public RunMetric Accuracy { get; }

    public RunMetric AllStepsRight { get; }

    public RunMetric Truncated { get; }

    public RunMetric Unscored { get; }

    public RunMetric HarnessErrors { get; }

    public RunMetric CutWhileThinking { get; }

    public RunMetric CompletionLength { get; }

    public RunMetric CompletionLengthRight { get; }

    public RunMetric CompletionLengthWrong { get; }

    public RunMetric ThoughtLength { get; }

    public RunMetric AccuracyWithin { get; }

    public IReadOnlyList<RunMetric> All => [Accuracy, AllStepsRight, Truncated, Unscored, CutWhileThinking, HarnessErrors, CompletionLength, CompletionLengthRight, CompletionLengthWrong, ThoughtLength, AccuracyWithin];
}

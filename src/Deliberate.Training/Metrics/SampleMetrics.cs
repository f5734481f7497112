namespace Deliberate.Training;

/// <summary>What a stage's own samples say about the policy, over the groups drawn first: those of dynamic sampling's later rounds are a selection.</summary>
internal sealed class SampleMetrics
{
    /// <summary>One rule for every length, here, in evaluations and in reports.</summary>
    public const string LengthRule = "the prompt and the end token not counted (TRL and verl count the end token)";

    /// <summary>The same of thoughts.</summary>
    public const string ThoughtRule = "by the tags, which are counted; a completion without a thought counts as 0";

    private SampleMetrics(string stage, string when)
    {
        RunMetric Declare(string name, MetricUnit unit, string meaning, string source, string? rarely = null) => new($"{stage}/{name}", unit, meaning, source, rarely ?? when);
        Reward = Declare("reward_mean", MetricUnit.Reward, "Mean reward of the samples, penalties of length included.", "as the recipe weighs its parts; TRL `reward`, verl `critic/rewards/mean`");
        Accuracy = Declare("accuracy", MetricUnit.Share, "Samples whose answer is right.", "the verifier's verdict alone, whatever the reward is made of");
        AllStepsRight = Declare("all_steps_right", MetricUnit.Share, "Samples whose answer and every step of the thought are right.", "the family's own checker; 0 for problems of your own, whose steps nobody checks");
        CompletionLength = Declare("completion_length", MetricUnit.Tokens, "Mean length of the completions.", LengthRule + "; TRL `completions/mean_length`, verl `response_length/mean`");
        CompletionLengthRight = Declare("completion_length_right", MetricUnit.Tokens, "Mean length of the completions with a right answer.", LengthRule, "where any is right");
        CompletionLengthWrong = Declare("completion_length_wrong", MetricUnit.Tokens, "Mean length of the completions without a right answer.", LengthRule, "where any is not right");
        ThoughtLength = Declare("thought_length", MetricUnit.Tokens, "Mean length of the thought within the completion.", ThoughtRule, "where any has a thought");
        Truncated = Declare("truncated", MetricUnit.Share, "Completions that the token budget cut off.", "finish reason `length`; TRL `completions/clipped_ratio`, verl `response_length/clip_ratio`");
        Unscored = Declare("unscored", MetricUnit.Share, "Samples without an answer that could be read.", "outcome `unscored`");
        CutWhileThinking = Declare("cut_while_thinking", MetricUnit.Share, "Samples that the token budget cut off within their thought, before any answer.", "outcome `cut_while_thinking`; part of the truncated ones", "where there are any");
        HarnessErrorShare = Declare("harness_error_share", MetricUnit.Share, "Samples that the verifier itself failed on, after its retries: in no other share or mean of this table.", "outcome `harness_error`, of all samples");
        UnjudgedGroups = Declare("unjudged_groups", MetricUnit.Count, "Groups of which fewer than two samples could be judged: reinforcement learning leaves them out.", "those that dynamic sampling drew included", "where there are any");
        ZeroDeviation = Declare("frac_reward_zero_std", MetricUnit.Share, "Groups whose samples all got the same reward: their advantages are 0, they teach nothing.", "the standard deviation of the group's rewards is 0, of the groups with at least two judged samples; TRL `frac_reward_zero_std`");
        Component = Declare("components/{name}", MetricUnit.Number, "Mean of a component that your verifier gives besides the score.", "over the samples that have it, not weighed; TRL `rewards/{name}/mean`", "where the verifier gives any");
    }

    public static SampleMetrics ExpertIteration { get; } = new("ei", "steps that sample");

    public static SampleMetrics Reinforcement { get; } = new("rl", "every step");

    public RunMetric Reward { get; }

    public RunMetric Accuracy { get; }

    public RunMetric AllStepsRight { get; }

    public RunMetric CompletionLength { get; }

    public RunMetric CompletionLengthRight { get; }

    public RunMetric CompletionLengthWrong { get; }

    public RunMetric ThoughtLength { get; }

    public RunMetric Truncated { get; }

    public RunMetric Unscored { get; }

    public RunMetric CutWhileThinking { get; }

    public RunMetric HarnessErrorShare { get; }

    public RunMetric UnjudgedGroups { get; }

    public RunMetric ZeroDeviation { get; }

    public RunMetric Component { get; }

    public IReadOnlyList<RunMetric> All => [Reward, Accuracy, AllStepsRight, CompletionLength, CompletionLengthRight, CompletionLengthWrong, ThoughtLength, Truncated, Unscored, CutWhileThinking, HarnessErrorShare, UnjudgedGroups, ZeroDeviation, Component];

    /// <summary>Of a stage that learns from its own samples.</summary>
    public static SampleMetrics Of(RunStage stage) => stage == RunStage.ExpertIteration ? ExpertIteration : Reinforcement;
}

using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>One completion that the policy drew in training, complete enough to look at and to train on again. Log-probabilities are natural.</summary>
internal sealed record SampleRecord
{
    /// <summary>Optimizer step.</summary>
    public required long Step { get; init; }

    /// <summary>Which problem: the family's name and the problem's index, or the line of the user's file.</summary>
    public required string Problem { get; init; }

    /// <summary>Which stage drew it; steps count from 1 in each.</summary>
    public RunStage Stage { get; init; } = RunStage.Reinforcement;

    /// <summary>Which of the problem's samples, from 0.</summary>
    public required int Sample { get; init; }

    /// <summary>The prompt as text, special tokens shown.</summary>
    public required string Prompt { get; init; }

    public required IReadOnlyList<int> PromptTokens { get; init; }

    /// <summary>The completion as text.</summary>
    public required string Text { get; init; }

    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>Of the tokens those of the thought, its tags included; null in files of before they were counted.</summary>
    public int? ThoughtTokens { get; init; }

    /// <summary>The tag that the prompt opened the thought with: the text then begins within it. Empty where the model opened it.</summary>
    public string ThoughtOpenedBy { get; init; } = "";

    /// <summary>Of each completion token under the raw policy.</summary>
    public required IReadOnlyList<float> Logp { get; init; }

    /// <summary>Of each completion token under the distribution that was sampled from (temperature, filters); null where that is the raw policy.</summary>
    public IReadOnlyList<float>? BehaviourLogp { get; init; }

    /// <summary>What was found of it, by <see cref="RewardNames"/>; NaN where it could not be judged.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Rewards { get; init; }

    /// <summary>Each term of the reward by its name, not weighed; NaN where it has no value. None in files of before there were terms.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Terms { get; init; } = [];

    /// <summary>The total that the advantage was made from.</summary>
    public required double Reward { get; init; }

    /// <summary>Of advantages a token their mean.</summary>
    public required double Advantage { get; init; }

    /// <summary>What the problem's most likely completion earned; null where the advantages do not ask for it.</summary>
    public double? GreedyReward { get; init; }

    /// <summary>Why it ended: <c>stop</c>, <c>length</c>, ...</summary>
    public required string FinishReason { get; init; }

    /// <summary>What became of it in grading; null where the rewards say it.</summary>
    public SampleOutcome? Outcome { get; init; }

    /// <summary>Why it could not be graded or read; null where it was.</summary>
    public string? Reason { get; init; }

    /// <summary>The value of a term of the reward; NaN where it has none. In files of before there were terms it is what was found under that name.</summary>
    public double ValueOf(string term) =>
        Find(Terms, term) ?? (term == RewardNames.Correct ? Find(Rewards, RewardNames.Score) : null) ?? Find(Rewards, term) ?? double.NaN;

    public static double? Find(IReadOnlyList<KeyValuePair<string, double>> values, string name)
    {
        foreach (var (key, value) in values)
            if (key == name) return value;
        return null;
    }

    /// <summary>Whether the token budget ended it.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Of the weights that a server of rollouts drew it from; null of this program's own engine.</summary>
    public string? WeightVersion { get; init; }

    /// <summary>The turns of an episode, in order: tokens that were drawn, tokens that the environment gave behind them, and the turn's reward. None of a text of one turn.</summary>
    public IReadOnlyList<(int Drawn, int Given, double Reward)> Turns { get; init; } = [];

    /// <summary>Whether it was trained on: dynamic sampling leaves flat groups out, expert iteration wrong answers.</summary>
    public bool Trained { get; init; } = true;
}

namespace Deliberate.Training;

/// <summary>What a run learned by at last, as the report calls it.</summary>
/// <param name="Short">In labels: before RL, after RL.</param>
/// <param name="Long">In sentences.</param>
/// <param name="Step">What its axis counts.</param>
/// <param name="Steps">Several of them.</param>
internal sealed record LearningWords(string Short, string Long, string Step, string Steps)
{
    public static LearningWords Reinforcement { get; } = new("RL", "reinforcement learning", "RL step", "RL steps");

    public static LearningWords ExpertIteration { get; } = new("expert iteration", "expert iteration", "round of expert iteration", "rounds of expert iteration");

    /// <summary>Of a run that nothing follows imitation in.</summary>
    public static LearningWords Imitation { get; } = new("imitation", "imitation", "step", "steps");

    /// <summary>Of a run whose examples are labels or preferences.</summary>
    private static readonly LearningWords Labels = new("training", "training", "step", "steps");

    /// <summary>Of a model that is measured as it was loaded.</summary>
    public static LearningWords Nothing { get; } = new("no training", "no training", "step", "steps");

    public string Before => "before " + Short;

    public string After => this == Nothing ? "as loaded" : "after " + Short;

    /// <summary>Of a run: its last stage.</summary>
    public static LearningWords Of(RunFacts facts) =>
        facts.Reinforcement is not null ? Reinforcement : facts.ExpertIteration is not null ? ExpertIteration : facts.Imitation is null ? Nothing : OfImitation(facts);

    /// <summary>Of a run's supervised stage.</summary>
    public static LearningWords OfImitation(RunFacts facts) => facts.Imitation is { Target: not null } ? Labels : Imitation;

    /// <summary>Of several runs side by side.</summary>
    public static LearningWords Of(IReadOnlyList<RunEvidence> runs) => runs.All(r => r.Learning == runs[0].Learning) ? runs[0].Learning : new("learning", "learning", "step", "steps");
}

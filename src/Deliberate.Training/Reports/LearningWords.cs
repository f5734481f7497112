namespace Deliberate.Training;

/// <summary>What a run learned by after imitation, as the report calls it.</summary>
/// <param name="Short">In labels: before RL, after RL.</param>
/// <param name="Long">In sentences.</param>
/// <param name="Step">What its axis counts.</param>
/// <param name="Steps">Several of them.</param>
internal sealed record LearningWords(string Short, string Long, string Step, string Steps)
{
    public static LearningWords Reinforcement { get; } = new("RL", "reinforcement learning", "RL step", "RL steps");

    public static LearningWords ExpertIteration { get; } = new("expert iteration", "expert iteration", "round of expert iteration", "rounds of expert iteration");

    public string Before => "before " + Short;

    public string After => "after " + Short;

    /// <summary>Of a run: its last stage.</summary>
    public static LearningWords Of(TrainRecipe recipe) => recipe.Reinforcement.Steps == 0 && recipe.ExpertIteration.Rounds > 0 ? ExpertIteration : Reinforcement;

    /// <summary>Of several runs side by side.</summary>
    public static LearningWords Of(IReadOnlyList<RunEvidence> runs) => runs.All(r => r.Learning == runs[0].Learning) ? runs[0].Learning : new("learning", "learning", "step", "steps");
}

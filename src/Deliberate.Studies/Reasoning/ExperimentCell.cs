using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>One model of the experiment: the run that trains it and what its last checkpoint is tested on.</summary>
/// <param name="Name">seed-1/rl: its folder.</param>
/// <param name="Seed">Of the run, and of the samples of its tests.</param>
/// <param name="Model">Its kind.</param>
/// <param name="LeftOut">The family that it did not learn by reinforcement; null of all other kinds.</param>
/// <param name="From">Name of the cell whose last checkpoint it starts from; null for random weights.</param>
/// <param name="Recipe">Of the run, but for the checkpoint's path.</param>
/// <param name="Tests">What it is tested on.</param>
/// <param name="Work">Estimated tokens that pass through the model, a sampled one weighing more than a trained one: for the time left.</param>
internal sealed record ExperimentCell(
    string Name, ulong Seed, ExperimentModel Model, string? LeftOut, string? From, TrainRecipe Recipe, IReadOnlyList<CellTest> Tests, double Work)
{
    /// <summary>In progress: seed 1, RL on all families but sudoku.</summary>
    public string Title => $"seed {Seed.ToString(System.Globalization.CultureInfo.InvariantCulture)}, " + Model switch
    {
        ExperimentModel.Base => "imitation",
        ExperimentModel.Reinforced => "RL on all families",
        ExperimentModel.Expert => "expert iteration",
        ExperimentModel.Careful => "imitation of careful writers",
        ExperimentModel.Direct => "imitation of answers without thought",
        ExperimentModel.DirectReinforced => "RL without thought",
        _ => $"RL on all families but {LeftOut}",
    };
}

/// <summary>A family's held-out problems: of the levels that are trained on, or of the deeper one.</summary>
internal readonly record struct CellTest(string Family, bool Deeper)
{
    public string FileName => Deeper ? Family + "-deeper" : Family;
}

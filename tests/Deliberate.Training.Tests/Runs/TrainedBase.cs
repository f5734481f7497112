[assembly: AssemblyFixture(typeof(Deliberate.Training.Tests.TrainedBase))]

namespace Deliberate.Training.Tests;

/// <summary>
/// A tiny model that answers questions of yes or no, right about half the time: what short runs of reinforcement learning begin
/// with, a fraction of a second each. One for all tests of the project, trained when the first asks for it.
/// </summary>
public sealed class TrainedBase : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _checkpoint, _larger;
    private int _runs;

    public TrainedBase()
    {
        var recipe = TinyRun.ExpertRecipe(steps: 0) with { ExpertIteration = new ExpertIterationRecipe { Rounds = 0 }, Evaluation = new EvaluationRecipe { Problems = 0 } };
        _checkpoint = new Lazy<string>(() => new RunFolder(TinyRun.Start(recipe, _folder.File("base"))).Checkpoint(RunFolder.Base));
        _larger = new Lazy<string>(() => new RunFolder(TinyRun.Start(recipe with { Seed = 7, Model = recipe.Model with { Hidden = 48, Layers = 3 } }, _folder.File("larger"))).Checkpoint(RunFolder.Base));
    }

    /// <summary>A larger one of the same tokens, for a teacher; trained when it is first asked for.</summary>
    public string Larger => _larger.Value;

    public string Checkpoint => _checkpoint.Value;

    /// <summary>A recipe that reinforces the base: eight problems, four samples each, unless the keys say otherwise.</summary>
    internal TrainRecipe Recipe(string reinforcement, string more = "") => TrainRecipe.Parse(
        $$"""
        name: tiny
        micro_batch_tokens: 512
        family: { name: arithmetic-compare, levels: [2, 3], chain_of_thought: false }
        model: { from: "{{Checkpoint}}" }
        supervised: { tokens: 0 }
        evaluation: { problems: 0 }
        health: { kl_every: 0 }
        {{more}}
        reinforcement:
          steps: 2
          prompts: 8
          samples: 4
          max_tokens: 6
          optimizer: { kind: adamw, learning_rate: 0.003 }
          {{reinforcement.ReplaceLineEndings("\n  ")}}
        """,
        "tiny.yaml");

    /// <summary>The folder of a run that was carried out.</summary>
    internal string Run(TrainRecipe recipe) => TinyRun.Start(recipe, NewFolder());

    public string NewFolder() => _folder.File($"run-{Interlocked.Increment(ref _runs)}");

    internal static byte[] Weights(string folder) => File.ReadAllBytes(Path.Combine(new RunFolder(folder).Checkpoint(RunFolder.Final), "model.safetensors"));

    public void Dispose() => _folder.Dispose();
}

internal static class RecipeChanges
{
    /// <summary>The recipe with other settings of reinforcement learning.</summary>
    public static TrainRecipe Reinforced(this TrainRecipe recipe, Func<ReinforcementRecipe, ReinforcementRecipe> change) => recipe with { Reinforcement = change(recipe.Reinforcement) };
}

namespace Deliberate.Cli.Tests;

/// <summary>Recipes of runs that take a second or two.</summary>
internal static class TinyRun
{
    public static string Recipe(string name) => $"""
        name: {name}
        family:
          name: arithmetic-mod10
          levels: [2]
        model:
          hidden: 32
          layers: 1
          heads: 2
          intermediate: 64
        supervised:
          tokens: 12000
          batch_tokens: 500
        reinforcement:
          steps: 3
          prompts: 2
          samples: 2
          max_tokens: 24
        evaluation:
          problems: 6
          max_tokens: 24
          every: 2
          quick_problems: 4
        """;

    /// <summary>The same size, for recipes that are not ours.</summary>
    public static string[] Overrides { get; } =
    [
        "--set", "model.hidden=32", "--set", "model.layers=1", "--set", "model.heads=2", "--set", "model.intermediate=64", "--set", "supervised.tokens=6000", "--set", "supervised.batch_tokens=500",
        "--set", "reinforcement.steps=2", "--set", "reinforcement.prompts=2", "--set", "reinforcement.samples=2", "--set", "evaluation.problems=6",
    ];
}

/// <summary>One finished tiny run for all tests of a class.</summary>
public sealed class FinishedRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FinishedRun()
    {
        _folder.File("tiny.yaml", TinyRun.Recipe("tiny"));
        Trained = CliProcess.Run(_folder.Root, "train", "tiny.yaml", "--json").ShouldSucceed().Output;
    }

    /// <summary>The folder that holds tiny.yaml and runs/tiny.</summary>
    public string Root => _folder.Root;

    /// <summary>What training wrote to standard output.</summary>
    public string Trained { get; }

    public string Checkpoint => Path.Combine(Root, "runs", "tiny", "checkpoints", "final");

    /// <summary>A copy of the checkpoint to damage.</summary>
    public string CopyCheckpoint(string name)
    {
        var copy = Path.Combine(Root, name);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(Checkpoint)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    public void Dispose() => _folder.Dispose();
}

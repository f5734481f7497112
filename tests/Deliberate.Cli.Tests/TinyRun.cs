[assembly: AssemblyFixture(typeof(Deliberate.Cli.Tests.TrainedRun))]

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

/// <summary>One finished tiny run for all tests of the project, trained when the first asks for it.</summary>
public sealed class TrainedRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _said;

    public TrainedRun() => _said = new Lazy<string>(() =>
    {
        _folder.File("tiny.yaml", TinyRun.Recipe("tiny"));
        return CliProcess.Run(_folder.Root, "train", "tiny.yaml", "--json").ShouldSucceed().Output;
    });

    /// <summary>Copies the folder of recipe and run.</summary>
    /// <returns>What training wrote to standard output.</returns>
    public string CopyTo(string folder)
    {
        var said = _said.Value;
        foreach (var file in Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(_folder.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return said;
    }

    public void Dispose() => _folder.Dispose();
}

/// <summary>A finished tiny run in a folder of its own for all tests of a class.</summary>
public sealed class FinishedRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FinishedRun(TrainedRun run) => Trained = run.CopyTo(_folder.Root);

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

using Deliberate.Training;

[assembly: AssemblyFixture(typeof(Deliberate.Server.Tests.TinyRun))]

namespace Deliberate.Server.Tests;

/// <summary>One finished run of a second or two, trained once and copied by whoever needs one.</summary>
public sealed class TinyRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-server-run-").FullName;

    public TinyRun()
    {
        Train(Run);
        RunReport.Write(Path.Combine(Run, RunReport.FileName), "deliberate train tiny.yaml", Run);
    }

    private string Run => Path.Combine(_folder, "tiny");

    /// <summary>Trains one there, as the program does.</summary>
    public static void Train(string folder)
    {
        var recipe = TrainRecipe.Parse(
            """
            name: tiny
            family: { name: arithmetic, levels: [2] }
            model: { hidden: 32, layers: 1, heads: 2, intermediate: 48, context: 160 }
            supervised: { tokens: 6000, batch_tokens: 1000 }
            reinforcement: { steps: 6, prompts: 4, samples: 8, max_tokens: 40 }
            evaluation: { problems: 24, quick_problems: 10, max_tokens: 40, every: 2 }
            """,
            "tiny.yaml");
        using var run = TrainingRun.Start(recipe, folder, threads: 1);
        run.Execute();
    }

    /// <summary>A copy to look at or to damage.</summary>
    public string CopyTo(string folder)
    {
        foreach (var file in Directory.GetFiles(Run, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(Run, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return folder;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

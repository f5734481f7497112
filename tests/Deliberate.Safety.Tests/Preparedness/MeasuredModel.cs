using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Training;

[assembly: AssemblyFixture(typeof(Deliberate.Safety.Tests.MeasuredModel))]

namespace Deliberate.Safety.Tests;

/// <summary>A run of a second, and evaluations of its last checkpoint as <c>deliberate eval</c> writes them: made when first asked for, then copied by whoever needs them.</summary>
public sealed class MeasuredModel : IDisposable
{
    private readonly GateFolder _folder = new();
    private readonly Lock _one = new();
    private bool _isMade;

    /// <summary>A copy of the run and of its evidence, to look at or to damage.</summary>
    internal Measured Copy(string folder)
    {
        lock (_one)
        {
            if (!_isMade) Make();
            _isMade = true;
        }

        foreach (var file in Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(_folder.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return new Measured(folder);
    }

    public void Dispose() => _folder.Dispose();

    private void Make()
    {
        var recipe = TrainRecipe.Parse(
            """
            name: tiny
            family: { name: arithmetic, levels: [2] }
            model: { hidden: 32, layers: 1, heads: 2, intermediate: 48, context: 384 }
            supervised: { tokens: 6000, batch_tokens: 1000 }
            reinforcement: { steps: 2, prompts: 2, samples: 4, max_tokens: 40 }
            evaluation: { problems: 8, quick_problems: 4, max_tokens: 40, every: 2 }
            """,
            "tiny.yaml");
        var measured = new Measured(_folder.Root);
        using (var run = TrainingRun.Start(recipe, measured.Run, threads: 1)) run.Execute();
        Evaluate(measured.Model, measured.Evidence, ["family:arithmetic@2", "hierarchy-symbols"]);
    }

    /// <summary>As the command does it, in process.</summary>
    internal static void Evaluate(string model, string folder, string[] tasks)
    {
        var configuration = new ProgramConfiguration(null, new ProgramSettings(), null, []);
        using var handlers = new ProviderHandlers(configuration);
        var models = new EvaluationModels(configuration, handlers) { Checkpoint = name => CheckpointConnection.Open(name, name, [], threads: 1) };
        var request = new EvaluationRequest { Tasks = tasks, Models = [model], Settings = new RunSettings { Limit = 40, Epochs = 1, MaxTokens = 24, Temperature = 1 } };
        new EvaluationSet(request, folder, models, null).RunAsync((_, _) => new EvaluationObserver(), _ => { }, CancellationToken.None).GetAwaiter().GetResult();
    }
}

/// <summary>Where things are below a folder.</summary>
internal sealed record Measured(string Root)
{
    public string Run => Path.Combine(Root, "runs", "tiny");

    public string Model => Path.Combine(Run, "checkpoints", "final");

    /// <summary>A model of the same form with other weights, in the place of one from before mitigations.</summary>
    public string Before
    {
        get
        {
            var folder = Path.Combine(Root, "before-mitigations");
            if (Directory.Exists(folder)) return folder;
            Directory.CreateDirectory(folder);
            foreach (var file in Directory.GetFiles(Model)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            Flip(Path.Combine(folder, "model.safetensors"));
            return folder;
        }
    }

    public string Evidence => Path.Combine(Root, "evidence");

    public string[] Logs => [.. Directory.GetFiles(Evidence, "*.log").Order(StringComparer.Ordinal)];

    /// <summary>Weights that differ from the model's in one bit, in a file of the same size that is dated back.</summary>
    public void ChangeWeights()
    {
        var file = Path.Combine(Model, "model.safetensors");
        var time = File.GetLastWriteTimeUtc(file);
        // Known to the cache of identities before it is changed.
        _ = ModelIdentity.Of(Model);
        Flip(file);
        File.SetLastWriteTimeUtc(file, time);
    }

    private static void Flip(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[^3] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    public GateModels Models(bool hasPre = false) => new(Gate.ModelOf("tiny", Model, CancellationToken.None), hasPre ? Gate.ModelOf("base", Before, CancellationToken.None) : null);
}

using System.CommandLine;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// The model that a command is given, and what its run says about it: a checkpoint folder, or a run folder, whose newest
/// checkpoint is meant, or a model from elsewhere (a Hugging Face folder, a .gguf or .safetensors file). One from elsewhere has
/// no recipe, and then the family must be named.
/// </summary>
/// <param name="Location">What <see cref="PretrainedModel.Open"/> takes.</param>
/// <param name="Recipe">Of the run that it belongs to; null where there is none.</param>
internal sealed record CheckpointChoice(string Location, TrainRecipe? Recipe)
{
    /// <summary>The folder of an adapter that the model is used with; null for the model as it is.</summary>
    public string? Adapter { get; init; }

    public static Argument<string> Argument() => new("CHECKPOINT") { Description = "A checkpoint folder, a run folder for its newest checkpoint, runs/NAME/checkpoints/best for its best, or a model from elsewhere: a Hugging Face folder, a .gguf file, or hf:OWNER/NAME after model pull." };

    public static Option<string?> FamilyOption() => new("--family") { HelpName = "name", Description = "Task family; that of the checkpoint's run if left out." };

    /// <param name="adapter">What <c>--adapter</c> names; null for nothing.</param>
    public static CheckpointChoice Find(string path, string? adapter) => adapter is null ? Find(path) : Find(path) with { Adapter = AdapterCommand.Folder(adapter) };

    public static CheckpointChoice Find(string path)
    {
        if (HubReference.Is(path))
        {
            var reference = HubReference.Parse(path);
            return new CheckpointChoice(new HubCache(HubSettings.OfEnvironment().Cache, reference).Find() ?? throw new UserError($"{reference} is not on this machine.", path, advice: $"Get it: deliberate model pull {reference}"), null);
        }

        if (File.Exists(path)) return new CheckpointChoice(path, null);
        path = Best(path);
        if (!Directory.Exists(path)) throw new UserError("There is no such file or folder.", path, advice: Neighbours(path));
        var folder = path;
        if (!PretrainedModel.IsIn(path))
        {
            folder = new RunFolder(path).Newest() ?? throw new UserError("This is neither a checkpoint (it has no config.json) nor a run folder with checkpoints.", path, advice: Neighbours(Path.Combine(path, "final")));
        }

        var run = new RunFolder(Path.GetFullPath(Path.Combine(folder, "..", "..")));
        return new CheckpointChoice(folder, File.Exists(run.Recipe) ? RunRecipe.Read(run) : null);
    }

    /// <summary>How a model writes its texts, whatever its weights are.</summary>
    public static TextFormat TextOf(string path)
    {
        using var opened = PretrainedModel.Open(Find(path).Location);
        return opened.Text;
    }

    /// <summary>The family that the user names, or that of the run.</summary>
    public ITaskFamily Family(string? named) =>
        named is not null ? FamilyNames.Get(named)
        : Recipe is { Family.IsMixed: true } ? throw new UserError("The model learned several task families.", Location, field: "--family", advice: $"Name one of {string.Join(", ", Recipe.Family.Parts.Select(p => p.Name))}.")
        : Recipe is not null ? FamilyNames.Get(Recipe.Family.Name)
        : throw new UserError("The checkpoint belongs to no run that would tell its task family.", Location, field: "--family", advice: $"Name one of {string.Join(", ", FamilyRegistry.All.Select(f => f.Name))}.");

    public int Level(ITaskFamily family, int level) => FamilyNames.Level(family, level == 0 && Own(family) is { } own ? own : level);

    /// <summary>The level that the run tests the family on; null where it does not know the family.</summary>
    private int? Own(ITaskFamily family) =>
        Recipe?.Family.Parts.FirstOrDefault(p => p.Name == family.Name) is { } part ? part.Levels[^1] : Recipe?.Family.Name == family.Name ? Recipe.Family.TestLevel : null;

    /// <summary>What <c>checkpoints/best</c> means where the system has no links.</summary>
    private static string Best(string path)
    {
        if (Directory.Exists(path) || Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) != BestCheckpoints.Link) return path;
        var run = new RunFolder(Path.GetFullPath(Path.Combine(path, "..", "..")));
        return BestCheckpoints.Read(run) is [var best, ..] ? run.Checkpoint(best.Checkpoint) : path;
    }

    private static string Neighbours(string path)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is null || !Directory.Exists(parent)) return "Checkpoints are in runs/NAME/checkpoints.";
        var names = Directory.GetDirectories(parent).Concat(Directory.GetFiles(parent, "*.gguf")).Select(d => Path.GetFileName(d)).Where(name => !AtomicFolder.IsPartial(name)).Order(StringComparer.Ordinal).Take(20).ToArray();
        return NearestName.Suggest(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), names) ?? "Checkpoints are in runs/NAME/checkpoints.";
    }
}

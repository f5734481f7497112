using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The folder of a sweep: <c>sweep.json</c> says which runs belong to it, <c>recipes/NAME.yaml</c> is the recipe of each, <c>NAME/</c> the run
/// once it is begun. All recipes are there before the first run begins, so that the sweep goes on as it was meant whatever becomes of
/// the file that it was made from.
/// </summary>
internal sealed class SweepFolder
{
    public const string FileName = "sweep.json", RecipesFolder = "recipes";

    public const int NewestFormat = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private SweepFolder(string root, Content content) => (Root, Sweep, Command) = (root, new Sweep { Name = content.Name, Seeds = content.Seeds, Axes = content.Axes }, content.Command);

    public string Root { get; }

    public Sweep Sweep { get; }

    /// <summary>What made it.</summary>
    public string Command { get; }

    public static bool Is(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Begins a sweep in a folder that holds none, and no run.</summary>
    /// <param name="recipes">Of each run, in their order.</param>
    public static SweepFolder Begin(string root, Sweep sweep, IReadOnlyList<TrainRecipe> recipes, string command)
    {
        if (Is(root)) throw new UserError("The folder holds a sweep already.", root, advice: $"Go on with it (deliberate resume {ShellCommand.Word(root)}), or choose another name.");
        if (File.Exists(Path.Combine(root, RunFolder.RecipeFile))) throw new UserError("The folder holds a run already.", root, advice: "Choose another name (--output, or --set name=...).");
        Directory.CreateDirectory(Path.Combine(root, RecipesFolder));
        foreach (var (run, recipe) in sweep.Runs.Zip(recipes)) AtomicFile.WriteText(Path.Combine(root, RecipesFolder, run.Name + ".yaml"), RecipeWriter.Write(recipe));
        var content = new Content(NewestFormat, sweep.Name, command, [.. sweep.Seeds], [.. sweep.Axes]);
        AtomicFile.WriteJson(Path.Combine(root, FileName), content, Options);
        return new SweepFolder(root, content);
    }

    /// <exception cref="UserError">The folder holds no sweep, or one of a newer program.</exception>
    public static SweepFolder Read(string root)
    {
        var path = Path.Combine(root, FileName);
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.Read(path));
            RunFolder.CheckFormat(document.RootElement, path, NewestFormat);
            var content = document.Deserialize<Content>(Options) ?? throw new JsonException("it is null.");
            if (content.Seeds is not { Length: > 0 } || content.Axes is null || content.Seeds.Length * content.Axes.Aggregate(1.0, (count, axis) => count * axis.Values.Count) > Sweep.MostRuns) throw new JsonException("its runs cannot be told.");
            return new SweepFolder(root, content);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"The file does not describe a sweep: {error.Message}", path, advice: "Each run of it can be gone on with by itself: deliberate resume RUN.", inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    public string FolderOf(SweepRun run) => Path.Combine(Root, run.Name);

    /// <summary>Whether a run has come to its end.</summary>
    public bool IsFinished(SweepRun run) => IsBegun(run) && RunOverview.Read(FolderOf(run)).Condition == RunCondition.Finished;

    public bool IsBegun(SweepRun run) => File.Exists(new RunFolder(FolderOf(run)).Recipe);

    /// <summary>The runs that have something to show, in their order.</summary>
    public IReadOnlyList<string> Begun => [.. Sweep.Runs.Where(IsBegun).Select(FolderOf)];

    /// <summary>A run, begun or gone on with.</summary>
    /// <param name="device">In place of the recipe's; null for that.</param>
    public TrainingRun Open(SweepRun run, int threads, IRunObserver observer, string? device = null) => IsBegun(run)
        ? TrainingRun.Resume(FolderOf(run), threads, observer, device: device)
        : TrainingRun.Start(TrainRecipe.Read(Path.Combine(Root, RecipesFolder, run.Name + ".yaml"), device is null ? null : [$"device={JsonSerializer.Serialize(device)}"]), FolderOf(run), threads, observer);

    private sealed record Content(int FormatVersion, string Name, string Command, ulong[] Seeds, SweepAxis[] Axes);
}

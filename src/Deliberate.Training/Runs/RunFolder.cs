using System.Globalization;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>The names of a run folder's files, and which of its checkpoints is the newest.</summary>
internal sealed class RunFolder(string path)
{
    public const string RecipeFile = "recipe.yaml", InfoFile = "run.json", FactsFile = "facts.json", CheckpointsFolder = "checkpoints", EvaluationsFolder = "evaluations", SkippedFolder = "skipped";

    private const string RoundPrefix = "ei-round-";

    /// <summary>The evaluation of the model that a run starts from, before its first supervised step. No checkpoint has the name: the model is where it came from.</summary>
    public const string Start = "start";

    /// <summary>What supervised training, expert iteration before reinforcement learning, and the whole run end with: these checkpoints stay.</summary>
    public const string Base = "base", Expert = "expert", Final = "final";

    public string Root { get; } = path;

    public string Recipe => Path.Combine(Root, RecipeFile);

    public string Info => Path.Combine(Root, InfoFile);

    public string Facts => Path.Combine(Root, FactsFile);

    public string Checkpoint(string name) => Path.Combine(Root, CheckpointsFolder, name);

    public string Evaluation(string name) => Path.Combine(Root, EvaluationsFolder, name + ".jsonl");

    public string Skipped(string name) => Path.Combine(Root, SkippedFolder, name + ".jsonl");

    /// <summary>The name of a checkpoint, an evaluation or a skipped batch after some steps of a stage.</summary>
    public static string StepName(RunStage stage, int step) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(stage)}-{step:D6}");

    /// <summary>The name of the evaluation after some rounds of expert iteration.</summary>
    public static string RoundName(int rounds) => string.Create(CultureInfo.InvariantCulture, $"{RoundPrefix}{rounds:D3}");

    /// <summary>After how many rounds of expert iteration an evaluation of this name was made; null for other names.</summary>
    public static int? Round(string name) => Number(name, RoundPrefix);

    /// <summary>After how many steps of a stage a checkpoint or evaluation of this name was made; null for other names.</summary>
    public static int? Step(RunStage stage, string name) => Number(name, Prefix(stage) + "-");

    /// <summary>The names of whole checkpoints, oldest first.</summary>
    public List<string> Checkpoints()
    {
        var folder = Path.Combine(Root, CheckpointsFolder);
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)).Where(name => Order(name) is not null).OrderBy(name => Order(name))];
    }

    /// <summary>The newest checkpoint's folder; null where there is none.</summary>
    public string? Newest() => Checkpoints() is [.., var last] ? Checkpoint(last) : null;

    /// <summary>Deletes step checkpoints but the newest <paramref name="keep"/> and those of the best. None is ever seen in part.</summary>
    public void Prune(int keep, IEnumerable<string> best)
    {
        var steps = Checkpoints().Where(name => name is not (Base or Expert or Final)).ToList();
        var stays = best.Concat(steps.TakeLast(keep)).ToHashSet(StringComparer.Ordinal);
        // One that cannot be deleted is a checkpoint too many, and does no harm.
        foreach (var step in steps.Where(step => !stays.Contains(step))) AtomicFolder.TryDelete(Checkpoint(step));
    }

    /// <summary>What opens the names of a stage's checkpoints, evaluations and metrics.</summary>
    public static string Prefix(RunStage stage) => stage switch
    {
        RunStage.Supervised => "sft",
        RunStage.ExpertIteration => "ei",
        _ => "rl",
    };

    /// <summary>Refuses a format that a newer program wrote.</summary>
    public static void CheckFormat(JsonElement root, string path, int newest)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format_version", out var element) || element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var version) || version < 1)
            throw new UserError("the file does not say its format.", path, field: "format_version", advice: "It is not of this program, or damaged.");
        if (version > newest)
            throw new UserError($"the format is {version}, and this program knows formats up to {newest}.", path, field: "format_version", advice: "Resume with the version of Deliberate that began the run, or a newer one; run.json names it.");
    }

    /// <summary>In the order in which a run makes them.</summary>
    private static (int Kind, int Step)? Order(string name) => name switch
    {
        Base => (1, 0),
        Expert => (3, 0),
        Final => (5, 0),
        _ when Step(RunStage.Supervised, name) is { } supervised => (0, supervised),
        _ when Step(RunStage.ExpertIteration, name) is { } expert => (2, expert),
        _ when Step(RunStage.Reinforcement, name) is { } reinforcement => (4, reinforcement),
        _ => null,
    };

    private static int? Number(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Makes recipes of the training files of TRL and verl: the same problems a step, samples, objective, advantages and rates, with their
/// defaults written out where ours are others. See docs/from-trl-and-verl.md.
/// </summary>
internal static partial class RecipeTranslation
{
    /// <exception cref="UserError">A value cannot be read, or has no counterpart that a recipe could do without.</exception>
    public static Translation Of(ForeignSource source) => source.Trainer switch
    {
        ForeignTrainer.Verl => new VerlTranslation(source).Make(),
        _ => new TrlTranslation(source).Make(),
    };

    /// <summary>Takes over every setting whose value stays as it is.</summary>
    public static void CopySame(ForeignSource source, ForeignProgram program, RecipeDraft draft)
    {
        foreach (var key in program.Keys.Where(key => key.IsSame))
            if (source.Settings.Node(key.Name) is RecipeScalar scalar) draft.Set(key.OursOf(source.Stage)!, Typed(scalar), Comment(program, key.Name));
    }

    /// <summary>Takes options out of a recipe that its objective does not read: theirs are said whatever the loss, and refused here.</summary>
    /// <returns>The settings that said them, and why nothing comes of them; none of what was a default of theirs.</returns>
    public static IReadOnlyList<(string Name, RecipeNode Value, string Why)> TakeUnread(ForeignSource source, ForeignProgram program, RecipeDraft draft)
    {
        const string Section = "reinforcement.options";
        var left = source.Settings.Left.Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        var unread = new List<(string, RecipeNode, string)>();
        var entry = PolicyObjectives.Find(draft.Value("reinforcement.objective") as string ?? new ReinforcementRecipe().Objective);
        foreach (var (key, problem) in ObjectiveOptions.Problems(entry, Options(source, draft, entry)).ToArray())
        {
            var path = $"{Section}.{key}";
            draft.Remove(path);
            foreach (var known in program.Keys)
            {
                // What became of several keys is not lost with one of them.
                if (known.OursOf(source.Stage)?.Split(", ") is not { } ours || !ours.Contains(path) || ours.Any(draft.Has) || left.Contains(known.Name)) continue;
                if (source.Settings.Node(known.Name) is { } value) unread.Add((known.Name, value, $"{path} is what it is here. {problem}"));
            }
        }

        if (!RecipeType.Of(typeof(PolicyOptions)).Keys.Any(key => draft.Has($"{Section}.{key}"))) draft.Remove(Section);
        return unread;
    }

    public static string Comment(ForeignProgram program, string name) => $"{program.Name}: {name}";

    /// <summary>A number, true or false as such, so that it is written without quotes.</summary>
    public static object Typed(RecipeScalar scalar)
    {
        if (scalar.Text is "True" or "true") return true;
        if (scalar.Text is "False" or "false") return false;
        var text = scalar.Text.Replace("_", "", StringComparison.Ordinal);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : scalar.Text;
    }

    /// <summary>A model's folder: the path as it is, or where a model of the hub is to be put.</summary>
    public static string Model(string name, List<string> toDo)
    {
        if (IsPath(name)) return name;
        var folder = "models/" + name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        toDo.Add($"download the model {name} into the folder {folder} (huggingface-cli download {name} --local-dir {folder}).");
        return folder;
    }

    /// <summary>A file of problems or examples: the path where it is JSON Lines, or where its data is to be exported.</summary>
    public static string Data(string name, List<string> toDo)
    {
        if (Path.GetExtension(name).ToUpperInvariant() is ".JSONL" or ".JSON" or ".NDJSON") return name;
        var file = Path.GetExtension(name).Length > 0 || IsPath(name) ? Path.ChangeExtension(name, ".jsonl") : $"data/{name[(name.LastIndexOf('/') + 1)..]}.jsonl";
        toDo.Add($"export {name} as JSON Lines to {file} (in Python: Dataset.to_json), and look at it: deliberate problems {file}");
        return file;
    }

    /// <summary>Whether files of problems call the answer as we do: those that are there are looked at, of others nobody knows.</summary>
    public static bool SaysAnswer(IReadOnlyList<string> files, string source)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(source))!;
        foreach (var file in files.Select(file => Path.GetFullPath(file, folder)).Where(File.Exists))
            foreach (var line in JsonLines.Read(file, _ => { }))
                return line.Root.ValueKind == JsonValueKind.Object && line.Root.TryGetProperty(OwnProblem.Answer, out _);
        return false;
    }

    /// <summary>A low-rank adapter; PEFT's <c>all-linear</c> is the default here.</summary>
    public static void Adapter(RecipeDraft draft, int rank, double alpha, IReadOnlyList<string> modules, string from)
    {
        draft.Set("adapter.rank", rank, from);
        draft.Set("adapter.alpha", alpha);
        if (modules.Count > 0 && modules[0] != "all-linear") draft.Set("adapter.target_modules", modules.ToArray());
    }

    /// <summary>Room for a prompt and its completion, in the model and in a pass.</summary>
    public static void Context(RecipeDraft draft, int tokens, string comment)
    {
        draft.Set("model.context", Math.Max(16, tokens), comment);
        if (tokens > new TrainRecipe { Name = "" }.MicroBatchTokens || draft.Has("micro_batch_tokens")) draft.Set("micro_batch_tokens", Math.Max(tokens, draft.Value("micro_batch_tokens") is long said ? (int)Math.Min(said, 1 << 24) : 0), "at least one sequence");
    }

    /// <summary>The last part of a path as the name of a run, without what only a shell would know (<c>$(date)</c>).</summary>
    public static string RunName(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Unknown().Replace(path, "").Trim().TrimEnd('-', '_', '.')));
        return name.Length == 0 ? "translated" : name.Length <= 100 ? name : name[..100];
    }

    /// <summary>The objective's options as a draft has them; its defaults where a value is none of ours, which whoever reads the recipe is told.</summary>
    private static PolicyOptions Options(ForeignSource source, RecipeDraft draft, PolicyObjectiveEntry entry)
    {
        try
        {
            var top = RecipeReader.ParseSection(draft.Yaml([]), source.File);
            if ((top.Find("reinforcement")?.Value as RecipeSection)?.Find("options")?.Value is not RecipeSection options) return entry.Defaults;
            return (PolicyOptions)RecipeBinder.Bind(options, typeof(PolicyOptions), nullable: false, itemNullable: false, null, "reinforcement.options", entry.Defaults)!;
        }
        catch (UserError)
        {
            return entry.Defaults;
        }
    }

    private static bool IsPath(string name) => Path.Exists(name) || name.StartsWith('.') || name.StartsWith('/') || name.StartsWith('~') || name.StartsWith('$') || name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\$(\([^)]*\)|\{[^}]*\}|[A-Za-z_][A-Za-z0-9_]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Unknown();
}

using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Whose trainer a file is for.</summary>
internal enum ForeignTrainer
{
    Grpo,
    Rloo,
    Sft,
    Dpo,
    Verl,
}

/// <summary>
/// A training file of TRL or verl, read: YAML (of <c>trl grpo --config</c>, of verl's configuration), a shell script or command line that
/// starts either, or a Python program with a <c>GRPOConfig(...)</c> in it.
/// </summary>
internal sealed partial class ForeignSource
{
    private static readonly (string Word, ForeignTrainer Trainer)[] Trainers = [("grpo", ForeignTrainer.Grpo), ("rloo", ForeignTrainer.Rloo), ("sft", ForeignTrainer.Sft), ("dpo", ForeignTrainer.Dpo)];

    /// <summary>Scripts of TRL that are named by an objective of the trainer.</summary>
    private static readonly (string Word, ForeignTrainer Trainer)[] Scripts = [.. Trainers, ("gspo", ForeignTrainer.Grpo)];

    private ForeignSource(string file, ForeignTrainer trainer, ForeignSettings settings) => (File, Trainer, Settings) = (file, trainer, settings);

    /// <summary>Its name.</summary>
    public string File { get; }

    public ForeignTrainer Trainer { get; }

    public ForeignSettings Settings { get; }

    /// <summary>Values of a Python program that are no literals.</summary>
    public IReadOnlyList<(string Name, string Written, int Line)> Expressions { get; private init; } = [];

    /// <summary>The stage of a recipe that the trainer's settings are of.</summary>
    public string Stage => Trainer is ForeignTrainer.Sft or ForeignTrainer.Dpo ? "supervised" : "reinforcement";

    /// <param name="path">The file.</param>
    /// <param name="trainer">Where the file may not say it; null to find out.</param>
    /// <exception cref="UserError">It is no such file.</exception>
    public static ForeignSource Read(string path, ForeignTrainer? trainer = null) => Parse(RecipeReader.ReadText(path), path, trainer);

    /// <inheritdoc cref="Read"/>
    public static ForeignSource Parse(string text, string path, ForeignTrainer? trainer = null) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".YAML" or ".YML" => OfYaml(text, path, trainer),
        ".PY" => OfPython(text, path, trainer),
        _ => OfShell(text, path, trainer),
    };

    private static ForeignSource OfYaml(string text, string path, ForeignTrainer? trainer)
    {
        var settings = new ForeignSettings();
        settings.PutAll(RecipeParser.ParseFile(text, path));
        return new ForeignSource(path, trainer ?? OfKeys(settings, path), settings);
    }

    /// <summary>By keys that only one of the trainers has.</summary>
    private static ForeignTrainer OfKeys(ForeignSettings settings, string path) => ByKeys(settings)
        ?? throw new UserError("The file does not say which trainer it is for.", path, field: "--trainer", advice: "Name it: --trainer grpo, rloo, sft, dpo or verl.");

    private static ForeignTrainer? ByKeys(ForeignSettings settings)
    {
        if (settings.Names.Any(name => name.StartsWith("actor_rollout_ref.", StringComparison.Ordinal) || name.StartsWith("algorithm.", StringComparison.Ordinal))) return ForeignTrainer.Verl;
        if (settings.Mentions("num_generations") || settings.Mentions("reward_funcs") || settings.Mentions("max_completion_length"))
            return settings.Mentions("normalize_advantages") || settings.Mentions("reward_clip_range") ? ForeignTrainer.Rloo : ForeignTrainer.Grpo;
        if (settings.Mentions("packing") || settings.Mentions("dataset_text_field") || settings.Mentions("assistant_only_loss") || settings.Mentions("completion_only_loss")) return ForeignTrainer.Sft;
        if (settings.Mentions("precompute_ref_log_probs") || settings.Mentions("label_smoothing")) return ForeignTrainer.Dpo;
        return null;
    }

    private static ForeignSource OfShell(string text, string path, ForeignTrainer? asked) => Started(text, path, asked)
        ?? throw new UserError("No command in it starts a trainer of TRL (trl grpo, rloo, sft, dpo, or a script with its settings) or of verl (python -m verl.trainer.main_ppo).", path, advice: "Give the YAML file or the script that does.");

    /// <summary>What the first command of a script starts that starts a trainer; null where none does.</summary>
    private static ForeignSource? Started(string text, string path, ForeignTrainer? asked)
    {
        foreach (var command in ShellScript.Commands(text))
        {
            var main = command.ToList().FindIndex(word => word.Text.EndsWith("main_ppo", StringComparison.Ordinal) || word.Text.EndsWith("main_ppo.py", StringComparison.Ordinal));
            if (main >= 0) return new ForeignSource(path, ForeignTrainer.Verl, Overrides([.. command.Skip(main + 1)], path));
            var at = Enumerable.Range(0, command.Count).FirstOrDefault(i => TrainerOf(command, i) is not null, -1);
            // A script of the user's, by the settings that it is given.
            if (at < 0 && command.ToList().FindIndex(word => IsScript(word.Text)) is var script and >= 0 && (asked ?? ByKeys(Options(command.Skip(script + 1), path).Settings)) is not null) at = script;
            if (at < 0) continue;
            var (settings, config) = Options(command.Skip(at + 1), path);
            var trainer = asked ?? TrainerOf(command, at) ?? ByKeys(settings)!.Value;
            foreach (var before in command.Take(at).Index().Where(word => word.Item.Text == "--num_processes" && word.Index + 1 < at))
                settings.Put("num_processes", new RecipeScalar(command[before.Index + 1].Text, plain: true, new RecipePlace(path, before.Item.Line, 1)));
            if (config is null) return new ForeignSource(path, trainer, settings);
            var all = new ForeignSettings();
            var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, config);
            if (!System.IO.File.Exists(file) && System.IO.File.Exists(config)) file = config;
            all.PutAll(RecipeParser.ParseFile(RecipeReader.ReadText(file), file));
            // What the command line says wins.
            foreach (var (name, value) in settings.Left) all.Put(name, value);
            return new ForeignSource(path, trainer, all);
        }

        return null;
    }

    private static bool IsScript(string word) => word.EndsWith(".py", StringComparison.Ordinal) && !word.StartsWith('-') && !word.Contains('=', StringComparison.Ordinal);

    /// <summary><c>grpo</c> behind <c>trl</c>, or a script of such a name; not the value of an option, as in <c>--loss_type grpo</c>.</summary>
    private static ForeignTrainer? TrainerOf(IReadOnlyList<ShellWord> command, int at)
    {
        var word = command[at].Text;
        if (IsScript(word))
        {
            var parts = Path.GetFileNameWithoutExtension(word).Split('_', '-');
            foreach (var (script, known) in Scripts)
                if (parts.Contains(script)) return known;
            return null;
        }

        if (at == 0 || Path.GetFileName(command[at - 1].Text) != "trl") return null;
        foreach (var (trainer, known) in Trainers)
            if (word == trainer) return known;
        return null;
    }

    /// <summary>verl's <c>key=value</c>, also with Hydra's plus signs.</summary>
    private static ForeignSettings Overrides(IReadOnlyList<ShellWord> words, string path)
    {
        var settings = new ForeignSettings();
        foreach (var word in words)
        {
            var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) continue;
            settings.Put(word.Text[..equals].TrimStart('+', '~'), Value(word.Text[(equals + 1)..], path, word.Line));
        }

        // What is worked out elsewhere is not taken for verl's defaults.
        if (words.FirstOrDefault(word => word.Text.StartsWith("${", StringComparison.Ordinal)) is { } unknown)
            throw new UserError($"Settings come from {unknown.Text}, which the script does not write out.", path, unknown.Line, advice: "Write the settings behind main_ppo, or as an array of the script (NAME=( key=value ... )).");
        return settings;
    }

    /// <summary><c>--name value</c>, <c>--name=value</c>, <c>--name a b</c>, <c>--name</c>; and the file that --config names.</summary>
    private static (ForeignSettings Settings, string? Config) Options(IEnumerable<ShellWord> words, string path)
    {
        var settings = new ForeignSettings();
        string? config = null;
        var all = words.ToArray();
        for (var i = 0; i < all.Length; i++)
        {
            if (!all[i].Text.StartsWith("--", StringComparison.Ordinal)) continue;
            var (name, line) = (all[i].Text[2..], all[i].Line);
            var values = new List<RecipeNode>();
            if (name.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                values.Add(Value(name[(equals + 1)..], path, line));
                name = name[..equals];
            }

            while (i + 1 < all.Length && !all[i + 1].Text.StartsWith("--", StringComparison.Ordinal)) values.Add(Value(Unlisted(all[++i].Text), path, all[i].Line));
            name = name.Replace('-', '_');
            if (name == "config" && values is [RecipeScalar named]) config = named.Text;
            else settings.Put(name, values.Count switch { 0 => new RecipeScalar("true", plain: true, new RecipePlace(path, line, 1)), 1 => values[0], _ => new RecipeList(values, new RecipePlace(path, line, 1)) });
        }

        return (settings, config);
    }

    /// <summary>Without the comma of a list: <c>"q_proj", "v_proj"</c> are two words to a shell.</summary>
    private static string Unlisted(string word) => word.Length > 1 ? word.TrimEnd(',') : word;

    /// <summary>A list where it is written as one, else a text; at the line of the script.</summary>
    private static RecipeNode Value(string text, string path, int line)
    {
        var place = new RecipePlace(path, line, 1);
        if (text.Length > 0 && text[0] == '[' && RecipeParser.ParseValue(text, path) is RecipeList list)
            return new RecipeList([.. list.Items.Select(item => item is RecipeScalar scalar ? new RecipeScalar(scalar.Text, scalar.Plain, place) : item)], place);
        return new RecipeScalar(text, plain: true, place);
    }

    private static ForeignSource OfPython(string text, string path, ForeignTrainer? asked)
    {
        foreach (var (word, trainer) in Trainers)
        {
            if (asked is not null && asked != trainer) continue;
            var calls = new PythonCalls(text, path);
            if (calls.Find($"{word.ToUpperInvariant()}Config") is not { } arguments) continue;
            var settings = new ForeignSettings();
            settings.PutAll(arguments);
            var of = calls.Expressions.ToList();
            calls.Expressions.Clear();
            if (calls.Find($"{word.ToUpperInvariant()}Trainer") is { } made)
            {
                foreach (var entry in made.Entries)
                    if (entry.Key switch { "model" => "model_name_or_path", "reward_funcs" => "reward_funcs", _ => null } is { } name && !(name == "model_name_or_path" && entry.Value is RecipeScalar { Plain: true })) settings.Put(name, entry.Value);
                of.AddRange(calls.Expressions.Where(one => one.Name == "reward_funcs"));
            }

            if (!settings.Mentions("model_name_or_path") && FromPretrained().Match(text) is { Success: true } loaded)
                settings.Put("model_name_or_path", new RecipeScalar(loaded.Groups["name"].Value, plain: false, new RecipePlace(path, text.AsSpan(0, loaded.Index).Count('\n') + 1, 1)));
            if (calls.Find("load_dataset")?.Find("0") is { Value: RecipeScalar dataset }) settings.Put("dataset_name", dataset);
            return new ForeignSource(path, trainer, settings) { Expressions = of };
        }

        return ByCommandLine(text, path, asked) ?? throw new UserError("There is no GRPOConfig(...), RLOOConfig(...), SFTConfig(...) or DPOConfig(...) in the program, and no command in its texts that starts it.", path, advice: "A program that reads its settings from the command line is translated by that command: write it into a .sh file, or give the YAML file of its --config.");
    }

    /// <summary>
    /// A program that reads its settings from the command line, as the examples of TRL do, whose text shows such a command: with what the
    /// program itself says of its rewards and data.
    /// </summary>
    private static ForeignSource? ByCommandLine(string text, string path, ForeignTrainer? asked)
    {
        foreach (Match block in Documentation().Matches(text))
        {
            var lines = new string('\n', text.AsSpan(0, block.Groups["text"].Index).Count('\n'));
            if (Started(lines + block.Groups["text"].Value, path, asked) is not { } source) continue;
            var calls = new PythonCalls(text, path);
            foreach (var (word, _) in Trainers)
                if (calls.Find($"{word.ToUpperInvariant()}Trainer")?.Find("reward_funcs") is { } rewards && !source.Settings.Mentions("reward_funcs")) source.Settings.Put("reward_funcs", rewards.Value);
            var of = calls.Expressions.Where(one => one.Name == "reward_funcs").ToList();
            if (!source.Settings.Mentions("dataset_name") && calls.Find("load_dataset")?.Find("0") is { Value: RecipeScalar dataset }) source.Settings.Put("dataset_name", dataset);
            return new ForeignSource(path, source.Trainer, source.Settings) { Expressions = of };
        }

        return null;
    }

    [GeneratedRegex("\"\"\"(?<text>.*?)\"\"\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Documentation();

    [GeneratedRegex("from_pretrained\\(\\s*[\"'](?<name>[^\"']+)[\"']", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex FromPretrained();
}

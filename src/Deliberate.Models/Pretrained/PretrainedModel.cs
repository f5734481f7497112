using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A model on disk, opened and checked but not yet in memory: a Hugging Face folder, a checkpoint of our own (which is one), a
/// safetensors file beside its config.json, or a GGUF file. Opening costs a vocabulary; <see cref="LoadWeights"/> costs the
/// weights. Whatever is wrong with the files is a <see cref="UserError"/>. Pickled weights are never opened.
/// </summary>
internal sealed partial class PretrainedModel : IDisposable
{
    /// <summary>What else is named in the list of <see cref="Files"/>, where the folder has it.</summary>
    private static readonly string[] Companions = ["config.json", "generation_config.json", "tokenizer.json", TokenizerConfiguration.FileName, "chat_template.jinja", "model.safetensors.index.json"];

    private PretrainedModel(
        string path, string name, ModelConfiguration configuration, ITensorSource weights, TextFormat text, ModelOrigins origins, ModelLicence? licence, IEnumerable<IgnoredValue> ignored)
    {
        (Location, Name, Configuration, Weights, Text, Origins, Licence) = (path, name, configuration, weights, text, origins, licence);
        Ignored = [.. ignored.Distinct()];
        Check();
    }

    /// <summary>As it was asked for.</summary>
    public string Location { get; }

    /// <summary>What a GGUF file calls itself, else the name of the folder.</summary>
    public string Name { get; }

    public ModelConfiguration Configuration { get; }

    /// <summary>The tensors, mapped; every one that the configuration implies is there in its shape.</summary>
    public ITensorSource Weights { get; }

    /// <summary>Tokenizer, chat template, stop tokens, generation configuration.</summary>
    public TextFormat Text { get; }

    public ModelOrigins Origins { get; }

    /// <summary>Null where the files say nothing of it.</summary>
    public ModelLicence? Licence { get; }

    /// <summary>The adapter that the model is used with, which was opened with it; null for none.</summary>
    public AdapterFile? Adapter { get; private init; }

    /// <summary>Where the model is that the adapter is for; the model's own place without one.</summary>
    public string BaseLocation { get => field ?? Location; private init; }

    /// <summary>What the files say of tokens that the model does not have, and need not.</summary>
    public IReadOnlyList<IgnoredValue> Ignored { get; }

    /// <summary>The files that the model was read from.</summary>
    public IReadOnlyList<ModelFile> Files
    {
        get
        {
            var paths = new List<string>(Weights.Files);
            if (Weights is not GgufWeights)
            {
                var folder = Path.GetDirectoryName(Origins.Configuration.File)!;
                paths.AddRange(Companions.Select(name => ModelFolder.Find(folder, name)).OfType<string>());
            }

            paths.Add(Origins.Tokenizer.File);
            if (Adapter is not null) paths.AddRange([Path.Combine(Adapter.Folder, AdapterConfiguration.FileName), Path.Combine(Adapter.Folder, AdapterFile.WeightsName)]);
            return [.. paths.Distinct(StringComparer.Ordinal).Select(ModelFile.Of)];
        }
    }

    /// <summary>Whether a folder holds a model, whole or not.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, "config.json")) || AdapterFile.IsIn(folder) || Directory.GetFiles(folder, "*.gguf").Length > 0;

    /// <summary>Whether a folder holds an adapter, and not a model of its own.</summary>
    public static bool IsAdapter(string path) => AdapterFile.IsIn(path) && !File.Exists(Path.Combine(path, "config.json"));

    /// <param name="path">A folder, or a .safetensors or .gguf file; or an adapter's folder, for the model that it names with the adapter.</param>
    /// <param name="headed">Whether it may have another head than the language model's: a reward model or a classifier, which writes no text.</param>
    public static PretrainedModel Open(string path, bool headed = false)
    {
        var opened = OpenAny(path);
        if (headed || opened.Configuration.OutputHead is null) return opened;
        opened.Dispose();
        throw new UserError("is a reward model or classifier: it gives numbers and writes no text.", path, advice: "Name a language model; deliberate search takes a reward model as --scorer.");
    }

    private static PretrainedModel OpenAny(string path)
    {
        if (Directory.Exists(path)) return ModelFolder.Find(path, "config.json") is { } config ? OpenFolder(path, path, config) : AdapterFile.IsIn(path) ? OpenAdapter(path) : OpenOnly(path);
        WeightSource.RefusePickle(path);
        if (!File.Exists(path)) throw new UserError("there is no such file or folder.", path, advice: Neighbours(path));
        if (IsGguf(path)) return OpenGguf(path, path);
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(".safetensors.index.json", StringComparison.OrdinalIgnoreCase))
            throw new UserError("is not a model that can be opened.", path, advice: "Name a folder with config.json and model.safetensors, or a .safetensors or .gguf file.");
        if (Shard().IsMatch(path)) throw new UserError("is one of several files that hold the model together.", path, advice: "Name the folder.");
        var folder = FolderOf(path);
        return OpenFolder(path, folder, ModelFolder.Find(folder, "config.json")
            ?? throw new UserError("there is no config.json beside it, which says what the tensors are.", path, advice: "Put config.json and tokenizer.json into the same folder."));
    }

    /// <summary>A model with an adapter that is kept elsewhere.</summary>
    /// <param name="adapter">Its folder; null for the model as it is.</param>
    /// <exception cref="UserError">There is no such adapter, or it is for another model.</exception>
    public static PretrainedModel OpenWith(string path, string? adapter)
    {
        var model = Open(path);
        if (adapter is null) return model;
        if (model.Adapter is not null)
        {
            model.Dispose();
            throw new UserError("is an adapter itself.", path, advice: "Name the model that both are for.");
        }

        return With(model, adapter, path);
    }

    /// <summary>For whoever would write its weights as they are in the files.</summary>
    /// <exception cref="UserError">An adapter belongs to them.</exception>
    public void RefuseAdapter()
    {
        if (Adapter is not null) throw new UserError("is an adapter: its model's weights alone are another model.", Location, advice: $"Merge it first: deliberate adapter merge {Location} FOLDER");
    }

    /// <summary>The model in memory, packed for inference.</summary>
    /// <param name="storage">How a model that only infers holds its weights; null for one that may be trained (and on the reference device).</param>
    /// <exception cref="UserError">A weight is not finite, or the memory does not suffice.</exception>
    public LanguageModel LoadWeights(Device device, WeightStorage? storage = null)
    {
        if (storage is { } held) MemoryEstimate.Of(Configuration, held, 1, 1).EnsureFits(Configuration, Location);
        var model = new LanguageModel(device, Configuration, storage);
        try
        {
            model.Load(Weights);
            model.Pack(training: false);
            if (Adapter is not null) model.Adapt(Adapter.Load(model), Adapter.Configuration with { BaseModel = Path.GetFullPath(BaseLocation) }, Adapter.BaseWeights);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Adapter?.Dispose();
        Weights.Dispose();
    }

    /// <summary>An adapter's folder: the model that it names, and how texts go in and out where the folder says it.</summary>
    private static PretrainedModel OpenAdapter(string folder)
    {
        using var adapter = AdapterFile.Open(folder);
        var place = adapter.FindBase();
        if (AdapterFile.IsIn(place) && ModelFolder.Find(place, "config.json") is null) throw new UserError("the model that it is for is an adapter itself.", folder, advice: "Merge that one first: deliberate adapter merge.");
        return With(Open(place), folder, folder);
    }

    private static PretrainedModel With(PretrainedModel model, string folder, string location)
    {
        AdapterFile? adapter = null;
        try
        {
            adapter = AdapterFile.Open(folder);
            adapter.Check(model);
            var ignored = new List<IgnoredValue>();
            var text = model.Text;
            if (ModelFolder.Find(folder, "tokenizer.json") is { } file)
            {
                var settings = TokenizerConfiguration.Load(folder, ignored);
                text = new TextFormat(Fitting(Tokenizer.Load(file), model.Configuration.VocabularySize, settings, file, ignored))
                {
                    ChatTemplate = settings.ChatTemplate,
                    Heritage = text.Heritage,
                    SpecialTokens = settings.SpecialTokens,
                    Generation = ModelFolder.Find(folder, GenerationConfiguration.FileName) is null ? text.Generation : GenerationConfiguration.Load(folder, model.Configuration.VocabularySize, ignored),
                }.Complete(model.Configuration);
            }

            var name = location == folder ? Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)) : model.Name;
            return new PretrainedModel(location, name, model.Configuration, model.Weights, text, model.Origins, model.Licence, [.. model.Ignored, .. ignored]) { Adapter = adapter, BaseLocation = model.Location };
        }
        catch
        {
            adapter?.Dispose();
            model.Dispose();
            throw;
        }
    }

    private static PretrainedModel OpenFolder(string path, string folder, string config)
    {
        var ignored = new List<IgnoredValue>();
        var configuration = HuggingFaceConfiguration.Read(config, ignored);
        var weights = WeightSource.Open(path);
        try
        {
            // Before time is spent on the vocabulary.
            ParameterNames.Check(configuration, weights);
            var read = TokenizerFolder.Load(folder, out var file);
            var settings = TokenizerConfiguration.Load(folder, ignored);
            var tokenizer = Fitting(read, configuration.VocabularySize, settings, file, ignored);
            var generation = GenerationConfiguration.Load(folder, configuration.VocabularySize, ignored);
            var licence = ModelLicence.Of(folder);
            var name = NameOf(folder);
            var text = new TextFormat(tokenizer)
            {
                ChatTemplate = settings.ChatTemplate,
                SpecialTokens = settings.SpecialTokens,
                Generation = generation,
                Heritage = ModelHeritage.OfFolder(folder, name, licence, weights),
            }.Complete(configuration);
            var origins = new ModelOrigins(
                new Origin(config), new Origin(weights.Path), new Origin(file), settings.TemplateOrigin,
                ModelFolder.Find(folder, GenerationConfiguration.FileName) is { } said ? new Origin(said) : null, licence?.From);
            return new PretrainedModel(path, name, configuration, weights, text, origins, licence, ignored);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    private static PretrainedModel OpenGguf(string path, string file)
    {
        var weights = GgufWeights.Open(file);
        try
        {
            ParameterNames.Check(weights.Configuration, weights);
            List<IgnoredValue> ignored = [.. weights.Ignored];
            var (text, tokenizer, template, generation) = GgufText.Read(weights.File, weights.Configuration, ignored);
            var licence = ModelLicence.Of(weights.File);
            var name = weights.File.Metadata.String("general.name") ?? Path.GetFileNameWithoutExtension(file);
            text = text with { Heritage = ModelHeritage.OfGguf(name, licence, weights) };
            var origins = new ModelOrigins(new Origin(file, "general.architecture"), new Origin(file), tokenizer, template, generation, licence?.From);
            return new PretrainedModel(path, name, weights.Configuration, weights, text, origins, licence, ignored);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>A folder without config.json: the one GGUF file in it, or the first of its parts.</summary>
    private static PretrainedModel OpenOnly(string folder)
    {
        var files = Directory.GetFiles(folder, "*.gguf").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToArray();
        if (files.Length > 1) files = [.. files.Where(name => !GgufParts.IsLaterPart(name))];
        if (files.Length == 1) return OpenGguf(folder, ModelFolder.Find(folder, files[0])!);
        if (files.Length > 1) throw new UserError($"holds several GGUF files: {string.Join(", ", files.Take(20))}.", folder, advice: "Name the one to open.");
        foreach (var name in Directory.EnumerateFiles(folder)) WeightSource.RefusePickle(name);
        throw new UserError("has no config.json.", folder, advice: "A model folder holds config.json, model.safetensors and tokenizer.json, or a GGUF file.");
    }

    private void Check()
    {
        var vocabulary = Configuration.VocabularySize;
        if (Text.Tokenizer.VocabularySize > vocabulary)
            throw new UserError($"the tokenizer has {Text.Tokenizer.VocabularySize} tokens, but the model only {vocabulary}.", Origins.Tokenizer.File, field: Origins.Tokenizer.Key, advice: "They are not of the same model.");
        foreach (var wrong in Ignored)
        {
            if (Text.StopIds.Count == 0 && EndOfText().IsMatch(wrong.Field)) throw wrong.Refusal("no other token ends a text");
            if (wrong.IsWrongEnd && !IsOverruled(wrong)) throw wrong.EndRefusal();
        }

        // generation_config.json goes before config.json.
        bool IsOverruled(IgnoredValue value) => Weights is not GgufWeights && value.File == Origins.Configuration.File && Text.Generation.EosTokenIds.Count > 0;
    }

    /// <summary>
    /// The tokenizer without added tokens beyond the model's vocabulary: a padding token that was added later, for which there is
    /// no row in the embedding. One that texts need stays, and is refused with the whole tokenizer.
    /// </summary>
    private static Tokenizer Fitting(Tokenizer tokenizer, int vocabulary, TokenizerConfiguration settings, string file, List<IgnoredValue> ignored)
    {
        if (tokenizer.VocabularySize <= vocabulary || tokenizer.File.Vocabulary.Ids.Values.Any(id => id >= vocabulary)) return tokenizer;
        var beyond = tokenizer.AddedTokens.Where(token => token.Id >= vocabulary).ToArray();
        foreach (var token in beyond)
        {
            var wrong = new IgnoredValue(file, "added_tokens", $"\"{token.Content}\" ({token.Id})");
            if (settings.ChatTemplate?.Source.Contains(token.Content, StringComparison.Ordinal) == true) throw wrong.Refusal("the chat template writes it");
            if (settings.SpecialTokens.Any(special => special.Key == "eos_token" && special.Value == token.Content)) throw wrong.Refusal("it ends texts");
            ignored.Add(wrong);
        }

        return new Tokenizer(tokenizer.File.Without(beyond));
    }

    /// <summary>By its name or, for files named by their hash, by its first bytes.</summary>
    private static bool IsGguf(string path)
    {
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) return true;
        if (Path.HasExtension(path) || new FileInfo(path).Length < 4) return false;
        using var file = MappedFile.Open(path);
        return file.Bytes(0, 4).SequenceEqual("GGUF"u8);
    }

    /// <summary>The folder's name; of one in the hub's cache, <c>models--OWNER--NAME/snapshots/REVISION</c>, that of the repository.</summary>
    private static string NameOf(string folder)
    {
        folder = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        var snapshots = Path.GetDirectoryName(folder);
        var repository = snapshots is not null && Path.GetFileName(snapshots) == "snapshots" ? Path.GetFileName(Path.GetDirectoryName(snapshots)) : null;
        return repository?.Split("--") is ["models", var owner, var name] ? $"{owner}/{name}" : Path.GetFileName(folder);
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    private static string? Neighbours(string path)
    {
        var folder = FolderOf(path);
        if (!Directory.Exists(folder)) return $"There is no folder {folder} either.";
        var names = Directory.GetFileSystemEntries(folder).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal).Take(1000);
        return NearestName.Find(Path.GetFileName(path), names) is { } nearest ? $"Did you mean \"{nearest}\"?" : null;
    }

    [GeneratedRegex(@"-\d{5}-of-\d{5}\.safetensors$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Shard();

    [GeneratedRegex(@"\beo[st]_token", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EndOfText();
}

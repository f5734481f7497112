using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// tokenizer_config.json: the names of the special tokens and the chat template, which newer folders keep in
/// <c>chat_template.jinja</c> instead. Of several named templates the one called default is meant, else the first.
/// Everything else that the file may hold is in tokenizer.json too.
/// </summary>
internal sealed record TokenizerConfiguration(ValueList<KeyValuePair<string, string>> SpecialTokens, ChatTemplate? ChatTemplate, Origin? TemplateOrigin)
{
    public const string FileName = "tokenizer_config.json";

    private const string TemplateFile = "chat_template.jinja";
    private const string DefaultTemplate = "default";
    private const string TemplateKey = "chat_template";
    private const int LargestTemplate = 4 << 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The special tokens that are kept, in the order in which they are written.</summary>
    public static IReadOnlyList<string> SpecialNames { get; } = ["bos_token", "eos_token", "pad_token", "unk_token"];

    /// <summary>Reads the folder's files; one that says nothing if there are none.</summary>
    public static TokenizerConfiguration Load(string folder) => Load(folder, []);

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="folder">The model's.</param>
    /// <param name="ignored">Takes the special tokens that are not spelled as one.</param>
    public static TokenizerConfiguration Load(string folder, ICollection<IgnoredValue> ignored)
    {
        var path = ModelFolder.Find(folder, FileName);
        JsonField? fields = path is null ? null : JsonField.Read(path);
        var special = new List<KeyValuePair<string, string>>();
        foreach (var name in SpecialNames)
        {
            // Texts end with eos_token.
            if (fields?[name].Token(name == "eos_token" ? null : ignored) is { } token) special.Add(new(name, token));
        }

        var (template, origin) = ModelFolder.Find(folder, TemplateFile) is { } file ? (Utf8Text.Decode(ModelFolder.ReadSmall(file, LargestTemplate), file), new Origin(file)) : Template(fields?[TemplateKey], path);
        foreach (var wrong in ignored)
        {
            if (wrong.File == path && template?.Contains(wrong.Field, StringComparison.Ordinal) == true) throw wrong.Refusal("the chat template writes it");
        }

        return new TokenizerConfiguration(new(special.ToArray()), template is null ? null : ChatTemplate.Parse(template, origin!.ToString()), origin);
    }

    /// <summary>Writes what <see cref="Load(string)"/> reads, in the spelling that transformers 4 and 5 both know.</summary>
    public static void Save(string folder, TextFormat format, int maxPositions)
    {
        var json = new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false, ["model_max_length"] = maxPositions };
        foreach (var (name, token) in format.SpecialTokens) json[name] = token;
        if (format.ChatTemplate is { } template) json[TemplateKey] = format.Heritage is { Templates.Count: > 0 } heritage ? Named(template.Source, heritage.Templates) : template.Source;
        File.WriteAllText(Path.Combine(folder, FileName), json.ToJsonString(Indented) + "\n");
    }

    /// <summary>The special tokens that a configuration's ids stand for.</summary>
    public static ValueList<KeyValuePair<string, string>> SpecialTokensOf(ModelConfiguration configuration, Tokenizer tokenizer, int? unknown = null)
    {
        var special = new List<KeyValuePair<string, string>>();
        foreach (var name in SpecialNames)
        {
            var id = name switch
            {
                "bos_token" => configuration.BosTokenId,
                "eos_token" => configuration.EosTokenIds.Count > 0 ? configuration.EosTokenIds[0] : null,
                "pad_token" => configuration.PadTokenId,
                _ => unknown,
            };
            if (id is { } known && tokenizer.IdToToken(known) is { } token) special.Add(new(name, token));
        }

        return new(special.ToArray());
    }

    /// <summary>The chat templates of a folder beside the one that <see cref="Load(string)"/> takes, by name: those of the list, and those in <c>additional_chat_templates</c>.</summary>
    public static List<KeyValuePair<string, string>> OtherTemplates(string folder)
    {
        var templates = new List<KeyValuePair<string, string>>();
        if (ModelFolder.Find(folder, FileName) is { } path && JsonField.Read(path)[TemplateKey] is { IsList: true } list)
        {
            foreach (var item in list.Items())
                if (item["name"].OptionalText() is { } name && name != DefaultTemplate) templates.Add(new(name, item["template"].Text()));
        }

        var more = Path.Combine(folder, "additional_chat_templates");
        if (!Directory.Exists(more)) return templates;
        foreach (var file in Directory.GetFiles(more, "*.jinja").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (ModelFolder.Find(more, Path.GetFileName(file)) is { } found && !templates.Exists(t => t.Key == name)) templates.Add(new(name, Utf8Text.Decode(ModelFolder.ReadSmall(found, LargestTemplate), found)));
        }

        return templates;
    }

    private static JsonArray Named(string source, IReadOnlyList<KeyValuePair<string, string>> others) =>
        [.. others.Prepend(new(DefaultTemplate, source)).Select(t => new JsonObject { ["name"] = t.Key, ["template"] = t.Value })];

    private static (string? Template, Origin? Origin) Template(JsonField? said, string? path)
    {
        if (said is not { IsAbsent: false } field) return (null, null);
        var origin = new Origin(path!, TemplateKey);
        if (!field.IsList) return (field.Text(), origin);
        var named = field.Items().ConvertAll(item => (Name: item["name"].OptionalText(), Text: item["template"].Text()));
        return named.Count == 0 ? (null, null) : (named.FirstOrDefault(t => t.Name == DefaultTemplate, named[0]).Text, origin);
    }
}

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
        if (format.ChatTemplate is { } template) json[TemplateKey] = template.Source;
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

    private static (string? Template, Origin? Origin) Template(JsonField? said, string? path)
    {
        if (said is not { IsAbsent: false } field) return (null, null);
        var origin = new Origin(path!, TemplateKey);
        if (!field.IsList) return (field.Text(), origin);
        var named = field.Items().ConvertAll(item => (Name: item["name"].OptionalText(), Text: item["template"].Text()));
        return named.Count == 0 ? (null, null) : (named.FirstOrDefault(t => t.Name == "default", named[0]).Text, origin);
    }
}

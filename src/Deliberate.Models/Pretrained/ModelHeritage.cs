using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// What a model was made of and what its files say beside what this program understands, so that it is not lost when the model is
/// trained or converted: configuration keys that are not known here, chat templates beside the default, licence texts, the card.
/// </summary>
internal sealed record ModelHeritage
{
    /// <summary>The card that came with the model, which stands beside ours under this name.</summary>
    public const string BaseCard = "README.base.md";

    private const int LargestText = 4 << 20;

    private static readonly string[] Texts = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "LICENCE.txt", "COPYING", "NOTICE", "NOTICE.txt", "USE_POLICY.md", BaseCard];

    /// <summary>Said in another spelling in what is written, or of the files that were read and of no others.</summary>
    private static readonly HashSet<string> NotKept = new(StringComparer.Ordinal) { "torch_dtype", "dtype", "rope_parameters", "rope_scaling", "rope_theta", "transformers_version", "_name_or_path", "architectures", "auto_map" };

    /// <summary>What the model it was made of calls itself; null for one that was made anew.</summary>
    public string? BaseName { get; init; }

    /// <summary>The identity of its weights, where it is known.</summary>
    public string? BaseWeights { get; init; }

    public string? Licence { get; init; }

    /// <summary>Members of config.json, in JSON.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ConfigurationKeys { get; init; } = [];

    /// <summary>Members of generation_config.json, in JSON.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> GenerationKeys { get; init; } = [];

    /// <summary>Chat templates other than the default, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Templates { get; init; } = [];

    /// <summary>Files to copy, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Files { get; init; } = [];

    /// <summary>How most of its weights are stored.</summary>
    public FileStorage Storage { get; init; }

    /// <summary>Of a folder that was opened; what this program wrote is of the model that it was made of.</summary>
    public static ModelHeritage OfFolder(string folder, string name, ModelLicence? licence, ITensorSource weights)
    {
        var files = new List<KeyValuePair<string, byte[]>>();
        var ours = ModelCard.Read(folder);
        foreach (var file in Texts) Keep(file, file);
        if (ours is null) Keep(ModelCard.FileName, BaseCard);
        return new ModelHeritage
        {
            BaseName = ours is { } card ? card.BaseName : name,
            BaseWeights = ours?.BaseWeights,
            Licence = licence?.Name,
            ConfigurationKeys = Members(folder, "config.json"),
            GenerationKeys = Members(folder, GenerationConfiguration.FileName),
            Templates = TokenizerConfiguration.OtherTemplates(folder),
            Files = files,
            Storage = StorageOf(weights),
        };

        void Keep(string from, string to)
        {
            if (ModelFolder.Find(folder, from) is { } path && new FileInfo(path).Length is > 0 and <= LargestText) files.Add(new(to, ModelFolder.ReadSmall(path, LargestText)));
        }
    }

    /// <summary>Of a GGUF file that was opened.</summary>
    public static ModelHeritage OfGguf(string name, ModelLicence? licence, GgufWeights weights) => new()
    {
        BaseName = name,
        Licence = licence?.Name,
        BaseWeights = weights.File.Metadata.String(GgufExport.BaseKey),
        Storage = StorageOf(weights),
    };

    /// <summary>Writes the licence and the other texts into a folder.</summary>
    public void CopyFiles(string folder)
    {
        foreach (var (name, content) in Files) File.WriteAllBytes(Path.Combine(folder, name), content);
    }

    /// <summary>Adds the members that are not yet written to a JSON object that is, in their order.</summary>
    public static byte[] Merge(byte[] written, IEnumerable<KeyValuePair<string, string>> more)
    {
        using var document = JsonDocument.Parse(written);
        var known = document.RootElement.EnumerateObject().Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        var added = more.Where(m => known.Add(m.Key)).ToArray();
        if (added.Length == 0) return written;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject()) member.WriteTo(json);
            foreach (var (name, value) in added)
            {
                json.WritePropertyName(name);
                json.WriteRawValue(value);
            }

            json.WriteEndObject();
        }

        return [.. stream.ToArray(), (byte)'\n'];
    }

    /// <summary>The type of most elements of matrices: what is neither 16 nor 32 bits wide was F32 in memory.</summary>
    private static FileStorage StorageOf(ITensorSource weights)
    {
        var counts = new Dictionary<StoredType, long>();
        foreach (var info in weights.Names.Select(weights.Info))
            if (info.Shape.Count > 1) counts[info.Type] = counts.GetValueOrDefault(info.Type) + info.Count;
        return counts.Count == 0 ? FileStorage.F32 : counts.MaxBy(c => c.Value).Key switch
        {
            StoredType.BF16 => FileStorage.BF16,
            StoredType.F16 => FileStorage.F16,
            _ => FileStorage.F32,
        };
    }

    private static List<KeyValuePair<string, string>> Members(string folder, string name)
    {
        if (ModelFolder.Find(folder, name) is not { } path) return [];
        return JsonField.Parse(ModelFolder.ReadText(path, LargestText), path, root => root.ValueKind == JsonValueKind.Object
            ? root.EnumerateObject().Where(m => !NotKept.Contains(m.Name)).Select(m => new KeyValuePair<string, string>(m.Name, m.Value.GetRawText())).ToList()
            : []);
    }
}

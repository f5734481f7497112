using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The content of a tokenizer.json. The stages are kept as the JSON they were read from, so that writing them loses nothing;
/// vocabulary, merges and added tokens are written from what was understood: by id, by rank, merges as pairs.
/// </summary>
internal sealed class TokenizerFile
{
    /// <summary>Twice what the largest published vocabulary takes.</summary>
    private const int MostValues = 5_000_000;

    private static readonly JsonWriterOptions Writing = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly (string Name, JsonElement Value)[] _kept;

    /// <param name="vocabulary">The model.</param>
    /// <param name="addedTokens">Added tokens, any order.</param>
    /// <param name="stages">A JSON object with normalizer, pre_tokenizer, post_processor, decoder, truncation and padding; each may be absent.</param>
    /// <param name="file">For errors.</param>
    public TokenizerFile(TokenVocabulary vocabulary, IEnumerable<AddedToken> addedTokens, JsonElement stages, string? file)
    {
        (Vocabulary, Path) = (vocabulary, file);
        AddedTokens = addedTokens.OrderBy(token => token.Id).ToArray();
        vocabulary.Validate(file);
        Validate(file);
        _kept = Array.ConvertAll(["truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"], name =>
            (name, stages.TryGetProperty(name, out var value) ? value.Clone() : default));
        var reader = new TokenizerStages(file);
        Normalizer = reader.Normalizer(Stage("normalizer"));
        PreTokenizer = reader.PreTokenizer(Stage("pre_tokenizer"));
        PostProcessor = reader.PostProcessor(Stage("post_processor"), id => vocabulary.Ids.Values.Contains(id) || AddedTokens.Any(token => token.Id == id));
        Decoder = reader.Decoder(Stage("decoder"));
    }

    /// <summary>Where it was read from; null where it was made.</summary>
    public string? Path { get; }

    public TokenVocabulary Vocabulary { get; }

    /// <summary>By id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    public Normalizer? Normalizer { get; }

    public PreTokenizer PreTokenizer { get; }

    public PostProcessor PostProcessor { get; }

    public Decoder? Decoder { get; }

    /// <summary>Reads a tokenizer.json.</summary>
    public static TokenizerFile Parse(ReadOnlyMemory<byte> json, string? file)
    {
        json = Utf8Text.Unmarked(json, file);
        CheckCount(json.Span, file);
        return JsonField.Parse(json, file, document =>
        {
            var root = new JsonField(document, "", file).Object();
            return new TokenizerFile(ReadVocabulary(root["model"].Object()), ReadAddedTokens(root["added_tokens"]), document, file);
        });
    }

    /// <summary>The same without some of the added tokens.</summary>
    public TokenizerFile Without(IReadOnlyCollection<AddedToken> tokens)
    {
        var stages = _kept.Where(kept => kept.Value.ValueKind != JsonValueKind.Undefined).ToDictionary(kept => kept.Name, kept => kept.Value);
        return new TokenizerFile(Vocabulary, AddedTokens.Except(tokens), JsonSerializer.SerializeToElement(stages), Path);
    }

    /// <summary>The types of a stage's steps in order, sequences taken apart: Split, ByteLevel. Empty where the stage is absent.</summary>
    public IReadOnlyList<string> StepNames(string stage)
    {
        var names = new List<string>();
        Add(Stage(stage));
        return names;

        void Add(JsonElement step)
        {
            if (step.ValueKind != JsonValueKind.Object || step.GetProperty("type").GetString() is not { } type) return;
            if (type != "Sequence") names.Add(type);
            else foreach (var list in step.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array))
                foreach (var item in list.Value.EnumerateArray()) Add(item);
        }
    }

    /// <summary>The bytes of a tokenizer.json.</summary>
    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "1.0");
            foreach (var name in new[] { "truncation", "padding" }) WriteStage(writer, name);
            WriteAddedTokens(writer);
            foreach (var name in new[] { "normalizer", "pre_tokenizer", "post_processor", "decoder" }) WriteStage(writer, name);
            WriteModel(writer);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>Parsing takes memory for every value, however short: those of a large file are counted first.</summary>
    private static void CheckCount(ReadOnlySpan<byte> json, string? file)
    {
        if (json.Length < 2 * MostValues) return;
        var reader = new Utf8JsonReader(json);
        try
        {
            for (var count = 0; reader.Read(); count++)
                if (count == MostValues) throw new UserError($"The file holds more than {MostValues} values.", file);
        }
        catch (JsonException)
        {
            // Parsing will say what is wrong.
        }
    }

    /// <summary>Files from before there were types have merges, or pairs for a vocabulary.</summary>
    private static TokenVocabulary ReadVocabulary(JsonField model) => (model["type"].OptionalText() ?? (model["vocab"].IsList && model["merges"].IsAbsent ? "Unigram" : "BPE")) switch
    {
        "BPE" => ReadMerges(model),
        "Unigram" => ReadUnigram(model),
        var type => throw model["type"].Error($"The model \"{type}\" is not supported; BPE and Unigram are."),
    };

    private static UnigramVocabulary ReadUnigram(JsonField model)
    {
        var pieces = model["vocab"].Items().ConvertAll(item => item.Items() is [var token, var score]
            ? (token.Text(), score.Number(double.MinValue, double.MaxValue))
            : throw item.Error("A token of a Unigram model is its spelling and its score."));
        return UnigramVocabulary.Of(pieces, model["unk_id"].OptionalInt(0, TokenVocabulary.LargestId), model["byte_fallback"].Flag(), model.File, "model.vocab");
    }

    private static BpeVocabulary ReadMerges(JsonField model)
    {
        foreach (var name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
            if (model[name].OptionalText() is { Length: > 0 }) throw model[name].Error("Subword prefixes and suffixes are not supported.");
        if (model["dropout"].OptionalNumber(double.NegativeInfinity, double.PositiveInfinity) is > 0) throw model["dropout"].Error("Dropout is not supported.");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, field) in model["vocab"].Members())
            if (!ids.TryAdd(token, field.Int())) throw field.Error("The token stands here twice.");
        var merges = new List<(string, string)>();
        foreach (var merge in model["merges"].Items()) merges.Add(ReadMerge(merge));
        return new BpeVocabulary
        {
            Ids = ids,
            Merges = merges,
            UnknownToken = model["unk_token"].OptionalText(),
            FusesUnknown = model["fuse_unk"].Flag(),
            FallsBackToBytes = model["byte_fallback"].Flag(),
            IgnoresMerges = model["ignore_merges"].Flag(),
        };
    }

    private static (string Left, string Right) ReadMerge(JsonField merge)
    {
        var parts = merge.IsText ? merge.Text().Split(' ') : merge.Items().Select(item => item.Text()).ToArray();
        return parts.Length == 2 ? (parts[0], parts[1]) : throw merge.Error("A merge is two tokens.");
    }

    private static List<AddedToken> ReadAddedTokens(JsonField field)
    {
        var tokens = new List<AddedToken>();
        if (field.IsAbsent) return tokens;
        foreach (var item in field.Items())
        {
            tokens.Add(new AddedToken(
                item["id"].Int(), item["content"].Text(), item["special"].Flag(), item["normalized"].Flag(), item["single_word"].Flag(),
                item["lstrip"].Flag(), item["rstrip"].Flag()));
        }

        return tokens;
    }

    private void Validate(string? file)
    {
        var names = new Dictionary<int, string>();
        var contents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (token, id) in Vocabulary.Ids) names[id] = token;
        foreach (var token in AddedTokens)
        {
            var problem = token.Id is < 0 or > TokenVocabulary.LargestId ? $"The id {token.Id} of \"{token.Content}\" is not between 0 and {TokenVocabulary.LargestId}."
                : token.Content.Length == 0 ? $"The added token {token.Id} is empty."
                : !contents.Add(token.Content) ? $"\"{token.Content}\" stands here twice."
                : Vocabulary.Ids.TryGetValue(token.Content, out var other) && other != token.Id ? $"\"{token.Content}\" has the id {token.Id} here and {other} in the vocabulary."
                : !names.TryAdd(token.Id, token.Content) && names[token.Id] != token.Content ? $"\"{token.Content}\" and \"{names[token.Id]}\" have the same id {token.Id}."
                : null;
            if (problem is not null) throw new UserError(problem, file, field: "added_tokens");
        }
    }

    /// <summary>A stage as it stands in the file; undefined or null where it is absent.</summary>
    public JsonElement StageJson(string name) => Stage(name);

    private JsonElement Stage(string name) => Array.Find(_kept, kept => kept.Name == name).Value;

    private void WriteStage(Utf8JsonWriter writer, string name)
    {
        writer.WritePropertyName(name);
        if (Stage(name) is { ValueKind: not JsonValueKind.Undefined } value) value.WriteTo(writer);
        else writer.WriteNullValue();
    }

    private void WriteAddedTokens(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("added_tokens");
        foreach (var token in AddedTokens)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", token.Id);
            writer.WriteString("content", token.Content);
            writer.WriteBoolean("single_word", token.SingleWord);
            writer.WriteBoolean("lstrip", token.LeftStrip);
            writer.WriteBoolean("rstrip", token.RightStrip);
            writer.WriteBoolean("normalized", token.Normalized);
            writer.WriteBoolean("special", token.Special);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteModel(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("model");
        Vocabulary.Write(writer);
        writer.WriteEndObject();
    }
}

using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>Builds the stages that a tokenizer.json describes; what is not supported is refused by name.</summary>
internal sealed class TokenizerStages(string? file)
{
    private const int MostSteps = 64;

    /// <summary>What is understood, by the names in the file.</summary>
    public static IReadOnlyList<string> Normalizers { get; } = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Prepend", "Replace", "Sequence"];

    /// <inheritdoc cref="Normalizers"/>
    public static IReadOnlyList<string> PreTokenizers { get; } = ["ByteLevel", "Split", "Digits", "Punctuation", "WhitespaceSplit", "Metaspace", "Sequence"];

    /// <inheritdoc cref="Normalizers"/>
    public static IReadOnlyList<string> Decoders { get; } = ["ByteLevel", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace", "Sequence"];

    /// <inheritdoc cref="Normalizers"/>
    public static IReadOnlyList<string> PostProcessors { get; } = ["ByteLevel", "TemplateProcessing", "Sequence"];

    public Normalizer? Normalizer(JsonElement json) => Field(json, "normalizer") is { IsAbsent: false } field ? Normalizer(field) : null;

    public Decoder? Decoder(JsonElement json) => Field(json, "decoder") is { IsAbsent: false } field ? Decoder(field) : null;

    public PreTokenizer PreTokenizer(JsonElement json)
    {
        var steps = new List<PreTokenizer.Step>();
        var byteLevel = false;
        if (Field(json, "pre_tokenizer") is { IsAbsent: false } field) AddSteps(field, steps, ref byteLevel);
        return new PreTokenizer(steps, byteLevel);
    }

    public PostProcessor PostProcessor(JsonElement json, Func<int, bool> exists)
    {
        var result = Deliberate.Models.PostProcessor.None;
        if (Field(json, "post_processor") is { IsAbsent: false } field) AddProcessor(field, exists, ref result);
        return result;
    }

    /// <summary>The parts of a sequence: published tokenizers have up to seven.</summary>
    private static List<JsonField> Steps(JsonField field) =>
        field.Items() is { Count: <= MostSteps } items ? items : throw field.Error($"More than {MostSteps} steps.");

    private JsonField Field(JsonElement json, string name) => new(json, name, file);

    private Normalizer Normalizer(JsonField field) => field["type"].Text() switch
    {
        "NFC" => new Normalizer.Unicode(NormalizationForm.FormC),
        "NFD" => new Normalizer.Unicode(NormalizationForm.FormD),
        "NFKC" => new Normalizer.Unicode(NormalizationForm.FormKC),
        "NFKD" => new Normalizer.Unicode(NormalizationForm.FormKD),
        "Lowercase" => new Normalizer.Lowercase(),
        "StripAccents" => new Normalizer.StripAccents(),
        "Strip" => new Normalizer.Strip(field["strip_left"].Flag(missing: true), field["strip_right"].Flag(missing: true)),
        "Prepend" => new Normalizer.Prepend(field["prepend"].Text()),
        "Replace" => new Normalizer.Replace(Pattern(field["pattern"], "normalizer"), Content(field)),
        "Sequence" => new Normalizer.Sequence(Steps(field["normalizers"]).ConvertAll(Normalizer)),
        var type => throw Unsupported(field, type, Normalizers),
    };

    private void AddSteps(JsonField field, List<PreTokenizer.Step> steps, ref bool byteLevel)
    {
        if (byteLevel) throw field.Error("Steps after ByteLevel are not supported.");
        switch (field["type"].Text())
        {
            case "Sequence":
                foreach (var item in Steps(field["pretokenizers"])) AddSteps(item, steps, ref byteLevel);
                break;
            case "ByteLevel":
                byteLevel = true;
                if (field["add_prefix_space"].Flag(missing: true)) steps.Add(new PreTokenizer.PrefixSpace());
                if (field["use_regex"].Flag(missing: true)) steps.Add(new PreTokenizer.Split(WordSplitter.Gpt2, SplitBehavior.Isolated));
                break;
            case "Split":
                steps.Add(new PreTokenizer.Split(Pattern(field["pattern"], "pre_tokenizer"), Behavior(field["behavior"]), field["invert"].Flag()));
                break;
            case "Digits":
                var individual = field["individual_digits"].Flag();
                steps.Add(new PreTokenizer.Split(new CharacterSplitter(CharacterClass.Number), individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous));
                break;
            case "Punctuation":
                var behavior = field["behavior"] is { IsAbsent: false } named ? Behavior(named) : SplitBehavior.Isolated;
                steps.Add(new PreTokenizer.Split(new CharacterSplitter(CharacterClass.Punctuation), behavior));
                break;
            case "WhitespaceSplit":
                steps.Add(new PreTokenizer.Split(new CharacterSplitter(CharacterClass.Space), SplitBehavior.Removed));
                break;
            case "Metaspace":
                steps.Add(Metaspace(field));
                break;
            case var type:
                throw Unsupported(field, type, PreTokenizers);
        }
    }

    private static PreTokenizer.Metaspace Metaspace(JsonField field) =>
        new(field["replacement"].Text(), PrependScheme(field), field["split"].Flag(missing: true));

    /// <summary>Older files say add_prefix_space instead.</summary>
    private static string PrependScheme(JsonField field)
    {
        var scheme = field["prepend_scheme"].OptionalText() ?? (field["add_prefix_space"].Flag(missing: true) ? "always" : "never");
        return scheme is "always" or "first" or "never" ? scheme : throw field["prepend_scheme"].Error($"\"{scheme}\" is none of always, first, never.");
    }

    private Splitter Pattern(JsonField field, string stage)
    {
        if (!field["String"].IsAbsent) return new TextSplitter(field["String"].Text());
        var pattern = field["Regex"].Text();
        return (Splitter?)WordSplitter.ForPattern(pattern) ?? new RegexSplitter(pattern, file, stage);
    }

    /// <summary>
    /// What replaces a match. A reference to a group in it is plain text in versions of the reference library up to 0.22 and a
    /// reference in later ones, so it is refused.
    /// </summary>
    private static string Content(JsonField field)
    {
        var content = field["content"].Text();
        var at = field["pattern"]["Regex"].IsAbsent ? -1 : content.IndexOf('$', StringComparison.Ordinal);
        if (at >= 0 && at + 1 < content.Length && (content[at + 1] is '{' or '$' or '_' || char.IsLetterOrDigit(content[at + 1])))
            throw field["content"].Error($"\"{content}\" refers to a group of the pattern, which is not supported.");
        return content;
    }

    private static SplitBehavior Behavior(JsonField field) =>
        field.Text().Replace("_", "", StringComparison.Ordinal) is var name && Enum.TryParse<SplitBehavior>(name, ignoreCase: true, out var behavior) && !char.IsAsciiDigit(name[0])
            ? behavior
            : throw field.Error($"\"{field.Text()}\" is none of {string.Join(", ", Enum.GetNames<SplitBehavior>())}.");

    private static void AddProcessor(JsonField field, Func<int, bool> exists, ref PostProcessor result)
    {
        switch (field["type"].Text())
        {
            case "Sequence":
                foreach (var item in Steps(field["processors"])) AddProcessor(item, exists, ref result);
                break;
            case "ByteLevel":
                result = result with { TrimsOffsets = field["trim_offsets"].Flag(missing: true), KeepsPrefixSpace = field["add_prefix_space"].Flag(missing: true) };
                break;
            case "TemplateProcessing":
                var (before, after, seen) = (new List<int>(), new List<int>(), false);
                foreach (var item in field["single"].Items())
                {
                    if (!item["Sequence"].IsAbsent) seen = true;
                    else (seen ? after : before).AddRange(SpecialIds(field, item["SpecialToken"]["id"].Text(), exists));
                }

                result = result with { Before = [.. before, .. result.Before], After = [.. result.After, .. after] };
                break;
            case var type:
                throw Unsupported(field, type, PostProcessors);
        }
    }

    private static List<int> SpecialIds(JsonField template, string name, Func<int, bool> exists) =>
        template["special_tokens"][name]["ids"].Items().ConvertAll(item =>
            exists(item.Int()) ? item.Int() : throw item.Error($"No token has the id {item.Int()}."));

    private Decoder Decoder(JsonField field) => field["type"].Text() switch
    {
        "ByteLevel" => new Decoder.ByteLevel(),
        "Sequence" => new Decoder.Sequence(Steps(field["decoders"]).ConvertAll(Decoder)),
        "Replace" => new Decoder.Replace(Pattern(field["pattern"], "decoder"), Content(field), file),
        "ByteFallback" => new Decoder.ByteFallback(),
        "Fuse" => new Decoder.Fuse(),
        "Strip" => new Decoder.Strip(
            field["content"].Text() is { Length: 1 } content ? content[0] : throw field["content"].Error("Not one character."),
            field["start"].Int(), field["stop"].Int()),
        "Metaspace" => new Decoder.Metaspace(field["replacement"].Text(), PrependScheme(field) != "never"),
        var type => throw Unsupported(field, type, Decoders),
    };

    private static UserError Unsupported(JsonField field, string type, IReadOnlyList<string> supported) =>
        field["type"].Error($"\"{type}\" is not supported.", $"Supported are {string.Join(", ", supported)}.");
}

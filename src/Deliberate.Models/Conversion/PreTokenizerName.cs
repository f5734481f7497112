using System.Text.Json;

namespace Deliberate.Models;

/// <summary>Which of the pre-tokenizers that GGUF files name a tokenizer.json spells out: normalizer and steps compared with what each name stands for.</summary>
internal static class PreTokenizerName
{
    /// <summary>Null where it is none of them.</summary>
    public static string? Of(TokenizerFile file)
    {
        var own = Key(file.StageJson("normalizer"), file.StageJson("pre_tokenizer"));
        return TokenizerPresets.Names.FirstOrDefault(name =>
        {
            var stages = TokenizerPresets.Stages(name, null, null, null);
            return Key(stages.GetProperty("normalizer"), stages.GetProperty("pre_tokenizer")) == own;
        });
    }

    private static string Key(JsonElement normalizer, JsonElement preTokenizer)
    {
        var steps = new List<string>();
        Add(normalizer, "normalizers", steps);
        steps.Add("|");
        Add(preTokenizer, "pretokenizers", steps);
        // A pattern of its own and that of the byte level are the same thing.
        return string.Join(';', steps).Replace($"Split {WordSplitter.Gpt2Pattern} isolated False;ByteLevel False False", "ByteLevel False True", StringComparison.Ordinal);
    }

    private static void Add(JsonElement json, string parts, List<string> steps)
    {
        if (json.ValueKind != JsonValueKind.Object) return;
        var field = new JsonField(json, "", null);
        switch (field["type"].Text())
        {
            case "Sequence":
                foreach (var part in json.GetProperty(parts).EnumerateArray()) Add(part, parts, steps);
                break;
            case "ByteLevel":
                steps.Add($"ByteLevel {field["add_prefix_space"].Flag(true)} {field["use_regex"].Flag(true)}");
                break;
            case "Split":
                steps.Add($"Split {field["pattern"]["Regex"].OptionalText() ?? "\"" + field["pattern"]["String"].OptionalText()} {field["behavior"].Text().ToLowerInvariant()} {field["invert"].Flag()}");
                break;
            case "Digits":
                steps.Add($"Digits {field["individual_digits"].Flag()}");
                break;
            case var other:
                steps.Add(other + json.GetRawText());
                break;
        }
    }
}

/// <summary>What the stages of a tokenizer.json say of spaces, where they are those of a SentencePiece model.</summary>
internal sealed record PieceSettings(bool AddsPrefix, bool MergesSpaces)
{
    /// <summary>Null where the stages do something else.</summary>
    public static PieceSettings? Of(TokenizerFile file)
    {
        if (file.StepNames("normalizer") is var steps && file.StepNames("pre_tokenizer") is ["Metaspace"] && steps.Count == 0)
        {
            // transformers' legacy: false puts the space before the first stretch only; llama.cpp also after special tokens.
            var space = new JsonField(file.StageJson("pre_tokenizer"), "", null);
            return space["split"].Flag(true) ? null : new PieceSettings(space["prepend_scheme"].OptionalText() is not "never", MergesSpaces: false);
        }

        return file.StepNames("pre_tokenizer").Count > 0 ? null : string.Join(' ', steps) switch
        {
            "Prepend Replace" => new PieceSettings(true, false),
            "Replace" => new PieceSettings(false, false),
            "Strip Replace Prepend Replace" => new PieceSettings(true, true),
            "Strip Replace Replace" => new PieceSettings(false, true),
            _ => null,
        };
    }
}

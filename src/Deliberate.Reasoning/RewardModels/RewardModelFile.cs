using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>What a reward model was trained to say.</summary>
internal enum RewardModelKind
{
    /// <summary>Of each step, whether it is right (PRM).</summary>
    Process,

    /// <summary>Of a solution, whether its answer is right (ORM).</summary>
    Outcome,

    /// <summary>Of an answer, how much it is preferred to others (Bradley and Terry).</summary>
    Preference,
}

/// <summary><c>reward_model.json</c> beside a reward model's weights: what its numbers mean, which Hugging Face's files do not say.</summary>
internal sealed record RewardModelFile
{
    public const string FileName = "reward_model.json";
    public const int NewestFormat = 2;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>2 of a head that reads the surprise, which a program that knows 1 must not take for another.</summary>
    public int FormatVersion { get; init; } = 1;

    public required RewardModelKind Kind { get; init; }

    /// <summary>The outputs in order: negative, neutral, positive, or negative and positive; of the other kinds one number.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Ids of the tokens that say the labels, of a language model that was trained to say one behind each step; null of one with a head.</summary>
    public IReadOnlyList<int>? LabelTokens { get; init; }

    /// <summary>Whether the head reads how likely the language model took the tokens to be; null of one that does not.</summary>
    public bool? Surprise { get; init; }

    /// <summary>What stands between two steps.</summary>
    public required string Separator { get; init; }

    /// <summary>Logits are divided by it, so that probabilities are as often right as they say; 1 where nobody calibrated.</summary>
    public double Temperature { get; init; } = 1;

    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Options), (byte)'\n'];

    public void Write(string folder) => File.WriteAllBytes(Path.Combine(folder, FileName), ToBytes());

    /// <exception cref="UserError">There is none, or it is damaged or of a newer program.</exception>
    public static RewardModelFile Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new UserError($"has no {FileName}, which says what a reward model's numbers mean.", folder, advice: "Train one: deliberate train recipes/prm.yaml.");
        try
        {
            var file = JsonSerializer.Deserialize<RewardModelFile>(Utf8Text.Read(path).Span, Options) ?? throw new UserError("the file is empty.", path);
            if (file.FormatVersion > NewestFormat) throw new UserError($"is of format {file.FormatVersion}, and this program knows {NewestFormat}.", path, advice: "Use a newer Deliberate.");
            if (file.Separator.Length == 0 || file.Labels.Count == 0 || !(file.Temperature > 0) || (file.LabelTokens is { } tokens && tokens.Count != file.Labels.Count)) throw new UserError("a value in it is empty or not above 0.", path);
            return file;
        }
        catch (JsonException error)
        {
            throw new UserError($"the file is not the description of a reward model: {error.Message}", path, inner: error);
        }
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>A line of the output.</summary>
/// <param name="Line">The line of the input that it answers.</param>
/// <param name="Id">Of that line; left out where it has none.</param>
/// <param name="Thinking">Null where the model showed none.</param>
/// <param name="CompletionTokens">Thinking and stop token included.</param>
/// <param name="FinishReason">stop, or length where the budget cut it off.</param>
internal sealed record GenerationAnswer(
    int Line,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Id,
    string Text, string? Thinking, int PromptTokens, int CompletionTokens, int ThinkingTokens, FinishReason FinishReason, ulong Seed)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static GenerationAnswer Of(GenerationLine line, Rollout rollout, TextFormat format, ulong seed)
    {
        var reader = new AnswerReader(format, line.Text);
        foreach (var token in rollout.Tokens) reader.Push(token);
        reader.Finish();
        return new GenerationAnswer(line.Number, line.Id, reader.Text, reader.Thinking, line.Prompt.Length, rollout.Tokens.Length, reader.ThinkingTokens, rollout.FinishReason, seed);
    }

    public static GenerationAnswer Parse(JsonElement json) => json.Deserialize<GenerationAnswer>(Json) ?? throw new JsonException("The line is null.");

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

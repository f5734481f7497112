using System.Text.Json;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>How tokens are to be drawn, as chat completions, completions and responses spell it. What is left out is as the model's makers suggest.</summary>
internal static class SamplingFields
{
    /// <param name="budget">The field of the token budget.</param>
    /// <param name="least">Its least value.</param>
    public static GenerationOverrides Read(JsonFields request, string budget, int least) => new()
    {
        Temperature = request.Number("temperature", 0, 2),
        TopP = request.Number("top_p", 0, 1),
        TopK = (int?)request.Whole("top_k", -1, int.MaxValue),
        MinP = request.Number("min_p", 0, 1),
        RepetitionPenalty = request.Number("repetition_penalty", 0.01, 100),
        FrequencyPenalty = request.Number("frequency_penalty", -2, 2),
        PresencePenalty = request.Number("presence_penalty", -2, 2),
        MaxTokens = (int?)request.Whole(budget, least, int.MaxValue),
    };

    public static ulong? Seed(JsonFields request) => request.Whole("seed", long.MinValue, long.MaxValue) is { } seed ? unchecked((ulong)seed) : null;

    public static IReadOnlyList<string> Stop(JsonFields request)
    {
        if (request.Get("stop") is not { } value) return [];
        string[] stops = value.ValueKind == JsonValueKind.String ? [request.Text("stop", 10_000)!]
            : value.ValueKind == JsonValueKind.Array ? [.. request.Items("stop", 4).Select(s => JsonFields.TextOf(s.Value, s.Path))]
            : throw ApiError.Invalid("'stop' has to be a string, or an array of up to four.", "stop", "invalid_type");
        return stops.Any(s => s.Length is 0 or > 10_000) ? throw ApiError.Invalid("'stop' holds a text that is empty or too long.", "stop") : stops;
    }
}

using System.Text.Json;

namespace Deliberate.Server;

/// <summary>What a model thinks of the steps of a solution: how likely each is right.</summary>
/// <param name="Model">Which.</param>
/// <param name="Right">P(right) of each step.</param>
internal sealed record StepAnnotations(string Model, IReadOnlyList<double> Right)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static StepAnnotations Read(string json) => JsonSerializer.Deserialize<StepAnnotations>(json, Options) ?? throw new JsonException("No annotations.");

    public string ToJson() => JsonSerializer.Serialize(this, Options);
}

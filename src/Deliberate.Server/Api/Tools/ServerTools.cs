using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Microsoft.Extensions.AI;

namespace Deliberate.Server;

/// <summary>What came of a call that the server carried out.</summary>
/// <param name="Output">What the tool said.</param>
/// <param name="Error">Why it said nothing; null where it did.</param>
internal sealed record ServerCallResult(string? Output, string? Error)
{
    /// <summary>As the model is told.</summary>
    public string Said => Error is null ? Output ?? "" : $"error: {Error}";
}

/// <summary>
/// Tools that the operator gives the model: those of a server of the Model Context Protocol that were allowed by name. The server calls them itself,
/// and the client sees what came of it. What a tool says is text for the model, of which no more than <see cref="MostCharacters"/> are taken.
/// </summary>
/// <param name="Label">What answers call their source.</param>
/// <param name="Functions">Each with its name, description and schema.</param>
/// <param name="Owner">Ends with the server; null for nobody.</param>
internal sealed record ServerTools(string Label, IReadOnlyList<AIFunction> Functions, IAsyncDisposable? Owner = null)
{
    /// <summary>Rounds of calls before the model has to answer.</summary>
    public const int MostRounds = 8;

    private const int MostCharacters = 64 * 1024;

    /// <summary>Most that one call may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>As the model is told of them.</summary>
    public IReadOnlyList<ToolDescription> Descriptions { get; } = [.. Functions.Select(f => new ToolDescription(f.Name, f.Description, f.JsonSchema))];

    public bool Has(string name) => Functions.Any(f => f.Name == name);

    /// <summary>Carries out a call; whatever goes wrong is what came of it.</summary>
    public async Task<ServerCallResult> CallAsync(string name, string arguments, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var given = JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments) ?? [];
            var result = await Functions.First(f => f.Name == name).InvokeAsync(new AIFunctionArguments(given), limit.Token);
            return Read(result);
        }
        catch (JsonException)
        {
            return new ServerCallResult(null, "the arguments are no JSON object");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ServerCallResult(null, string.Create(CultureInfo.InvariantCulture, $"the tool said nothing in {Patience.TotalSeconds:0} seconds"));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new ServerCallResult(null, Excerpt.Of(Secrets.Redact(error.Message), 300));
        }
    }

    /// <summary>A text, or the texts of a result of the protocol.</summary>
    private static ServerCallResult Read(object? result)
    {
        if (result is JsonElement { ValueKind: JsonValueKind.Object } told && told.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array)
        {
            var text = Cut(string.Join('\n', content.EnumerateArray().Select(c => c.TryGetProperty("text", out var part) && part.ValueKind == JsonValueKind.String ? part.GetString() : c.GetRawText())));
            return told.TryGetProperty("isError", out var failed) && failed.ValueKind == JsonValueKind.True ? new ServerCallResult(null, text) : new ServerCallResult(text, null);
        }

        return new ServerCallResult(Cut(result as string ?? (result is JsonElement { ValueKind: JsonValueKind.String } said ? said.GetString()! : JsonSerializer.Serialize(result))), null);
    }

    private static string Cut(string text) => text.Length <= MostCharacters ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..MostCharacters]}\n[cut: {text.Length} characters]");
}

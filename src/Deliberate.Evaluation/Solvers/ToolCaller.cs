using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Calls what a model asks for; a fault of the model's is told to it.</summary>
internal static class ToolCaller
{
    private const int LongestResult = 16_384;

    /// <returns>What the tool says, at most so much of it, or what was wrong.</returns>
    public static async Task<string> CallAsync(IReadOnlyList<EvaluationTool> tools, ToolCall call, CancellationToken cancellation)
    {
        if (tools.FirstOrDefault(t => t.Name == call.Name) is not { } tool) return $"error: there is no tool \"{call.Name}\"; there are {string.Join(", ", tools.Select(t => t.Name))}";
        try
        {
            return Excerpt.Of(await tool.Call(call.Arguments, cancellation).ConfigureAwait(false), LongestResult);
        }
        catch (Exception error) when (error is JsonException or ArgumentException or FormatException or UserError or InvalidDataException or VirtualFilesException)
        {
            return $"error: {error.Message}";
        }
    }
}

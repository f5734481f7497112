using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>A request within a fixed frame of words. A line of the tables in <c>Templates</c>.</summary>
/// <param name="Name">As <c>--transform</c> has it.</param>
/// <param name="About">Half a sentence.</param>
/// <param name="Frame">With {request} in it, once.</param>
internal sealed record TemplateTransform(string Name, TransformKind Kind, string About, string Frame) : IPromptTransform
{
    private const string Place = "{request}";

    public string Source { get; init; } = "";

    public IReadOnlyList<ChatMessage> Apply(string request, ref RandomStream random) => [new("user", Frame.Replace(Place, request, StringComparison.Ordinal))];

    public string? Recover(IReadOnlyList<ChatMessage> turns)
    {
        var (text, at) = (turns[^1].Content, Frame.IndexOf(Place, StringComparison.Ordinal));
        var (before, after) = (Frame[..at], Frame[(at + Place.Length)..]);
        return text.Length >= before.Length + after.Length && text.StartsWith(before, StringComparison.Ordinal) && text.EndsWith(after, StringComparison.Ordinal) ? text[before.Length..^after.Length] : null;
    }
}

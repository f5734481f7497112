using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>One transform after the other, as <c>rot13+prefix-injection</c>: the first changes the request, the next ones what came of it.</summary>
internal sealed class ComposedTransform(IReadOnlyList<IPromptTransform> parts) : IPromptTransform
{
    public const char Joint = '+';

    public string Name => string.Join(Joint, parts.Select(p => p.Name));

    public string About => string.Join(", then ", parts.Select(p => p.About));

    public TransformKind Kind => parts[^1].Kind;

    public string Source => string.Join("; ", parts.Select(p => p.Source).Where(s => s.Length > 0).Distinct());

    public bool IsRandom => parts.Any(p => p.IsRandom);

    public RequestKept Keeps => parts.Max(p => p.Keeps);

    public IReadOnlyList<ChatMessage> Apply(string request, ref RandomStream random)
    {
        IReadOnlyList<ChatMessage> turns = [new("user", request)];
        foreach (var part in parts)
        {
            // What earlier parts put before the last turn stays before it.
            turns = [.. turns.Take(turns.Count - 1), .. part.Apply(turns[^1].Content, ref random)];
        }

        return turns;
    }

    public string? Recover(IReadOnlyList<ChatMessage> turns)
    {
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            if (parts[i].Recover(turns) is not { } before) return null;
            turns = [new("user", before)];
        }

        return turns[^1].Content;
    }
}

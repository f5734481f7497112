using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// Thought and answer that came apart, as one text with the thought in its tags, which is how scorers read completions. Tags that
/// stand in the thought's own text are taken apart, so that nothing thought is taken for the answer.
/// </summary>
internal static class CompletionText
{
    /// <param name="reasoning">Null where there is none.</param>
    /// <param name="text">Of the answer.</param>
    /// <param name="isCut">Whether the budget ended it: a thought without an answer is then unfinished.</param>
    /// <param name="reasoningTokens">Of a thought that the provider may not show.</param>
    public static string Of(string? reasoning, string text, bool isCut, long reasoningTokens = 0)
    {
        var tags = ThinkingTags.All[0];
        if (string.IsNullOrEmpty(reasoning)) return isCut && text.Length == 0 && reasoningTokens > 0 ? tags.Open : text;
        var thought = reasoning.Replace(tags.Close, tags.Close.Insert(1, " "), StringComparison.Ordinal).Replace(tags.Open, tags.Open.Insert(1, " "), StringComparison.Ordinal);
        if (isCut && text.Length == 0) return $"{tags.Open}\n{thought}";
        return $"{tags.Open}\n{thought}\n{tags.Close}\n\n{text}";
    }
}

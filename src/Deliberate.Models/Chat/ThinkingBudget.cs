using Deliberate.Core;
using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// Closes a chain of thought that has used up its tokens: from then on the tokens of the closing are the only ones that may come, and
/// the model goes on with its answer behind them. What is written there is what the chat template writes between a thought and an
/// answer; without a template the closing tag alone.
/// </summary>
internal sealed class ThinkingBudget
{
    private const string Thought = "xqzthought", Said = "xqzmark";

    private readonly TextFormat _format;
    private readonly AnswerReader _reader;
    private readonly int _budget;
    private int _seen, _closedAt = -1;
    private int[] _closing = [];

    private ThinkingBudget(TextFormat format, string prompt, int budget) => (_format, _reader, _budget) = (format, new AnswerReader(format, prompt), budget);

    /// <summary>A constraint for each sample; null without a budget.</summary>
    /// <param name="prompt">The text that the model is given.</param>
    /// <param name="budget">Most tokens of thought, an opening tag included and the closing not.</param>
    public static Func<TokenConstraint>? Of(TextFormat format, string prompt, int? budget)
    {
        if (budget is not { } tokens) return null;
        if (tokens < 0) throw new UserError($"must be at least 0, not {tokens}.", field: "thinking_budget");
        return () => new ThinkingBudget(format, prompt, tokens).Next;
    }

    private AllowedTokens Next(ReadOnlySpan<int> output)
    {
        for (; _seen < output.Length; _seen++) _reader.Push(output[_seen]);
        if (_closedAt < 0 && _reader.OpenThought is { } tags && _reader.ThinkingTokens >= _budget)
        {
            _closedAt = output.Length;
            _closing = _format.Tokenizer.Encode(Closing(_format, tags));
        }

        return _closedAt >= 0 && output.Length - _closedAt < _closing.Length ? AllowedTokens.One(_closing[output.Length - _closedAt]) : AllowedTokens.Any;
    }

    /// <summary>What the template writes behind a thought, or where it shows none, the tag on a line of its own.</summary>
    private static string Closing(TextFormat format, ThinkingTags tags)
    {
        if (format.ChatTemplate is null) return tags.Close;
        var between = Between(format);
        return between.Contains(tags.Close, StringComparison.Ordinal) ? between : $"\n{tags.Close}\n\n";
    }

    private static string Between(TextFormat format)
    {
        try
        {
            var messages = System.Text.Json.JsonSerializer.SerializeToElement(new object[]
            {
                new { role = "user", content = "a" },
                new { role = "assistant", content = Said, reasoning_content = Thought },
            });
            var text = format.Render(new ChatTemplateInput { Messages = messages }).Text;
            var (begin, end) = (text.IndexOf(Thought, StringComparison.Ordinal), text.LastIndexOf(Said, StringComparison.Ordinal));
            return begin >= 0 && end >= begin + Thought.Length ? text[(begin + Thought.Length)..end] : "";
        }
        catch (UserError)
        {
            return "";
        }
    }
}

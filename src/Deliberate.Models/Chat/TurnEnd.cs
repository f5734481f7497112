using Deliberate.Core;
using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// What a chat template writes behind what the assistant said: there a model that was trained with it is done, whatever its files
/// name as the end of a text (a Llama 3 whose eos is <c>&lt;|end_of_text|&gt;</c> ends its turns with <c>&lt;|eot_id|&gt;</c>). Found out by
/// rendering conversations, as <see cref="TemplateFeatures"/> are.
/// </summary>
/// <param name="Token">The token that ends a turn: the first one behind the text, white space apart. Null where it is none of the model's.</param>
/// <param name="Mark">
/// What is written instead and looks like a token, in angle or square brackets: a template that came with another tokenizer. Null
/// where there is a token, or the template marks no end.
/// </param>
internal readonly record struct TurnEnd(int? Token, string? Mark)
{
    private const string Said = "xqzmark";

    /// <param name="format">Its template is asked; none ends no turn.</param>
    public static TurnEnd Of(TextFormat format)
    {
        // Of the last turn first: some write another token there than between turns, and it is the one that a model learned to write.
        if (format.ChatTemplate is null || Render(format, prompt: false, ("user", "a"), ("assistant", Said)) is not { } chat) return default;
        var behind = Behind(chat);
        if (behind.Length > 0) return TokenOf(format, behind) is { } token ? new TurnEnd(token, null) : new TurnEnd(null, LooksLikeToken(behind) ? behind : null);

        // Nothing stands there: a model goes on as the template does, with what opens the user's turn.
        if (Render(format, prompt: false, ("user", "a"), ("assistant", Said), ("user", "b")) is not { } longer || TokenOf(format, Behind(longer)) is not { } next) return default;
        return BeginsTexts(format, next) || IsInOpening(format, chat, next) ? default : new TurnEnd(next, null);
    }

    /// <summary>What stands behind the assistant's text, white space apart; nothing where the template does not show it.</summary>
    private static string Behind(string chat)
    {
        var at = chat.LastIndexOf(Said, StringComparison.Ordinal);
        return at < 0 ? "" : chat[(at + Said.Length)..].Trim();
    }

    /// <summary>The token that a text begins with, where it is one that is never made of smaller ones.</summary>
    private static int? TokenOf(TextFormat format, string text) =>
        format.Tokenizer.AddedTokens.Where(t => t.Content.Length > 0 && text.StartsWith(t.Content, StringComparison.Ordinal)).MaxBy(t => t.Content.Length)?.Id;

    private static bool LooksLikeToken(string text) =>
        text.Length > 2 && !text.AsSpan().ContainsAny(" \t\r\n") && ((text[0], text[^1]) is ('<', '>') or ('[', ']'));

    /// <summary>Such a token is written by whoever renders the next turn, not by a model.</summary>
    private static bool BeginsTexts(TextFormat format, int token) =>
        format.Tokenizer.BeginIds.Contains(token) || format.SpecialTokens.Any(t => t.Key == "bos_token" && format.Tokenizer.TokenToId(t.Value) == token);

    /// <summary>Whether the model has to write the token itself before it says anything.</summary>
    private static bool IsInOpening(TextFormat format, string chat, int token)
    {
        var prompt = Render(format, prompt: true, ("user", "a")) ?? "";
        var at = chat.LastIndexOf(Said, StringComparison.Ordinal);
        var opening = chat.StartsWith(prompt, StringComparison.Ordinal) && prompt.Length <= at ? chat[prompt.Length..at] : chat[..at];
        return opening.Contains(format.Tokenizer.IdToToken(token)!, StringComparison.Ordinal);
    }

    private static string? Render(TextFormat format, bool prompt, params ReadOnlySpan<(string Role, string Content)> messages)
    {
        try
        {
            return format.Render(new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf(messages), AddGenerationPrompt = prompt }).Text;
        }
        catch (UserError)
        {
            return null;
        }
    }
}

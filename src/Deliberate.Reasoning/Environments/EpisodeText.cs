using System.Text.Json;
using Deliberate.Jinja;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// The tokens of an environment's reply, which stand behind the tokens that the model wrote: those are never read as text and
/// written again. A model with a chat template is given a message of a role, framed as its template frames one behind an answer; a model of our
/// own a line. Special tokens that stand in the reply are plain text.
/// </summary>
/// <param name="encoder">Of the model.</param>
/// <param name="role">Of replies in a conversation: user or tool.</param>
internal sealed class EpisodeText(ProblemEncoder encoder, string role)
{
    /// <summary>What stands for an answer and a reply while the frame is looked for; no template changes them.</summary>
    private const string Said = "SAID-7f3a", Reply = "REPLY-7f3a", Cut = " [cut]";

    private readonly Lazy<(string Before, string After)> _frame = new(() => Frame(encoder, role));

    /// <summary>The tag of the thought that the frame opens; empty where it opens none.</summary>
    public string ThoughtOpenedBy => ThinkingTags.OpenedBy(_frame.Value.After)?.Open ?? "";

    /// <summary>The tokens of a reply, frame included.</summary>
    /// <param name="text">The environment's.</param>
    /// <param name="lastToken">That the model ended its turn with.</param>
    /// <param name="most">Tokens that the text may have.</param>
    public (int[] Tokens, string Text) Of(string text, int lastToken, int most)
    {
        var (before, after) = _frame.Value;
        var tokenizer = encoder.Tokenizer;
        // The template's end of the turn is there already where the model wrote it.
        var end = tokenizer.IdToToken(lastToken);
        if (end is not null && encoder.StopIds.Contains(lastToken) && before.StartsWith(end, StringComparison.Ordinal)) before = before[end.Length..];
        // No more characters are looked at than tokens could hold.
        var shown = text.Length > 64L * most ? text[..(64 * most)] : text;
        var body = tokenizer.Encode(shown, parseSpecial: false);
        if (body.Length > most || shown.Length < text.Length)
        {
            body = body[..Math.Min(most, body.Length)];
            shown = tokenizer.Decode(body, skipSpecial: false) + Cut;
        }

        return ([.. tokenizer.Encode(before), .. body, .. tokenizer.Encode(after)], shown);
    }

    private static (string Before, string After) Frame(ProblemEncoder encoder, string role)
    {
        if (encoder.Format.ChatTemplate is null) return ("\n", "\n");
        JsonElement Messages(params (string Role, string Content)[] messages) => ChatTemplateInput.MessagesOf(messages);
        var text = encoder.Format.Render(new ChatTemplateInput { Messages = Messages(("user", "?"), ("assistant", Said), (role, Reply)), AddGenerationPrompt = true }, StoppedClock.Instance).Text;
        var (said, reply) = (text.LastIndexOf(Said, StringComparison.Ordinal), text.LastIndexOf(Reply, StringComparison.Ordinal));
        if (said < 0 || reply < said) throw new Core.UserError($"The model's chat template shows no message of the role \"{role}\" behind an answer.", field: "environment.role", advice: role == "user" ? "Start from a model whose template takes conversations of several turns." : "Say environment.role: user.");
        return (text[(said + Said.Length)..reply], text[(reply + Reply.Length)..]);
    }
}

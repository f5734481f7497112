using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>A conversation turn by turn, and the commands that begin with a slash.</summary>
internal sealed class ChatLoop(ChatSession session, ChatView view, AnswerInterrupt interrupt, int context, int mostContext)
{
    private static readonly (string Name, string Help)[] Commands =
    [
        ("/system", "TEXT  Set the system message; without text, back to the model's own."),
        ("/reset", "Forget the conversation and begin anew."),
        ("/thinking", "show|hide  Show what the model thinks before it answers, or not."),
        ("/help", "This list."),
        ("/exit", "Leave."),
    ];

    /// <summary>Told of each answer; null for none.</summary>
    public Action<ChatAnswer>? Answered { get; init; }

    /// <summary>On a terminal a mistake is told and the conversation goes on; elsewhere it ends.</summary>
    public void Run(ChatInput input, bool isTerminal)
    {
        while (input.Read() is { } turn)
        {
            try
            {
                if (turn.StartsWith('/') && !turn.StartsWith("//", StringComparison.Ordinal))
                {
                    if (!Obey(turn)) return;
                    continue;
                }

                var answer = Ask(turn.StartsWith('/') ? turn[1..] : turn);
                if (answer.End == ChatEnd.Cancelled && !isTerminal) throw new OperationCanceledException();
            }
            catch (UserError error) when (isTerminal)
            {
                ChatView.Note(error.Field == "context" ? $"{error.Problem} {ChatView.FullAdvice(context, mostContext)}" : error.Message);
            }
        }
    }

    public ChatAnswer Ask(string text)
    {
        ChatAnswer answer;
        try
        {
            answer = interrupt.Run(cancellation => session.Ask(text, Answered is null ? view.Show : null, cancellation));
        }
        finally
        {
            view.End();
        }

        if (Answered is not null) Answered(answer);
        else ChatView.Report(answer, context, mostContext);
        return answer;
    }

    /// <summary>Does what a slash command says; false to leave.</summary>
    private bool Obey(string line)
    {
        var space = line.IndexOfAny([' ', '\n', '\t']);
        var (name, rest) = space < 0 ? (line, "") : (line[..space], line[space..].Trim());
        switch (name)
        {
            case "/exit" or "/quit":
                return false;
            case "/help":
                foreach (var (command, help) in Commands) ChatView.Note($"{command,-10} {help}");
                ChatView.Note("A line that ends with \\ goes on with the next. //text sends a message that begins with a slash. Ctrl-C stops an answer.");
                return true;
            case "/reset":
                session.Reset();
                ChatView.Note("A new conversation.");
                return true;
            case "/system":
                session.System = rest.Length > 0 ? rest : null;
                ChatView.Note(rest.Length > 0 ? "System message set; the conversation goes on under it." : "Back to the model's own system message, if it has one.");
                return true;
            case "/thinking" when rest is "show" or "hide":
                view.ShowsThinking = rest == "show";
                ChatView.Note(view.ShowsThinking ? "Thinking is shown." : "Thinking is hidden.");
                return true;
            case "/thinking":
                throw new UserError($"\"{rest}\" is neither show nor hide.", field: name);
            default:
                throw new UserError($"There is no command {name}.", advice: $"{NearestName.Suggest(name, [.. Commands.Select(c => c.Name)])} //text sends a message that begins with a slash.");
        }
    }
}

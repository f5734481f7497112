using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Spectre.Console;

namespace Deliberate.Cli;

/// <summary>
/// Shows answers as they are written: the answer on standard output, thought and everything about it on standard error, so that a
/// script reads only answers. On a terminal, control characters that a model writes are shown as U+FFFD instead of obeyed.
/// </summary>
internal sealed class ChatView(bool showsThinking)
{
    private static readonly Style Dim = new(decoration: Decoration.Dim);
    private bool _thinking, _counting, _wrote, _endsLine;

    /// <summary>Whether thought is shown, or only that there is some.</summary>
    public bool ShowsThinking { get; set; } = showsThinking;

    public void Show(AnswerPiece piece)
    {
        if (piece.IsThinking != _thinking) Turn(piece.IsThinking);
        if (!piece.IsThinking)
        {
            Console.Out.Write(Console.IsOutputRedirected ? piece.Text : ModelText.Show(piece.Text));
            (_wrote, _endsLine) = (true, piece.Text.EndsWith('\n'));
        }
        else if (ShowsThinking)
        {
            Terminal.Progress.Write(new Text(ModelText.Show(piece.Text), Dim));
        }
        else if (Terminal.IsLive && !_counting)
        {
            Console.Error.Write("thinking ...");
            _counting = true;
        }
    }

    /// <summary>Ends the answer's last line.</summary>
    public void End()
    {
        if (_thinking) Turn(thinking: false);
        if (_wrote && !_endsLine) Console.Out.WriteLine();
        (_wrote, _endsLine) = (false, false);
    }

    /// <summary>What the answer cost and why it ended.</summary>
    public static void Report(ChatAnswer answer, int context, int mostContext)
    {
        var parts = new List<string> { answer.Tokens == 1 ? "1 token" : $"{answer.Tokens} tokens" };
        if (answer.ThinkingTokens > 0) parts[0] += $", {answer.ThinkingTokens} of them thinking";
        if (answer.Rate is { } rate) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{rate:0.0} tokens/s"));
        if (answer.Tokens > 0) parts.Add($"first after {Quantity.Duration(answer.FirstToken)}");
        parts.Add($"context {answer.PromptTokens + answer.Tokens} of {context}");
        Note($"[{string.Join(", ", parts)}]");
        if (answer.End == ChatEnd.Cancelled) Note("Stopped.");
        if (answer.End == ChatEnd.Budget) Note("Cut off by the token budget: ask it to go on, or raise --max-tokens.");
        if (answer.End == ChatEnd.ContextFull) Note("Cut off: the context is full. " + FullAdvice(context, mostContext));
    }

    public static string FullAdvice(int context, int mostContext) =>
        context < mostContext ? $"Begin anew with /reset, or start with --context {Math.Min(2L * context, mostContext)} (the model allows {mostContext})." : "Begin anew with /reset; the model was not made for more.";

    /// <summary>A line beside the conversation.</summary>
    public static void Note(string text) => Terminal.Progress.Write(new Text(text + "\n", Dim));

    private void Turn(bool thinking)
    {
        if (!thinking && ShowsThinking) Console.Error.WriteLine("\n");
        if (_counting) Console.Error.Write("\r\u001b[K");
        (_thinking, _counting) = (thinking, false);
    }
}

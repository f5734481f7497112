using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// How an agent asks for a command and is told what came of it. Models that call tools call <c>shell</c>; others write one fenced block
/// (<c>```sh</c>) or a line that begins with <c>$ </c>, and are answered by the user. Both are read back from a transcript, so that what an agent did can be done
/// again without it.
/// </summary>
internal static partial class AgentCommands
{
    public const string Tool = "shell", Argument = "command", Result = "Output:\n", NoTurns = "\n(That was your last command. Say now, in words, what you did.)";

    private const int LongestResult = 12_000;

    /// <summary>What a model that calls no tools is told.</summary>
    public const string Manual = "You work in a shell. To run a command, answer with it alone in a fenced block:\n```sh\nls\n```\nYou then see its output. When you are done, answer in words, without a block.";

    /// <summary>The command that an answer's text asks for; null where it asks for none.</summary>
    public static string? OfText(string text)
    {
        if (Fence().Match(text) is { Success: true } block) return block.Groups["code"].Value.Trim('\n');
        if (Line().Match(text) is { Success: true } line) return line.Groups["code"].Value;
        return null;
    }

    /// <summary>The command of a tool's call.</summary>
    /// <exception cref="ArgumentException">The call has none.</exception>
    public static string OfCall(string arguments)
    {
        using var json = JsonDocument.Parse(arguments);
        if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(Argument, out var command) && command.ValueKind == JsonValueKind.String) return command.GetString()!;
        throw new ArgumentException($"the arguments have no \"{Argument}\"");
    }

    /// <summary>What an agent is shown of a result: whole, or its beginning and its end.</summary>
    public static string Show(ShellResult result)
    {
        var text = result.Output.Length <= LongestResult ? result.Output : $"{result.Output.AsSpan(0, LongestResult / 2)}\n(…)\n{result.Output.AsSpan(result.Output.Length - LongestResult / 2)}";
        return text.Length > 0 ? text.TrimEnd('\n') : result.ExitCode is 0 ? "(no output)" : FormattableString.Invariant($"(no output, exit code {result.ExitCode})");
    }

    /// <summary>The commands of a transcript that were run, in order: those that an answer to them follows.</summary>
    public static IEnumerable<string> Ran(IReadOnlyList<ChatMessage> messages)
    {
        for (var i = 0; i + 1 < messages.Count; i++)
        {
            if (messages[i].Role != "assistant") continue;
            if (messages[i].ToolCalls.Count == 0)
            {
                if (messages[i + 1].Role == "user" && messages[i + 1].Content.StartsWith(Result, StringComparison.Ordinal) && OfText(messages[i].Content) is { } command) yield return command;
                continue;
            }

            foreach (var call in messages[i].ToolCalls.Where(c => c.Name == Tool && messages.Skip(i + 1).Any(m => m.ToolCallId == c.Id)))
            {
                string? asked = null;
                try
                {
                    asked = OfCall(call.Arguments);
                }
                catch (Exception error) when (error is JsonException or ArgumentException)
                {
                    // It was told so, and nothing ran.
                }

                if (asked is not null) yield return asked;
            }
        }
    }

    [GeneratedRegex(@"^```(sh|bash|shell|console)?[ \t]*\n(?<code>.*?)^```[ \t]*$", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\$ (?<code>[^\n]+)$", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();
}

using System.Runtime.CompilerServices;
using System.Text;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// An answer in several rounds: what the model calls of the operator's tools is carried out and told to it, until it answers, or calls a tool of the
/// client's, which is the client's to carry out (calls beside it are then left). One token budget is for all rounds, and one place in the queue.
/// </summary>
internal static class ToolLoop
{
    public static async IAsyncEnumerable<AnswerEvent> Read(ServerTools tools, PreparedAnswer first, QueuePlace? place, int number, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var (prepared, left, calls) = (first, first.Prompt.MaxTokens, 0);
        var usage = new TokenUsage(0, 0, 0, 0);
        var thoughts = new StringBuilder();
        try
        {
            for (var round = 0; ; round++)
            {
                var said = new StringBuilder();
                var own = new List<ToolCall>();
                // Numbers that the client knows its calls by.
                var shown = new Dictionary<int, int>();
                AnswerEnd end = null!;
                await foreach (var happened in AnswerStream.Draw(prepared, place: null, number, cancellation))
                {
                    switch (happened)
                    {
                        case CallBegun call when tools.Has(call.Name): break;
                        case CallBegun call:
                            shown[call.Index] = calls++;
                            yield return call with { Index = shown[call.Index] };
                            break;
                        case CallArguments call when shown.TryGetValue(call.Index, out var index): yield return call with { Index = index }; break;
                        case CallArguments: break;
                        case CallEnded call when shown.TryGetValue(call.Index, out var index): yield return call with { Index = index }; break;
                        case CallEnded call: own.Add(new ToolCall("call_" + Identifiers.Random(24), call.Name, call.Arguments)); break;
                        case AnswerEnd over: end = over; break;
                        default:
                            if (happened is TextPiece piece) said.Append(piece.Text);
                            yield return happened;
                            break;
                    }
                }

                usage = new TokenUsage(usage.Prompt + end.Usage.Prompt, usage.Cached + end.Usage.Cached, usage.Completion + end.Usage.Completion, usage.Thinking + end.Usage.Thinking);
                if (end.Thinking is not null) thoughts.Append(thoughts.Length > 0 ? "\n" : "").Append(end.Thinking);
                left -= end.Usage.Completion;
                if (own.Count == 0 || calls > 0 || end.IsCut || left < 1)
                {
                    yield return end with { Usage = usage, Calls = calls, IsCut = end.IsCut || (own.Count > 0 && calls == 0), Thinking = thoughts.Length > 0 ? thoughts.ToString() : null };
                    yield break;
                }

                List<ChatMessage> messages = [.. prepared.Task.Messages, new ChatMessage("assistant", said.ToString(), end.Thinking) { ToolCalls = [.. own.Select(c => c with { Arguments = Written(c.Arguments) })] }];
                foreach (var call in own)
                {
                    var result = await tools.CallAsync(call.Name, call.Arguments, cancellation);
                    yield return new ServerCalled(tools.Label, call.Name, call.Arguments, result);
                    messages.Add(new ChatMessage("tool", result.Said) { ToolCallId = call.Id });
                }

                // Once what must be called was called, the model may answer; after enough of it, it has to.
                var task = prepared.Task with { Messages = messages, Use = round + 1 >= ServerTools.MostRounds ? ToolUse.None : ToolUse.Auto, ForcedTool = null, Sampling = prepared.Task.Sampling with { MaxTokens = null } };
                var next = PreparedAnswer.Of(task, prepared.Writer, prepared.Options);
                prepared = next with { Prompt = next.Prompt with { MaxTokens = Math.Min(left, next.Prompt.MaxTokens), Seed = first.Prompt.Seed } };
            }
        }
        finally
        {
            place?.Release();
        }
    }

    /// <summary>Arguments as a conversation holds them: an object, whatever the model wrote.</summary>
    private static string Written(string arguments)
    {
        try
        {
            return ChatMessages.Arguments(arguments, "arguments");
        }
        catch (ApiError)
        {
            return "{}";
        }
    }
}

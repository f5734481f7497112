using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Microsoft.Extensions.AI;
using AIMessage = Microsoft.Extensions.AI.ChatMessage;
using AIOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Deliberate.Cli;

/// <summary>
/// A conversation with a model that may call tools: what it calls is carried out and told to it, until it answers. Answers go to standard
/// output, calls and thoughts to standard error.
/// </summary>
internal sealed class ToolChat(TextModel model, McpTools server, AIOptions options, string? system, bool showsThinking) : IDisposable
{
    /// <summary>Calls one after another before an answer.</summary>
    private const int MostRounds = 8;

    private readonly IChatClient _client = new FunctionInvokingChatClient(model.AsChatClient()) { MaximumIterationsPerRequest = MostRounds };
    private readonly List<AIMessage> _messages = system is null ? [] : [new(ChatRole.System, system)];

    /// <summary>One question and its answer.</summary>
    public async Task AskAsync(string text, CancellationToken cancellation)
    {
        _messages.Add(new(ChatRole.User, text));
        var asked = options.Clone();
        asked.Tools = [.. server.Tools];
        List<ChatResponseUpdate> updates = [];
        await foreach (var update in _client.GetStreamingResponseAsync(_messages, asked, cancellation).ConfigureAwait(false))
        {
            updates.Add(update);
            foreach (var content in update.Contents) Show(content);
        }

        Console.Out.WriteLine();
        _messages.AddMessages(updates);
    }

    public void Dispose() => _client.Dispose();

    private void Show(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                Console.Out.Write(text.Text);
                break;
            case TextReasoningContent thought when showsThinking:
                Console.Error.Write(thought.Text);
                break;
            case FunctionCallContent call:
                ChatView.Note($"calls {call.Name} {JsonSerializer.Serialize(call.Arguments)}");
                break;
            case FunctionResultContent result:
                ChatView.Note(string.Create(CultureInfo.InvariantCulture, $"which says {Excerpt.Of(result.Result as string ?? JsonSerializer.Serialize(result.Result), 200)}"));
                break;
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// A conversation with a model: messages, rendered by its chat template, answered token by token. The tokens the model wrote stay
/// those tokens where the template writes the answer as it was; and what a turn shares with the one before (all of it, or all but
/// the answer where the template leaves out earlier thought) is not read again. Stays on one thread.
/// </summary>
public sealed class ChatSession : IDisposable
{
    private readonly TextFormat _format;
    private readonly ChatOptions _options;
    private readonly TimeProvider _time;
    private readonly Generator _generator;
    private readonly List<ChatMessage> _messages = [];

    /// <summary>The text of the last turn, answer and stop token included, and its tokens.</summary>
    private string _text = "";
    private int[] _tokens = [];
    private int _turn;

    /// <param name="model">Trained on conversations: its format has a chat template.</param>
    /// <param name="adapter">What the model is read with; null for the model's own.</param>
    internal ChatSession(LanguageModel model, TextFormat format, ChatOptions options, TimeProvider? time = null, Tensors.Adapter? adapter = null)
    {
        if (format.ChatTemplate is null) throw new UserError("the model has no chat template: it was not trained on conversations.");
        (_format, _options, _time) = (format.StoppingAt(options.Stop, "stop"), options, time ?? TimeProvider.System);
        _generator = new Generator(model, options.Context, options.Cache, adapter, (Speculation.DrafterOf(options.Speculation, model, format.Tokenizer, options.Context), options.Speculation?.Tokens ?? 0));
    }

    /// <summary>The system message; null leaves it to the template, which may have its own. Takes effect with the next turn.</summary>
    public string? System { get; set; }

    /// <summary>What was said, without the system message.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>Bytes of the key-value cache.</summary>
    public long CacheBytes => _generator.CacheBytes;

    /// <summary>Forgets the conversation, not the system message. Later turns draw other random numbers than the first did.</summary>
    public void Reset()
    {
        _messages.Clear();
        _generator.Clear();
        (_text, _tokens) = ("", []);
    }

    /// <summary>Asks and waits for the whole answer.</summary>
    /// <param name="text">The user's message.</param>
    /// <param name="watch">Given each piece of the answer as it becomes known.</param>
    /// <param name="cancellation">Cuts the answer off where it is; it stays in the conversation.</param>
    /// <exception cref="UserError">The conversation does not fit into the context, or the template refuses it: as if nothing had been asked.</exception>
    public ChatAnswer Ask(string text, Action<AnswerPiece>? watch = null, CancellationToken cancellation = default)
    {
        var start = _time.GetTimestamp();
        var rendered = _format.Render(Input([.. _messages, new ChatMessage("user", text)]), _time).Text;
        // Tokens in, tokens out: what the model wrote is not tokenised again.
        var prompt = _text.Length > 0 && rendered.StartsWith(_text, StringComparison.Ordinal)
            ? [.. _tokens, .. _format.Tokenizer.Encode(rendered[_text.Length..])]
            : _format.Tokenizer.Encode(rendered);
        if (prompt.Length >= _options.Context)
            throw new UserError($"the conversation has {prompt.Length} tokens, and the context holds {_options.Context}.", field: "context", advice: "Begin a new conversation, or allow a longer context.");
        var reader = new AnswerReader(_format, rendered, watch);
        var first = TimeSpan.Zero;
        var drawn = 0;
        var room = _options.Context - prompt.Length;
        var generated = _generator.Generate(
            prompt, Math.Min(_options.MaxTokens ?? room, room), _options.Sampling, new RandomStream(_options.Seed, StreamStage.Sampling, step: _turn++), [.. _format.StopIds],
            token =>
            {
                if (drawn++ == 0) first = _time.GetElapsedTime(start);
                reader.Push(token);
                return reader.IsOver;
            },
            GrammarConstraint.Of(_format, rendered, _options.Grammar), cancellation);
        reader.Finish();
        if (generated.Tokens.Length > 0)
        {
            _messages.Add(new ChatMessage("user", text));
            _messages.Add(new ChatMessage("assistant", reader.Text, reader.Thinking));
            (_text, _tokens) = (rendered + _format.Tokenizer.Decode(generated.Tokens, skipSpecial: false), [.. prompt, .. generated.Tokens]);
        }

        return new ChatAnswer
        {
            Text = reader.Text,
            Thinking = reader.Thinking,
            End = generated.FinishReason switch
            {
                null => ChatEnd.Cancelled,
                FinishReason.Stop => ChatEnd.Stop,
                _ => generated.Tokens.Length == room ? ChatEnd.ContextFull : ChatEnd.Budget,
            },
            PromptTokens = prompt.Length,
            ReusedTokens = generated.ReusedTokens,
            Tokens = generated.Tokens.Length,
            ThinkingTokens = reader.ThinkingTokens,
            FirstToken = first,
            Elapsed = _time.GetElapsedTime(start),
        };
    }

    /// <summary>Frees the conversation's memory; the model stays.</summary>
    public void Dispose() => _generator.Dispose();

    private ChatTemplateInput Input(IEnumerable<ChatMessage> messages)
    {
        var array = new JsonArray();
        if (System is not null) messages = messages.Prepend(new ChatMessage("system", System));
        foreach (var (role, content, thinking) in messages)
        {
            var message = new JsonObject { ["role"] = role, ["content"] = content };
            if (thinking is not null) message["reasoning_content"] = thinking;
            array.Add(message);
        }

        return new ChatTemplateInput { Messages = JsonSerializer.SerializeToElement(array), AddGenerationPrompt = true };
    }
}

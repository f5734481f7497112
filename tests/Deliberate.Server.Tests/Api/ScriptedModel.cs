using System.Runtime.CompilerServices;
using Deliberate.Jinja;
using Deliberate.Models;

namespace Deliberate.Server.Tests;

/// <summary>
/// A model that writes what a test tells it to: everything around the drawing of tokens (tokenizer, template, readers, budgets) is the
/// real thing. Thinks as Qwen does, knows tools as Hermes does.
/// </summary>
internal sealed class ScriptedModel(string name, Func<ServedPrompt, string> write) : IServedModel
{
    private const string End = "<|im_end|>";

    private const string Template =
        """
        {%- if tools %}<|im_start|>system
        {% if messages[0].role == 'system' %}{{ messages[0].content }}
        {% endif %}Tools:{% for tool in tools %}
        {{ tool | tojson }}{% endfor %}<|im_end|>
        {% endif %}{%- for message in messages %}{% if not (tools and loop.first and message.role == 'system') %}<|im_start|>{{ message.role }}
        {% if message.reasoning_content %}<think>
        {{ message.reasoning_content }}
        </think>

        {% endif %}{{ message.content }}{% for call in message.tool_calls or [] %}<tool_call>
        {"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
        </tool_call>{% endfor %}<|im_end|>
        {% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
        {% if enable_thinking is defined and not enable_thinking %}<think>

        </think>

        {% else %}<think>
        {% endif %}{% endif %}
        """;

    private static readonly TextFormat s_format = MakeFormat();

    public string Name { get; } = name;

    public string Hash { get; init; } = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public long Created => 1_700_000_000;

    public long CacheBytes => 4096;

    public long CacheLimitBytes => 8192;

    public int Context { get; init; } = 4096;

    public TextFormat Format => s_format;

    /// <summary>Waited for before each token.</summary>
    public Func<CancellationToken, Task>? Pace { get; init; }

    /// <summary>What it was given, the latest last.</summary>
    public List<ServedPrompt> Asked { get; } = [];

    /// <summary>Answers that were left before their end.</summary>
    public int Left { get; private set; }

    public ServedAnswer Answer(ServedPrompt prompt, CancellationToken cancellation)
    {
        lock (Asked) Asked.Add(prompt);
        var result = new TaskCompletionSource<HostResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ServedAnswer(Events(prompt, result, cancellation), result.Task);
    }

    public long Room(int promptTokens) => Context;

    public Task<double[]> HiddenSumAsync(int[] tokens, bool lastOnly, CancellationToken cancellation) => Task.FromResult<double[]>([tokens.Length, tokens[^1], 3]);

    public void Dispose()
    {
        // Holds nothing.
    }

    private async IAsyncEnumerable<HostEvent> Events(ServedPrompt prompt, TaskCompletionSource<HostResult> result, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pieces = new List<AnswerPiece>();
        string text = "", thinking = "";
        var reader = new AnswerReader(Format.StoppingAt(prompt.Stop, "stop"), prompt.Rendered, piece =>
        {
            pieces.Add(piece);
            if (piece.IsThinking) thinking += piece.Text;
            else text += piece.Text;
        });
        var script = new Queue<int>(Format.Tokenizer.Encode(write(prompt) + End));
        var close = Format.Tokenizer.TokenToId("</think>");
        var constraint = ThinkingBudget.Of(Format, prompt.Rendered, prompt.ThinkingBudget)?.Invoke();
        var output = new List<int>();
        var reason = FinishReason.Length;
        try
        {
            while (output.Count < prompt.MaxTokens)
            {
                if (Pace is not null) await Pace(cancellation);
                cancellation.ThrowIfCancellationRequested();
                var forced = constraint?.Invoke(output.ToArray()).Only ?? -1;
                var token = forced >= 0 ? forced : script.Dequeue();
                // A thought that is closed by force goes on with the answer.
                if (forced == close && script.Contains(close))
                {
                    while (script.Dequeue() != close)
                    {
                    }

                    while (script.Count > 0 && string.IsNullOrWhiteSpace(Format.Tokenizer.Decode([script.Peek()], skipSpecial: false))) script.Dequeue();
                }

                output.Add(token);
                reader.Push(token);
                GeneratedToken[] alternatives = [.. Enumerable.Range(0, prompt.Alternatives).Select(i => new GeneratedToken(i + 3, -1 - i))];
                yield return new HostEvent(new GeneratedToken(token, -0.5), [.. pieces], alternatives);
                pieces.Clear();
                if (!reader.IsOver && !Format.StopIds.Contains(token)) continue;
                reason = FinishReason.Stop;
                break;
            }

            reader.Finish();
            if (pieces.Count > 0) yield return new HostEvent(null, [.. pieces]);
            result.TrySetResult(new HostResult([.. output], text, thinking.Length > 0 ? thinking : null, reason, new TokenUsage(prompt.Tokens.Length, 0, output.Count, reader.ThinkingTokens)));
        }
        finally
        {
            if (!result.Task.IsCompleted)
            {
                Left++;
                result.TrySetCanceled(CancellationToken.None);
            }
        }
    }

    private static TextFormat MakeFormat()
    {
        var words = "think weather Paris temperature location city answer the of and to is a in that it you for was on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who oil its now find long down day did get come made may part secret canary plum river stone lantern".Split(' ');
        var tokenizer = BpeTrainer.Train(words.SelectMany(w => Enumerable.Repeat(" " + w, 20)), 600, [End, "<|im_start|>", "<think>", "</think>"], new BpeTrainerOptions { PreTokenizer = "smollm" });
        var end = tokenizer.TokenToId(End);
        return new TextFormat(tokenizer)
        {
            ChatTemplate = ChatTemplate.Parse(Template, "the template of tests"),
            SpecialTokens = [new("eos_token", End)],
            Generation = new GenerationConfiguration { DoSample = true, Temperature = 1, EosTokenIds = [end] },
            StopIds = [end],
        };
    }
}

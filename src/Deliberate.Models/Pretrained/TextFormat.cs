using System.Text.Json;
using Deliberate.Core;
using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// How text goes into a model and comes out of it: the tokenizer, how a conversation is written, which tokens end a text, and
/// how the model's makers would have it sampled. What a checkpoint keeps beside weights and configuration.
/// </summary>
internal sealed record TextFormat(Tokenizer Tokenizer)
{
    /// <summary>Turns messages into text; null for a model that was not trained on conversations.</summary>
    public ChatTemplate? ChatTemplate { get; init; }

    /// <summary>
    /// The spelling of each special token by the name that tokenizer_config.json gives it (<c>bos_token</c>, <c>eos_token</c>, ...),
    /// which is also the variable that templates read; in the order of <see cref="TokenizerConfiguration.SpecialNames"/>.
    /// </summary>
    public ValueList<KeyValuePair<string, string>> SpecialTokens { get; init; } = [];

    public GenerationConfiguration Generation { get; init; } = new();

    /// <summary>What the model was made of; null for one that was made anew.</summary>
    public ModelHeritage? Heritage { get; init; }

    /// <summary>
    /// Tokens that end a text, first the one to write: those that the generation configuration names, else the model's
    /// configuration; then what the tokenizer calls <c>eos_token</c>, and what the chat template ends a turn with.
    /// </summary>
    public ValueList<int> StopIds { get; init; } = [];

    /// <summary>
    /// Texts that end an answer, never looked for in a thought: what the chat template ends a turn with where that is no token, and
    /// what a caller adds.
    /// </summary>
    public ValueList<string> StopStrings { get; init; } = [];

    /// <summary>How the chat template ends what the assistant says.</summary>
    public TurnEnd TurnEnd { get; init; }

    /// <summary>Whether the chat template wants the arguments of tool calls as text rather than as the object: see <see cref="ToolArguments"/>.</summary>
    public bool TakesArgumentsAsText { get; init; }

    /// <summary>
    /// Renders a conversation. The special tokens are variables of the template unless the input has its own. The text already
    /// holds every special token the model wants: encode it without adding others.
    /// </summary>
    public RenderedChat Render(ChatTemplateInput input, TimeProvider? time = null)
    {
        var template = ChatTemplate ?? throw new InvalidOperationException("the model has no chat template");
        var variables = new Dictionary<string, JsonElement>(input.Variables);
        foreach (var (name, token) in SpecialTokens) variables.TryAdd(name, JsonSerializer.SerializeToElement(token));
        return template.Render(input with { Messages = ToolArguments.In(input.Messages, TakesArgumentsAsText), Variables = variables }, time);
    }

    /// <summary>The tokens of a rendered conversation.</summary>
    public int[] Encode(RenderedChat chat) => Tokenizer.Encode(chat.Text);

    /// <summary>The format with further strings that end an answer.</summary>
    /// <exception cref="UserError">One is empty: it would end every answer before it begins.</exception>
    public TextFormat StoppingAt(IReadOnlyList<string> stops, string field) =>
        stops.Contains("") ? throw new UserError("a stop string is empty: it would end every answer before it begins.", field: field) : this with { StopStrings = [.. StopStrings, .. stops] };

    /// <summary>The format with what is found out and not only read: what ends its texts, and how its template takes the arguments of tool calls.</summary>
    internal TextFormat Complete(ModelConfiguration configuration)
    {
        List<int> ids = [.. Generation.EosTokenIds.Count > 0 ? Generation.EosTokenIds : configuration.EosTokenIds];
        foreach (var (name, token) in SpecialTokens)
        {
            if (name == "eos_token") Add(Tokenizer.TokenToId(token));
        }

        var end = TurnEnd.Of(this);
        Add(end.Token ?? -1);
        return this with { StopIds = new ValueList<int>(ids.ToArray()), StopStrings = end.Mark is { } mark ? [mark] : [], TurnEnd = end, TakesArgumentsAsText = ChatTemplate is not null && ToolArguments.AreText(this) };

        void Add(int id)
        {
            if (id >= 0 && !ids.Contains(id)) ids.Add(id);
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Evaluation;

/// <summary>
/// A model on this machine through its host: samples of many items share its batches, and each is, bit for bit, what a run's own
/// evaluation draws of the same problem, number, seed and weights. A model without a chat template goes on with the texts of the
/// messages, an empty line between them.
/// </summary>
internal sealed class CheckpointConnection : IModelConnection
{
    /// <summary>Requests in work: enough rows for all threads, few enough for the cache.</summary>
    public const int Slots = 64;

    private readonly TextModel _model;
    private readonly TextFormat _format;
    private readonly ProblemEncoder _encoder;
    private readonly int[] _stopIds;
    private readonly TemplateFeatures? _features;
    private readonly int? _thinkingBudget;
    private readonly Dictionary<SearchSetting, SearchQueue> _searches = [];
    private LikelihoodReader? _likelihoods;

    /// <param name="model">Owned.</param>
    /// <param name="stops">Texts that end an answer, besides the format's own.</param>
    /// <param name="thinkingBudget">Tokens of thought after which it is closed; null for as many as the model takes.</param>
    public CheckpointConnection(TextModel model, IReadOnlyList<string> stops, int? thinkingBudget = null)
    {
        _model = model;
        _thinkingBudget = thinkingBudget;
        _format = model.Format.StoppingAt(stops, "stop");
        _encoder = new ProblemEncoder(_format);
        _stopIds = [.. _format.StopIds];
        _features = _format.ChatTemplate is null ? null : TemplateFeatures.Of(_format);
    }

    /// <param name="path">A folder or a file that <see cref="TextModel.Open"/> takes.</param>
    /// <param name="name">As tables call it.</param>
    /// <param name="stops">Texts that end an answer, besides the format's own.</param>
    /// <param name="threads">0 for one a core.</param>
    /// <param name="adapter">The folder of an adapter to use it with; null for the model as it is.</param>
    /// <param name="device">One of <see cref="GraphicsChoice.All"/>.</param>
    public static EvaluationModel Open(string path, string name, IReadOnlyList<string> stops, int threads, string? adapter = null, string device = GraphicsChoice.Cpu)
    {
        var model = TextModel.OpenWith(path, adapter, threads: threads, hosting: new ModelHostOptions { Slots = Slots }, device: device);
        try
        {
            return new EvaluationModel(name, new CheckpointConnection(model, stops), new ModelDescription("checkpoint", model.Name, model.Location, model.Identity.Id), Slots);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The model itself, for what needs more than its answers.</summary>
    public TextModel Model => _model;

    /// <summary>Whether the model's own template tells it of tools; another is told of them in words.</summary>
    public bool KnowsTools => _features?.Tools == true;

    /// <summary>Longest text that the model was made for, in tokens.</summary>
    public int Context => _model.Context;

    /// <summary>A conversation as the model reads it, up to where its answer begins.</summary>
    public string TextOf(IReadOnlyList<ChatMessage> messages) => PromptText(messages, effort: null, []);

    /// <summary>The tokens of a conversation as the model reads it.</summary>
    public int[] TokensOf(IReadOnlyList<ChatMessage> messages) => _format.Tokenizer.Encode(TextOf(messages), addSpecialTokens: _format.ChatTemplate is null);

    public int Count(IReadOnlyList<ChatMessage> messages) => TokensOf(messages).Length;

    public async Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
    {
        var (text, tokens, room) = Prompt(messages, options);
        var (sampling, most) = Sampling(options);
        var format = options.Stop.Count > 0 ? _format.StoppingAt(options.Stop, "stop") : _format;
        var stream = new RandomStream(options.Seed, StreamStage.Evaluation, problem: options.Stream.Problem, sample: options.Stream.Sample);
        var opened = ThinkingTags.OpenedBy(text)?.Open ?? "";
        var request = HostRequest.Make(tokens, Math.Min(most ?? room, room), sampling, [stream], _stopIds, show => new AnswerReader(format, opened, show), Constraint(text, options), isRead: false, _model.AdapterOf())[0];
        var result = await _model.Host.Submit(request, cancellation).Result.ConfigureAwait(false);
        var reader = new AnswerReader(format, opened);
        foreach (var token in result.Tokens) reader.Push(token);
        var drawn = result.Tokens.Length - (EndsByItself(result.Tokens) ? 1 : 0);
        var (said, calls) = CheckpointTools.Read(result.Text, options.Tools, messages);
        return new ModelAnswer
        {
            Text = said,
            ToolCalls = calls,
            Reasoning = result.Thinking,
            Completion = SampleReader.Completion(EncoderOf(options), result.Tokens, reader, opened),
            ThoughtOpenedBy = opened,
            FinishReason = result.FinishReason == FinishReason.Length ? "length" : calls.Count > 0 ? "tool_calls" : "stop",
            Usage = new ModelUsage(1, result.Usage.Prompt, result.Usage.Cached, drawn, reader.ThinkingTokens, 0),
            ReportedModel = _model.Name,
        };
    }

    /// <summary>The answer that a search of the model's samples finds; its usage is that of all that was drawn, and what a scorer read counts as input.</summary>
    /// <param name="setting">What to search by.</param>
    /// <param name="problem">For scorers.</param>
    /// <param name="answerOf">A completion's final answer, given what its thought was opened by; null where it has none.</param>
    /// <param name="messages">The conversation to go on with.</param>
    /// <param name="options">As for one answer; the token budget is a solution's.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<ModelAnswer> SearchAsync(SearchSetting setting, Problem problem, Func<string, string, string?> answerOf, IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
    {
        var (text, tokens, room) = Prompt(messages, options);
        var (sampling, most) = Sampling(options);
        var opened = ThinkingTags.OpenedBy(text)?.Open ?? "";
        // A problem's samples are told apart by odd numbers, so that no two of them share a key.
        var key = options.Stream.Problem + (options.Stream.Sample * 0x2545F4914F6CDD1D);
        var wish = new SearchWish(problem, tokens, Math.Min(most ?? room, room), sampling, EncoderOf(options), options.Seed, key, completion => answerOf(completion, opened));
        var tree = await QueueOf(setting).FindAsync(wish, cancellation).ConfigureAwait(false);
        var chosen = tree.Selected ?? tree.Finished.FirstOrDefault();
        int[] drawn = [.. chosen?.Path.SelectMany(n => n.Step.Tokens) ?? []];
        var reader = new AnswerReader(wish.Encoder.Format, opened);
        foreach (var token in drawn) reader.Push(token);
        return new ModelAnswer
        {
            Text = reader.Text,
            Reasoning = reader.Thinking,
            Completion = SampleReader.Completion(wish.Encoder, drawn, reader, opened),
            ThoughtOpenedBy = opened,
            FinishReason = EndsByItself(drawn) ? "stop" : "length",
            Usage = new ModelUsage(1, tokens.Length + tree.ScorerTokens, 0, tree.PolicyTokens, reader.ThinkingTokens, 0),
            ReportedModel = _model.Name,
        };
    }

    /// <summary>Says how likely texts are; made when it is first asked for.</summary>
    public LikelihoodReader Likelihoods
    {
        get
        {
            lock (_searches) return _likelihoods ??= new LikelihoodReader(_model.Weights, _format, _model.Context, _model.AdapterOf());
        }
    }

    /// <summary>Whether it was made to think before it answers.</summary>
    public bool Thinks => _features?.Thinking == true;

    /// <summary>Reads what a search needs.</summary>
    /// <exception cref="UserError">The scorer does not go with the model.</exception>
    public void PrepareSearch(SearchSetting setting) => QueueOf(setting);

    public async ValueTask DisposeAsync()
    {
        foreach (var search in _searches.Values) await search.DisposeAsync().ConfigureAwait(false);
        if (_likelihoods is not null) await _likelihoods.DisposeAsync().ConfigureAwait(false);
        _model.Dispose();
    }

    /// <summary>What ends the thought at its budget and holds the answer to a schema, or to a call of a tool instead; null without either.</summary>
    private Func<TokenConstraint>? Constraint(string prompt, ModelOptions options)
    {
        var budget = ThinkingBudget.Of(_format, prompt, _thinkingBudget);
        if (options.JsonSchema is not { } schema) return budget;
        try
        {
            var form = OutputGrammar.FromJsonSchema(schema);
            return GrammarConstraint.With(budget, GrammarConstraint.Of(_format, prompt, options.Tools.Count > 0 ? ToolCallText.Grammar(CheckpointTools.Described(options.Tools), form) : form));
        }
        catch (UserError error)
        {
            throw new UserError($"the model cannot be held to the schema: {error.Message}", _model.Location, field: "response_format", inner: error);
        }
    }

    private SearchQueue QueueOf(SearchSetting setting)
    {
        lock (_searches)
        {
            if (!_searches.TryGetValue(setting, out var queue)) _searches.Add(setting, queue = new SearchQueue(_model.Weights, _model.AdapterOf(), _encoder, _model.Context, setting, _model.Location));
            return queue;
        }
    }

    private (string Text, int[] Tokens, int Room) Prompt(IReadOnlyList<ChatMessage> messages, ModelOptions options)
    {
        var text = PromptText(messages, options.ReasoningEffort, options.Tools);
        var tokens = _format.Tokenizer.Encode(text, addSpecialTokens: _format.ChatTemplate is null);
        var room = _model.Context - tokens.Length;
        return room >= 1 ? (text, tokens, room) : throw new UserError($"the conversation has {tokens.Length} tokens, and the model's context holds {_model.Context}.");
    }

    private ProblemEncoder EncoderOf(ModelOptions options) => options.Stop.Count > 0 ? new ProblemEncoder(_format.StoppingAt(options.Stop, "stop")) : _encoder;

    private bool EndsByItself(int[] tokens) => tokens.Length > 0 && _stopIds.Contains(tokens[^1]);

    /// <summary>A temperature that is asked for is taken as it is, with no filters, as runs evaluate; else all is as the model's makers say.</summary>
    private (SamplingOptions Sampling, int? MaxTokens) Sampling(ModelOptions options)
    {
        if (options.Temperature is { } temperature) return (new SamplingOptions { Temperature = temperature, TopP = options.TopP ?? 1 }, options.MaxTokens);
        var settings = GenerationSettings.Resolve(new GenerationOverrides { TopP = options.TopP, MaxTokens = options.MaxTokens }, _format.Generation);
        return (settings.Sampling, settings.MaxTokens);
    }

    /// <summary>Where the last message is the assistant's own, that is how its answer begins, and the model goes on with it.</summary>
    private string PromptText(IReadOnlyList<ChatMessage> messages, string? effort, IReadOnlyList<EvaluationTool> tools)
    {
        if (messages is [.., { Role: "assistant", ToolCalls.Count: 0 } begun]) return PromptText([.. messages.Take(messages.Count - 1)], effort, tools) + begun.Content;
        if (!KnowsTools) messages = CheckpointTools.Told(messages, tools, _features?.System == true);
        if (_features is null) return string.Join("\n\n", messages.Select(m => m.Content));
        var input = new ChatTemplateInput { Messages = ChatMessageJson.Of(messages), AddGenerationPrompt = true };
        if (tools.Count > 0 && KnowsTools) input = input with { Tools = JsonSerializer.SerializeToElement(new JsonArray([.. CheckpointTools.Described(tools).Select(t => t.ToJson())])) };
        if (_features.ThinkingSwitch is { } name && effort is not null) input = input with { Variables = new Dictionary<string, JsonElement> { [name] = JsonSerializer.SerializeToElement(effort != "none") } };
        try
        {
            return _format.Render(input, StoppedClock.Instance).Text;
        }
        catch (UserError) when (messages.Any(m => m.ToolCalls.Any(c => !ToolArguments.IsObject(c.Arguments))))
        {
            // A template that goes through the arguments cannot take what the model wrote in their place: then that is the only one.
            return _format.Render(input with { Messages = ChatMessageJson.Of(messages.Select(CheckpointTools.WithObjects)) }, StoppedClock.Instance).Text;
        }
    }
}

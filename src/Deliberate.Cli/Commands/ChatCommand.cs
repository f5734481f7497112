using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>
/// Talks with a model: on a terminal, one question from the command line, or the lines of a pipe as turns of one conversation.
/// </summary>
internal sealed class ChatCommand : CliCommand
{
    private const int UsualContext = 8192;

    private readonly Argument<string> _model = LoadedModel.Argument();
    private readonly Option<string?> _message = new("--message") { HelpName = "text", Description = "Ask this one question, write the answer to standard output and end." };
    private readonly Option<string?> _system = new("--system") { HelpName = "text", Description = "System message; the model's own if left out." };
    private readonly Option<string?> _thinking = new("--thinking") { HelpName = "show|hide", Description = "Show what the model thinks before it answers, on standard error; shown on a terminal if left out, hidden elsewhere." };
    private readonly GenerationOptionSet _generation = new("until the model is done or the context full");
    private readonly GrammarOptions _grammar = new();
    private readonly SpeculationOptions _speculation = new();
    private readonly Option<string?> _mcp = new("--mcp") { HelpName = "command", Description = "Start this server of the Model Context Protocol and let the model call its tools." };
    private readonly Option<string[]> _allowed = new("--allow-tool") { HelpName = "name", Description = "A tool of the server that the model may call, as often as wanted; * for all. None is allowed that is not named.", DefaultValueFactory = _ => [] };
    private readonly Option<int> _context = CommonOptions.Whole("--context", $"Longest conversation in tokens; 0 for the model's, at most {UsualContext}.", 0, 0);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<string?> _adapter = LoadedModel.AdapterOption();
    private readonly Option<string> _weights = LoadedModel.WeightsOption();
    private readonly Option<string> _cache = LoadedModel.CacheOption();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json("each answer, with its thinking and what it cost,");

    public ChatCommand()
        : base(
            "chat",
            "Talk with a model, in the terminal or from a script.",
            "deliberate chat SmolLM2-135M-Instruct.Q4_1.gguf",
            "deliberate chat models/Qwen3-0.6B --system \"Answer in one sentence.\" --temperature 0.6 --thinking hide",
            "deliberate chat model.gguf --message \"What is the capital of France?\" --temperature 0",
            "deliberate chat model.gguf --message \"Is water wet?\" --regex \"yes|no\"",
            "deliberate chat models/Qwen3-0.6B --message \"What is the weather in Paris?\" --mcp \"npx weather-server\" --allow-tool forecast",
            "deliberate chat model.gguf < questions.txt   # each line a turn of one conversation")
    {
        Add(_model);
        foreach (var option in new Option[] { _message, _system, _thinking, _mcp, _allowed }) Add(option);
        foreach (var option in _generation.All.Concat(_grammar.All).Concat(_speculation.All)) Add(option);
        foreach (var option in new Option[] { _context, _seed, _adapter, _weights, _cache, _threads, _device, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (message, json) = (parsed.GetValue(_message), parsed.GetValue(_json));
        var isTerminal = message is null && !Console.IsInputRedirected;
        if (message is not null && message.Trim().Length == 0) throw new UserError("there is no question.", field: "--message");
        if (isTerminal && json) throw new UserError("on a terminal the conversation is shown as text.", field: "--json", advice: "Use it with --message, or with turns from a pipe.");
        if (parsed.GetValue(_thinking) is { } thinking && thinking is not ("show" or "hide")) throw new UserError($"\"{thinking}\" is neither show nor hide.", field: "--thinking");
        var grammar = _grammar.Read(parsed);
        if (parsed.GetValue(_mcp) is { } server) return RunWithTools(parsed, server, grammar, isTerminal);
        if (parsed.GetValue(_allowed)!.Length > 0) throw new UserError("there is no server whose tools could be allowed.", field: "--allow-tool", advice: "Name one: --mcp COMMAND.");
        using var loaded = LoadedModel.Open(parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_weights), parsed.GetValue(_threads), parsed.GetRequiredValue(_cache), parsed.GetValue(_adapter), parsed.GetRequiredValue(_device));
        if (loaded.Format.ChatTemplate is null)
            throw new UserError("the model has no chat template: it was not trained on conversations.", parsed.GetRequiredValue(_model), advice: "Let it continue texts: deliberate generate, with lines such as {\"prompt\": \"Once upon a time\"}.");
        var settings = _generation.Read(parsed, loaded.Format);
        var speculation = _speculation.Read(parsed, parsed.GetValue(_threads), out var draft);
        using var drafting = draft;
        var context = loaded.Context(parsed.GetValue(_context), UsualContext);
        using var session = new ChatSession(
            loaded.Load(1, context), loaded.Format.StoppingAt(_generation.Stops(parsed), "--stop"), new ChatOptions { Context = context, Sampling = settings.Sampling, MaxTokens = settings.MaxTokens, Cache = loaded.Cache, Seed = parsed.GetValue(_seed), Grammar = grammar, Speculation = speculation })
        { System = parsed.GetValue(_system) };
        // Only now: before it, Ctrl-C ends the loading.
        using var interrupt = new AnswerInterrupt();
        var view = new ChatView(parsed.GetValue(_thinking) is { } asked ? asked == "show" : isTerminal);
        var loop = new ChatLoop(session, view, interrupt, context, loaded.Configuration.MaxPositions) { Answered = json ? answer => Write(answer, settings) : null };
        if (message is not null) return loop.Ask(message).End == ChatEnd.Cancelled ? ExitCode.Interrupted : ExitCode.Success;
        if (isTerminal) Greet(loaded, settings, context);
        loop.Run(new ChatInput(Console.In, isTerminal), isTerminal);
        return ExitCode.Success;
    }

    private int RunWithTools(ParseResult parsed, string server, OutputGrammar? grammar, bool isTerminal)
    {
        var allowed = parsed.GetValue(_allowed)!;
        if (allowed.Length == 0) throw new UserError("no tool of the server is allowed.", field: "--allow-tool", advice: "Name each one that the model may call, or * for all.");
        if (parsed.GetValue(_json)) throw new UserError("answers behind calls of tools are shown as text.", field: "--json");
        // What would not be heeded is not taken.
        if (_generation.NotOfRequests.Concat(_speculation.All).Append(_context).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
            throw new UserError("a model that may call tools is asked without it.", field: given.Name, advice: "Leave it out, or --mcp.");
        using var stop = new StopSignal("Stopping.");
        using var model = LoadedModel.OpenHosted(parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_weights), parsed.GetValue(_threads), parsed.GetRequiredValue(_cache), parsed.GetValue(_adapter), parsed.GetRequiredValue(_device));
        var settings = _generation.Read(parsed, model.Format);
        // What the library's options have no name for, as generation_config.json calls it.
        var further = new Microsoft.Extensions.AI.AdditionalPropertiesDictionary { ["min_p"] = settings.Sampling.MinP, ["repetition_penalty"] = settings.Sampling.RepetitionPenalty };
        if (grammar is not null) further[ModelChatClient.OutputGrammarName] = grammar;
        var options = new Microsoft.Extensions.AI.ChatOptions
        {
            Temperature = (float)settings.Sampling.Temperature,
            TopP = (float)settings.Sampling.TopP,
            TopK = settings.Sampling.TopK,
            PresencePenalty = (float)settings.Sampling.PresencePenalty,
            FrequencyPenalty = (float)settings.Sampling.FrequencyPenalty,
            MaxOutputTokens = settings.MaxTokens,
            Seed = unchecked((long)parsed.GetValue(_seed)),
            StopSequences = [.. _generation.Stops(parsed)],
            AdditionalProperties = further,
        };
        try
        {
            return TalkAsync().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }

        async Task<int> TalkAsync()
        {
            var tools = await McpTools.StartAsync(server, allowed, stop.Token).ConfigureAwait(false);
            await using var held = tools.ConfigureAwait(false);
            using var chat = new ToolChat(model, tools, options, parsed.GetValue(_system), parsed.GetValue(_thinking) is { } asked ? asked == "show" : isTerminal);
            ChatView.Note($"The model may call {string.Join(", ", tools.Tools.Select(t => t.Name))}.");
            if (parsed.GetValue(_message) is { } message)
            {
                await chat.AskAsync(message, stop.Token).ConfigureAwait(false);
                return ExitCode.Success;
            }

            while (await Console.In.ReadLineAsync(stop.Token).ConfigureAwait(false) is { } line)
                if (line.Trim().Length > 0) await chat.AskAsync(line, stop.Token).ConfigureAwait(false);
            return ExitCode.Success;
        }
    }

    private static void Greet(LoadedModel loaded, GenerationSettings settings, int context)
    {
        ChatView.Note($"{loaded.Name} ({loaded.Configuration.Architecture}, weights {loaded.Weights}), context {context} tokens");
        ChatView.Note($"Sampling: {GenerationOptionSet.Describe(settings)}");
        ChatView.Note("/help lists commands; Ctrl-C stops an answer; /exit or Ctrl-D leaves.");
    }

    private static void Write(ChatAnswer answer, GenerationSettings settings) => JsonOutput.Write(new
    {
        answer.Text,
        answer.Thinking,
        FinishReason = answer.End,
        answer.PromptTokens,
        answer.ReusedTokens,
        CompletionTokens = answer.Tokens,
        answer.ThinkingTokens,
        SecondsToFirstToken = answer.FirstToken.TotalSeconds,
        Seconds = answer.Elapsed.TotalSeconds,
        TokensPerSecond = answer.Rate,
        settings.Settings,
    });
}

using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Safety;
using Deliberate.Server;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>The options of <c>deliberate serve</c> that are about models: which, for whom, within which limits.</summary>
internal sealed class ServingOptions
{
    private readonly Option<string> _weights = LoadedModel.WeightsOption(), _cache = LoadedModel.CacheOption();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<int> _slots = CommonOptions.Whole("--slots", "Answers that are drawn at once, of each model; others wait, and keys take turns.", 16, 1, 4096);
    private readonly Option<long?> _cacheBytes = CommonOptions.OptionalBytes("--cache-bytes", "Most memory for keys and values, of each model: of answers in work, and of earlier prompts, which are kept as long as there is room. As 800MB or 2GiB; unless named, the least of what all slots can use, half of what is free, and 4GiB. A request that could never be held gets 400.");
    private readonly Option<int> _queue = CommonOptions.Whole("--queue", "Requests that may wait, of each model; one more gets 429.", 256, 0, 1_000_000);
    private readonly Option<int> _maxTokens = CommonOptions.Whole("--max-tokens", "Token budget of an answer, thought included, where neither request nor model names one.", 4096, 1);
    private readonly Option<string[]> _effort = new("--effort") { HelpName = "name=tokens", Description = $"Tokens of thought for a reasoning effort ({string.Join(", ", ReasoningEfforts.Usual.Select(e => $"{e.Key}={e.Value?.ToString(CultureInfo.InvariantCulture) ?? "all"}"))}); all for no limit. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<string> _defaultEffort = new("--default-effort") { HelpName = string.Join('|', ReasoningEfforts.Names), Description = "The effort of requests that name none.", DefaultValueFactory = _ => "medium" };
    private readonly Option<string> _pooling = new Option<string>("--embeddings") { HelpName = "mean|last", Description = "What an embedding of /v1/embeddings is made of: the mean of the last hidden states, or the last token's.", DefaultValueFactory = _ => "mean" }.AcceptOnlyFromAmong("mean", "last");
    private readonly Option<bool> _showReasoning = new("--show-reasoning") { Description = "Let answers show the chain of thought; else it is in no byte that leaves the server." };
    private readonly Option<bool> _noSummaries = new("--no-summaries") { Description = "Make no summaries of thoughts for responses that ask for them; else an outline by rules, with none of the thought's words." };
    private readonly Option<string?> _system = new("--system") { HelpName = "text", Description = "Instructions of your own, before those of every request; @FILE reads them from a file." };
    private readonly Option<bool> _noInstructions = new("--no-client-instructions") { Description = "Refuse requests with system or developer messages: --system alone instructs." };
    private readonly Option<string?> _keys = new("--keys") { HelpName = "file", Description = "The API keys that deliberate keys made; its usual file unless named. Once there is a key, each request has to bring one." };
    private readonly Option<string> _store = new("--store") { HelpName = "folder", Description = "Where responses and conversations are kept, for 30 days; none keeps nothing.", DefaultValueFactory = _ => "responses" };
    private readonly Option<bool> _reload = new("--reload") { Description = "Change to a model's new files, or a run's new checkpoint, when they are whole, without dropping a request. Without it the change is told, and kill -HUP makes it." };
    private readonly Option<int> _timeout = CommonOptions.Whole("--timeout", "Most seconds that a request may take, its waiting included.", 600, 1, 86_400);
    private readonly Option<int> _grace = CommonOptions.Whole("--grace", "Seconds in which answers may be finished when the server is told to stop.", 30, 0, 86_400);
    private readonly Option<string[]> _origins = new("--origin") { HelpName = "origin", Description = "A web page's origin, such as https://example.org, that may ask from browsers; none may unless named.", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _requestLog = new("--request-log") { HelpName = "file", Description = "Add a line of JSON for each request: when, whose, how it ended, how many tokens. Never its contents." };
    private readonly Option<string?> _otlp = new("--otlp") { HelpName = "address", Description = "Send a span for each request to this OpenTelemetry collector, over HTTP, as http://127.0.0.1:4318: model, tokens, how it ended. Never its contents." };
    private readonly Option<string?> _mcp = new("--mcp") { HelpName = "command", Description = "Start this server of the Model Context Protocol and let models call its tools: the server calls them, and answers go on with what came of it." };
    private readonly Option<string[]> _allowed = new("--allow-tool") { HelpName = "name", Description = "A tool of --mcp that models may call; * for all. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly GuardOptions _guards = new();
    private readonly Option<string?> _certificate = new("--certificate") { HelpName = "file", Description = "Serve over TLS with this certificate, in PEM." };
    private readonly Option<string?> _certificateKey = new("--certificate-key") { HelpName = "file", Description = "The certificate's key, where it has a file of its own." };

    public static Argument<string[]> Argument() => new("MODEL")
    {
        Description = "Models to answer with: a Hugging Face folder, a .gguf file, a checkpoint or a run folder, hf:OWNER/NAME. NAME=PATH says what requests call it. Left out, the pages alone are served.",
        Arity = ArgumentArity.ZeroOrMore,
        DefaultValueFactory = _ => [],
    };

    /// <summary>In the order that help shows them.</summary>
    public IEnumerable<Option> All =>
    [
        _weights, _cache, _cacheBytes, _threads, _device, _slots, _queue, _maxTokens, _effort, _defaultEffort, _pooling, _showReasoning, _noSummaries, _system, _noInstructions, _keys, _store, _reload, _timeout, _grace, _origins, _mcp, _allowed, _requestLog, _otlp, _certificate, _certificateKey, .. _guards.All,
    ];

    /// <summary>Null where no model is named.</summary>
    /// <param name="configuration">Where judging models are found.</param>
    public ApiOptions? Read(ParseResult parsed, IReadOnlyList<string> models, ConfigurationOptions configuration)
    {
        if (models.Count == 0) return null;
        var guard = _guards.Read(parsed, configuration);
        var weights = Storage<WeightStorage>(parsed.GetRequiredValue(_weights), "--weights");
        var system = parsed.GetValue(_system);
        var store = parsed.GetRequiredValue(_store);
        return guard(new ApiOptions
        {
            Models = [.. models.Select(m => Model(m, weights))],
            Cache = Storage<CacheStorage>(parsed.GetRequiredValue(_cache), "--cache"),
            CacheBytes = parsed.GetValue(_cacheBytes),
            Threads = parsed.GetValue(_threads),
            Device = parsed.GetRequiredValue(_device),
            Slots = parsed.GetValue(_slots),
            Queue = parsed.GetValue(_queue),
            MaxTokens = parsed.GetValue(_maxTokens),
            Efforts = parsed.GetValue(_effort)!.Select(Effort).ToDictionary(e => e.Name, e => e.Tokens, StringComparer.Ordinal),
            DefaultEffort = parsed.GetRequiredValue(_defaultEffort),
            EmbedsLastToken = parsed.GetRequiredValue(_pooling) == "last",
            ShowsReasoning = parsed.GetValue(_showReasoning),
            Summarizer = parsed.GetValue(_noSummaries) ? null : new OutlineSummarizer(),
            SystemPrompt = system is ['@', ..] ? Text(system[1..]) : system,
            AllowsInstructions = !parsed.GetValue(_noInstructions),
            Keys = parsed.GetValue(_keys) is { } named ? File.Exists(named) ? named : throw new UserError("There is no such file of API keys.", named, field: "--keys", advice: $"Make one: deliberate keys create NAME --keys {named}") : ApiKeyFile.Usual(),
            Store = store == "none" ? null : store,
            Reloads = parsed.GetValue(_reload),
            Timeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
            Grace = TimeSpan.FromSeconds(parsed.GetValue(_grace)),
            Origins = parsed.GetValue(_origins)!,
            Tools = Tools(parsed),
            Traces = parsed.GetValue(_otlp) is { } collector ? Traces(collector, parsed, configuration) : null,
            RequestLog = parsed.GetValue(_requestLog),
            Certificate = parsed.GetValue(_certificate),
            CertificateKey = parsed.GetValue(_certificateKey),
        });
    }

    private ServerTools? Tools(ParseResult parsed)
    {
        if (parsed.GetValue(_mcp) is not { } command) return parsed.GetValue(_allowed)!.Length == 0 ? null : throw new UserError("there is no server whose tools could be allowed.", field: _allowed.Name, advice: "Name one: --mcp COMMAND.");
        var tools = Evaluation.McpTools.StartAsync(command, parsed.GetValue(_allowed)!, CancellationToken.None).GetAwaiter().GetResult();
        return new ServerTools(Path.GetFileNameWithoutExtension(Evaluation.McpTools.Words(command)[0]), tools.Tools, tools);
    }

    private static TraceSettings Traces(string collector, ParseResult parsed, ConfigurationOptions configuration)
    {
        if (!Uri.TryCreate(collector, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) throw new UserError($"\"{collector}\" is no address of a collector.", field: "--otlp", advice: "Write it so: --otlp http://127.0.0.1:4318.");
        // As long as the server.
        var handlers = new ProviderHandlers(configuration.Load(parsed));
        return new TraceSettings(address, () => handlers.PublicFiles(address, 1 << 20));
    }

    /// <summary>NAME=PATH, or a path, whose last part is the name.</summary>
    private static ServedModelOptions Model(string named, WeightStorage weights)
    {
        var at = named.IndexOf('=', StringComparison.Ordinal);
        var path = at > 0 && !File.Exists(named) && !Directory.Exists(named) ? named[(at + 1)..] : named;
        var name = path.Length < named.Length ? named[..at] : NameOf(path);
        return new ServedModelOptions(name, CheckpointChoice.Find(path).Location) { Weights = weights, Locate = () => CheckpointChoice.Find(path).Location };
    }

    private static string NameOf(string path)
    {
        var last = Path.GetFileName(Path.TrimEndingDirectorySeparator(File.Exists(path) ? Path.GetFileNameWithoutExtension(path) : path));
        // Of runs/NAME/checkpoints/final the run's name says more.
        var parent = Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(path)));
        if (Path.GetFileName(parent) == "checkpoints") last = Path.GetFileName(Path.GetDirectoryName(parent))!;
        return string.Concat((last.Length > 0 ? last : "model").Select(c => char.IsWhiteSpace(c) ? '-' : c));
    }

    private static (string Name, int? Tokens) Effort(string text)
    {
        var parts = text.Split('=');
        if (parts.Length == 2 && parts[1] == "all") return (parts[0], null);
        return parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) ? (parts[0], tokens)
            : throw new UserError($"\"{text}\" is no effort with its tokens.", field: "--effort", advice: "Write it so: --effort high=2000, or --effort max=all.");
    }

    private static T Storage<T>(string text, string option)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : throw new UserError($"\"{text}\" is not known.", field: option, advice: $"Choose {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}.");

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }
}

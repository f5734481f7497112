using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Safety;
using Deliberate.Tensors;

namespace Deliberate.Server;

/// <summary>A model that the server answers with.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Path">A folder, a .gguf or .safetensors file, or the folder of an adapter.</param>
public sealed record ServedModelOptions(string Name, string Path)
{
    /// <summary>A low-rank adapter for it; null for the model as it is.</summary>
    public string? Adapter { get; init; }

    /// <summary>How weights are held.</summary>
    public WeightStorage Weights { get; init; } = WeightStorage.F32;

    /// <summary>Where the model is now, of a name that may come to mean another place, as a run's last checkpoint; null for the path as it is.</summary>
    internal Func<string>? Locate { get; init; }
}

/// <summary>The OpenAI-compatible interface of a <see cref="DeliberateServer"/>: what it answers with, and within which limits.</summary>
public sealed record ApiOptions
{
    /// <summary>At least one; the first answers on the chat page.</summary>
    public required IReadOnlyList<ServedModelOptions> Models { get; init; }

    /// <summary>Requests in work at once, of each model. Default 16.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>Requests that may wait for a slot, of each model; one more gets 429. Default 256.</summary>
    public int Queue { get; init; } = 256;

    /// <summary>Worker threads, 0 for one a core; no answer depends on it.</summary>
    public int Threads { get; init; }

    /// <summary>Which device computes; the processor if left out.</summary>
    internal string Device { get; init; } = "cpu";

    /// <summary>How keys and values are held. Default F32, which is exact.</summary>
    public CacheStorage Cache { get; init; } = CacheStorage.F32;

    /// <summary>
    /// Most memory for keys and values of each model, in bytes: of requests in work and of earlier prompts. A request that could never be held is
    /// refused. Null, the default, for the least of what all slots can use, half of what is free when the first request comes, and 4 GiB.
    /// </summary>
    public long? CacheBytes { get; init; }

    /// <summary>Most tokens of an answer, thought included, where a request names none and the model's makers do not either. Default 4096.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Most tokens of thought by effort, from none to max; null for no limit but the answer's. What is left out is as <see cref="ReasoningEfforts.Usual"/> has it.</summary>
    public IReadOnlyDictionary<string, int?> Efforts { get; init; } = new Dictionary<string, int?>();

    /// <summary>The effort of requests that name none. Default medium.</summary>
    public string DefaultEffort { get; init; } = "medium";

    /// <summary>Whether an embedding is the mean of the last hidden states of all tokens, the default, or that of the last token.</summary>
    internal bool EmbedsLastToken { get; init; }

    /// <summary>Whether answers show the chain of thought. Default false: it is then in no byte that leaves the server.</summary>
    public bool ShowsReasoning { get; init; }

    /// <summary>Who summarises thoughts for requests that ask for it (<c>reasoning.summary</c>); null for nobody. Default: by rules, an outline of what was done that repeats nothing of the thought.</summary>
    public IThoughtSummarizer? Summarizer { get; init; } = new OutlineSummarizer();

    /// <summary>The operator's own instructions, before those of every request; null for none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>Whether requests may bring system and developer messages. Default true; where false they are refused.</summary>
    public bool AllowsInstructions { get; init; } = true;

    /// <summary>The file of API keys that <c>deliberate keys</c> writes; where it holds a key, each request has to bring one.</summary>
    public string? Keys { get; init; }

    /// <summary>The folder of stored responses and conversations; null for none: then nothing is stored, and what needs it is refused.</summary>
    public string? Store { get; init; }

    /// <summary>How long a response is kept. Default 30 days.</summary>
    public TimeSpan StoreFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Most bytes of a request. Default 32 MiB.</summary>
    public long MaxBodyBytes { get; init; } = 32 << 20;

    /// <summary>How long a request may take, its waiting included. Default 10 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long requests in work may go on when the server is told to stop. Default 30 seconds.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Origins whose pages may ask, such as <c>https://example.org</c>; none unless named.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>The file to which a line of JSON is added for each request, without contents; null for none.</summary>
    public string? RequestLog { get; init; }

    /// <summary>PEM file of the certificate to serve with; null for plain HTTP.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of the certificate's key, where that is a file of its own.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Whether a model whose files change is changed under the running server. Default false: the change is told, and <see cref="DeliberateServer.ReloadAsync"/> makes it.</summary>
    public bool Reloads { get; init; }

    /// <summary>Between two looks at the models' files. Default 2 seconds.</summary>
    internal TimeSpan WatchEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Tools that the operator gives every model; null for none. Owned by the server.</summary>
    internal ServerTools? Tools { get; init; }

    /// <summary>Where traces of requests go; null for nowhere.</summary>
    internal TraceSettings? Traces { get; init; }

    /// <summary>Who reads prompts and answers; null for nobody. Owned by the server.</summary>
    internal ModerationSettings? Moderation { get; init; }

    /// <summary>Who reads the thoughts of live traffic; null for nobody.</summary>
    internal WatchSettings? Watch { get; init; }

    /// <summary>What weights have to pass before they are served; null for nothing.</summary>
    internal WeightsGate? Gate { get; init; }

    /// <exception cref="UserError">A value is out of its range, or a model is named twice.</exception>
    internal void Check()
    {
        if (Models.Count == 0) throw new UserError("There is no model to serve.", field: "MODEL");
        foreach (var model in Models)
        {
            if (model.Name.Length is 0 or > 200 || model.Name.Any(char.IsWhiteSpace)) throw new UserError($"\"{model.Name}\" is no name for requests to call a model by.", field: "MODEL", advice: "Give one without spaces: NAME=PATH.");
            if (Models.Count(m => m.Name == model.Name) > 1) throw new UserError($"Two models are called \"{model.Name}\".", field: "MODEL", advice: "Give each a name of its own: NAME=PATH.");
        }

        if (CacheBytes <= 0) throw new UserError("must be more than 0 bytes.", field: "--cache-bytes");
        if (MaxTokens < 1) throw new UserError($"must be at least 1, not {MaxTokens}.", field: "--max-tokens");
        if (Timeout <= TimeSpan.Zero) throw new UserError("must be more than 0 seconds.", field: "--timeout");
        foreach (var name in Efforts.Keys.Append(DefaultEffort))
            if (!ReasoningEfforts.Names.Contains(name)) throw new UserError($"There is no effort \"{name}\".", field: "--effort", advice: $"Efforts are {string.Join(", ", ReasoningEfforts.Names)}.");
        foreach (var (name, budget) in Efforts)
            if (budget < 0) throw new UserError($"the budget of \"{name}\" must be at least 0.", field: "--effort");
    }
}

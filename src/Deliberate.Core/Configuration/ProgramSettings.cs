using System.ComponentModel;
using System.Text.RegularExpressions;

namespace Deliberate.Core;

/// <summary>How a provider is talked to.</summary>
internal enum ProviderKind
{
    /// <summary>OpenAI's API, whoever speaks it: OpenAI, vLLM, llama.cpp, Ollama, a Deliberate server. The key is a bearer token.</summary>
    Openai,

    /// <summary>The same with the key in the header <c>api-key</c>, as Azure OpenAI has it.</summary>
    Azure,
}

/// <summary><c>deliberate.yaml</c>: the providers of models, whether anything else may be connected to, and who vouches for people.</summary>
internal sealed partial record ProgramSettings : ICheckedRecipe
{
    [Description("Open no connection but to providers that allowed_offline lets through; --offline and DELIBERATE_OFFLINE=1 say the same.")]
    public bool Offline { get; init; }

    [Description("Providers of models, by the name that commands call them.")]
    public IReadOnlyDictionary<string, ProviderSettings> Providers { get; init; } = new Dictionary<string, ProviderSettings>();

    [Description("Who vouches for the people of a server with accounts, beside their passwords; without it nobody.")]
    public SignInSettings? SignIn { get; init; }

    public IEnumerable<(string Key, string Problem)> Problems() =>
        Providers.Keys.Where(name => !Name().IsMatch(name)).Select(name => ("providers", $"\"{name}\" is no name of a provider: lower-case letters, digits and - after a letter."));

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,63}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}

/// <summary>One provider.</summary>
internal sealed partial record ProviderSettings : ICheckedRecipe
{
    [Description("openai (OpenAI's API, whoever speaks it) or azure (the same, the key in the header api-key).")]
    public ProviderKind Kind { get; init; }

    [Description("Where it answers, up to what stands before /models and /chat/completions: https://api.openai.com/v1, http://localhost:11434/v1.")]
    public required string Address { get; init; }

    [Description("Name of the environment variable that holds its key.")]
    public string? KeyEnv { get; init; }

    [Description("File whose only line is its key; relative to this file.")]
    public string? KeyFile { get; init; }

    [Description("Whether it may be connected to in offline mode; left out, if its address is this machine's own.")]
    public bool? AllowedOffline { get; init; }

    public ProviderLimits Limits { get; init; } = new();

    [Description("Prices by model, in one currency for all.")]
    public IReadOnlyDictionary<string, ModelPrice> Prices { get; init; } = new Dictionary<string, ModelPrice>();

    public bool HasKey => (KeyEnv ?? KeyFile) is not null;

    /// <summary>Checked when it was read.</summary>
    public Uri Endpoint => new(Address.TrimEnd('/') + "/");

    public bool IsAllowedOffline => AllowedOffline ?? Endpoint.IsLoopback;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0) yield return ("address", "This is no address: write it as https://HOST/v1.");
        else if (address.UserInfo.Length > 0) yield return ("address", "A name or a password does not belong into an address: name the environment variable of the key in key_env.");
        else if (address.Query.Length > 0 || address.Fragment.Length > 0) yield return ("address", "An address ends with its path, without ? and #.");
        if (KeyEnv is not null && KeyFile is not null) yield return ("key_file", "There is one key: name key_env or key_file, not both.");
        if (KeyEnv is not null && !Variable().IsMatch(KeyEnv)) yield return ("key_env", "This is no name of an environment variable. Name the variable here, not what it holds.");
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,254}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Variable();
}

/// <summary>What a provider is asked for at most, and how long it is waited for.</summary>
internal sealed record ProviderLimits
{
    [Description("Requests at a time.")]
    [InRange(1, 10_000)]
    public int Concurrency { get; init; } = 8;

    [Description("Requests a minute; without it no limit.")]
    [InRange(1, 1_000_000)]
    public int? RequestsPerMinute { get; init; }

    [Description("Tokens sent a minute, counted as a quarter of the bytes; without it no limit.")]
    [InRange(1, 1_000_000_000)]
    public int? TokensPerMinute { get; init; }

    [Description("Seconds until a connection stands.")]
    [InRange(0.01, 3600)]
    public double ConnectTimeoutS { get; init; } = 10;

    [Description("Seconds until an answer begins.")]
    [InRange(0.01, 86_400)]
    public double TimeoutS { get; init; } = 600;

    [Description("Seconds without a byte of an answer that has begun.")]
    [InRange(0.01, 86_400)]
    public double IdleTimeoutS { get; init; } = 120;

    [Description("Seconds that a request waits for its turn under the limits above.")]
    [InRange(0.01, 86_400)]
    public double QueueTimeoutS { get; init; } = 3600;

    [Description("Further tries after no connection, no answer, 408, 429 and 5xx; 0 switches them off.")]
    [InRange(0, 20)]
    public int Retries { get; init; } = 4;

    [Description("Seconds between two tries at most; a provider that asks for more (Retry-After) is not tried again.")]
    [InRange(0.01, 3600)]
    public double MaxRetryWaitS { get; init; } = 60;
}

/// <summary>What a model costs, for a million tokens.</summary>
internal sealed record ModelPrice
{
    [Description("A million tokens of prompt.")]
    [InRange(0, 1e6)]
    public required double Input { get; init; }

    [Description("A million tokens of answer, thought included.")]
    [InRange(0, 1e6)]
    public required double Output { get; init; }

    [Description("A million tokens of prompt that the provider had in its cache; input if left out.")]
    [InRange(0, 1e6)]
    public double? CachedInput { get; init; }
}

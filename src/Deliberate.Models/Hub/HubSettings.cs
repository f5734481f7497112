using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Where the hub is, who asks and where its files are kept: the environment variables of huggingface_hub, so that this program and
/// Python's share cache and token.
/// </summary>
/// <param name="Cache">The folder of the <c>models--OWNER--NAME</c> folders.</param>
/// <param name="TokenVariable">The environment variable that holds the token; null where none does.</param>
/// <param name="TokenFile">The file that holds it; null where there is none.</param>
/// <param name="IsOffline">Whether nothing may be asked.</param>
internal sealed record HubSettings(Uri Endpoint, string Cache, string? TokenVariable, string? TokenFile, bool IsOffline)
{
    private const string UsualEndpoint = "https://huggingface.co";

    public bool HasToken => (TokenVariable ?? TokenFile) is not null;

    /// <param name="read">A variable's value; null where it is not set.</param>
    public static HubSettings Of(Func<string, string?> read)
    {
        var said = Value("HF_ENDPOINT") ?? UsualEndpoint;
        if (!Uri.TryCreate(said.TrimEnd('/') + "/", UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0)
            throw new UserError($"\"{Excerpt.Of(said, 200)}\" is no address of a hub.", field: "HF_ENDPOINT", advice: $"Write it as {UsualEndpoint}, or do not set it.");
        var home = Value("HF_HOME") ?? Path.Combine(Value("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "huggingface");
        var variable = new[] { "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN" }.FirstOrDefault(name => Value(name) is not null);
        var file = Value("HF_TOKEN_PATH") ?? Path.Combine(home, "token");
        return new HubSettings(
            endpoint, Value("HF_HUB_CACHE") ?? Value("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"), variable, variable is null && File.Exists(file) && new FileInfo(file).Length > 0 ? Path.GetFullPath(file) : null,
            Value("HF_HUB_OFFLINE") is { } offline && offline.ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON");

        string? Value(string name) => read(name)?.Trim() is { Length: > 0 } value ? value : null;
    }

    public static HubSettings OfEnvironment() => Of(Environment.GetEnvironmentVariable);
}

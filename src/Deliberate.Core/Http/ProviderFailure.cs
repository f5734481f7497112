using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Deliberate.Core;

/// <summary>What kept a provider from answering.</summary>
internal enum ProviderFailureKind
{
    WrongKey,
    WrongAddress,
    Certificate,
    Redirected,
    Malformed,
    Refused,
    Offline,
    Unreachable,
    NoAnswer,
    RateLimited,
    ServerError,
    Cut,
}

/// <summary>A request that came to nothing, in words that name provider and address, keys redacted.</summary>
internal sealed class ProviderFailure : Exception
{
    private const int MostQuoted = 200;
    private const int MostRead = 1 << 16;

    public ProviderFailure(ProviderFailureKind kind, string problem, string advice, Exception? inner = null)
        : base(Sentence(Secrets.Redact(problem)), inner) => (Kind, Advice) = (kind, Secrets.Redact(advice));

    public ProviderFailureKind Kind { get; }

    public string Advice { get; }

    /// <summary>Whether it says something of the configuration, and not only of the moment.</summary>
    public bool IsMistake => Kind is ProviderFailureKind.WrongKey or ProviderFailureKind.WrongAddress or ProviderFailureKind.Certificate or ProviderFailureKind.Redirected or ProviderFailureKind.Malformed or ProviderFailureKind.Refused;

    /// <summary>What an answer that is none says is wrong; null where it is one.</summary>
    public static async Task<ProviderFailure?> Of(string provider, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode) return null;
        var who = $"the provider \"{provider}\" ({response.RequestMessage?.RequestUri?.Authority})";
        var status = string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}");
        var said = await Said(response, cancellation).ConfigureAwait(false);
        var quoted = said.Length == 0 ? "." : $": {said}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(ProviderFailureKind.WrongKey, $"{who} does not accept the key ({status}){quoted}", "Check the key: is it of this provider, whole, and not revoked?"),
            HttpStatusCode.NotFound => new(ProviderFailureKind.WrongAddress, $"{who} has nothing at {response.RequestMessage?.RequestUri?.AbsolutePath} ({status}){quoted}", "Check the address: most end in /v1."),
            HttpStatusCode.TooManyRequests => new(ProviderFailureKind.RateLimited, $"{who} says that it is asked too often ({status}){After(response)}{quoted}", "Wait, or lower limits.requests_per_minute and limits.concurrency."),
            >= HttpStatusCode.InternalServerError => new(ProviderFailureKind.ServerError, $"{who} failed ({status}){quoted}", "Try again later."),
            >= HttpStatusCode.Moved and < HttpStatusCode.BadRequest => new(ProviderFailureKind.Redirected, $"{who} sends elsewhere ({status}): {response.Headers.Location}", "Redirects are not followed, since the key would follow too. If you trust it, write the new address."),
            _ => new(ProviderFailureKind.Refused, $"{who} refuses the request ({status}){quoted}", "Check address and kind."),
        };
    }

    /// <summary>What went wrong before there was an answer.</summary>
    public static ProviderFailure Of(string provider, Uri address, HttpRequestException error)
    {
        var who = $"the provider \"{provider}\" ({address.Authority})";
        var cause = error.InnerException?.Message ?? error.Message;
        return error.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => new(ProviderFailureKind.WrongAddress, $"{who}: there is no such host.", "Check the address, and whether this machine is connected.", error),
            HttpRequestError.SecureConnectionError when error.InnerException is System.Security.Authentication.AuthenticationException && !cause.Contains("frame", StringComparison.Ordinal) =>
                new(ProviderFailureKind.Certificate, $"{who} shows a certificate that is not trusted: {cause}", "Check the address. A certificate of your own organisation is trusted through the environment variable SSL_CERT_FILE.", error),
            HttpRequestError.SecureConnectionError => new(ProviderFailureKind.WrongAddress, $"{who} does not speak TLS: {cause}", "If it is a server of your own, its address begins with http://.", error),
            HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse => new(ProviderFailureKind.Cut, $"{who} broke off: {cause}", "Try again; if it stays so, check what stands between.", error),
            HttpRequestError.ConfigurationLimitExceeded => new(ProviderFailureKind.Malformed, $"{who} answers with more than is read: {cause}", "Check the address.", error),
            _ => new(ProviderFailureKind.Unreachable, $"{who} cannot be connected to: {cause}", "Is the server running, and is the address right?", error),
        };
    }

    /// <summary>What others say ends as they like; advice follows it.</summary>
    private static string Sentence(string text) => text.TrimEnd() is [.., '.' or '!' or '?'] whole ? whole : text.TrimEnd() + ".";

    private static string After(HttpResponseMessage response) => response.Headers.RetryAfter is { } after ? $", and to ask again after {after}{(after.Delta is null ? "" : " s")}" : "";

    /// <summary>The message of the body, in OpenAI's form or as it begins.</summary>
    private static async Task<string> Said(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = "";
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            var bytes = new byte[MostRead];
            var read = await stream.ReadAtLeastAsync(bytes, MostRead, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            body = Secrets.Redact(Encoding.UTF8.GetString(bytes, 0, read));
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.TryGetProperty("error", out var error))
                body = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : error.ToString();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ProviderFailure or IOException or HttpRequestException)
        {
            // What could be read is quoted as it is.
        }

        return Excerpt.Of(string.Join(' ', Secrets.Redact(body).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), MostQuoted);
    }
}

using System.Net;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Talks to a hub through the program's one door for HTTP, as a provider of that name. The token goes to the hub's own address and to
/// no other: where the hub sends a download elsewhere, which it does for large files, that host is asked without it, and only over
/// TLS if the hub itself is. What comes is trusted by its checksum, not by whom it came from.
/// </summary>
internal sealed class HubConnection(HubSettings settings, ProgramConfiguration configuration, ProviderLimits? limits = null, TimeProvider? time = null) : IDisposable
{
    private const string Provider = "hub";
    private const int MostRedirects = 5;
    private const int LargestAnswer = 64 << 20;

    private readonly Dictionary<string, ProviderHandlers> _hosts = new(StringComparer.Ordinal);

    public Uri Endpoint => settings.Endpoint;

    /// <summary>Sends a request; redirects of a GET are followed.</summary>
    /// <exception cref="UserError">No connection, no token, no such thing: what was asked for and what to do.</exception>
    public async Task<HttpResponseMessage> Send(HttpMethod method, Uri address, Action<HttpRequestMessage>? prepare, CancellationToken cancellation)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.TryAddWithoutValidation("User-Agent", "deliberate");
            prepare?.Invoke(request);
            HttpResponseMessage response;
            try
            {
                response = await Client(address).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            }
            catch (ProviderFailure failure)
            {
                throw new UserError(failure.Message, address.GetLeftPart(UriPartial.Path), advice: failure.Advice, inner: failure);
            }

            if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)) return response;
            using (response)
            {
                if (method != HttpMethod.Get || response.Headers.Location is not { } location) throw Strange(address, $"sends elsewhere ({(int)response.StatusCode}) without saying where");
                var next = new Uri(address, location);
                if (redirects == MostRedirects) throw Strange(address, $"sends elsewhere more than {MostRedirects} times");
                if (next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme != "https")) throw Strange(address, $"sends to {next.Scheme}://{next.Authority}, which is not encrypted");
                address = next;
            }
        }
    }

    /// <summary>Asks for JSON.</summary>
    /// <param name="what">That is asked for, for messages.</param>
    public async Task<JsonField> Json(HttpMethod method, string path, string what, Func<HttpContent>? content, CancellationToken cancellation)
    {
        var address = new Uri(settings.Endpoint, path);
        using var response = await Send(method, address, request => request.Content = content?.Invoke(), cancellation).ConfigureAwait(false);
        await Check(response, what, cancellation).ConfigureAwait(false);
        var bytes = await Read(response, address, cancellation).ConfigureAwait(false);
        return JsonField.Parse(bytes, address.ToString(), root => new JsonField(root.Clone(), "", address.ToString()));
    }

    /// <summary>Throws for an answer that is none.</summary>
    public async Task Check(HttpResponseMessage response, string what, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode) return;
        var status = (int)response.StatusCode;
        var said = await Said(response, cancellation).ConfigureAwait(false);
        var who = settings.TokenVariable is { } variable ? $"the token in {variable}" : settings.TokenFile is { } file ? $"the token in {file}" : null;
        throw response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new UserError(
                who is null ? $"{what} needs a token ({status}){said}" : $"{who} does not open {what} ({status}){said}", settings.Endpoint.ToString(), field: "HF_TOKEN",
                advice: who is null ? "If the name is right, set HF_TOKEN to a token of yours that may read it." : "Is it valid, may it read this, and have you agreed to the model's terms on its page?"),
            HttpStatusCode.NotFound => new UserError($"there is no {what} (404){said}", settings.Endpoint.ToString(), advice: "Check owner, name and revision; a private model is only seen with a token (HF_TOKEN)."),
            HttpStatusCode.TooManyRequests => new UserError($"the hub is asked too often (429){said}", settings.Endpoint.ToString(), advice: "Wait, then run the same command: it goes on where it was."),
            _ => new UserError($"the hub fails for {what} ({status}){said}", settings.Endpoint.ToString(), advice: "Try again later: what has been downloaded is kept."),
        };
    }

    public void Dispose()
    {
        lock (_hosts)
        {
            foreach (var handlers in _hosts.Values) handlers.Dispose();
            _hosts.Clear();
        }
    }

    private HttpClient Client(Uri address)
    {
        var authority = address.GetLeftPart(UriPartial.Authority);
        lock (_hosts)
        {
            if (!_hosts.TryGetValue(authority, out var handlers))
            {
                var isHub = authority == settings.Endpoint.GetLeftPart(UriPartial.Authority);
                var provider = new ProviderSettings
                {
                    Address = isHub ? settings.Endpoint.ToString() : authority,
                    KeyEnv = isHub ? settings.TokenVariable : null,
                    KeyFile = isHub ? settings.TokenFile : null,
                    Limits = limits ?? new ProviderLimits { TimeoutS = 60 },
                };
                handlers = _hosts[authority] = new ProviderHandlers(configuration with { Settings = configuration.Settings with { Providers = new Dictionary<string, ProviderSettings> { [Provider] = provider } } }, time);
            }

            return handlers.Client(Provider, LargestAnswer);
        }
    }

    private static async Task<byte[]> Read(HttpResponseMessage response, Uri address, CancellationToken cancellation)
    {
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            using var bytes = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                if (bytes.Length + read > LargestAnswer) throw Strange(address, $"answers with more than {Quantity.Bytes(LargestAnswer)}");
                bytes.Write(buffer, 0, read);
            }

            return bytes.ToArray();
        }
        catch (ProviderFailure failure)
        {
            throw new UserError(failure.Message, address.ToString(), advice: failure.Advice, inner: failure);
        }
    }

    /// <summary>What the hub says for itself.</summary>
    private static async Task<string> Said(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Headers.TryGetValues("X-Error-Message", out var messages)) return $": {Secrets.Redact(Excerpt.Of(string.Join(' ', messages), 300))}.";
        try
        {
            var bytes = await Read(response, response.RequestMessage!.RequestUri!, cancellation).ConfigureAwait(false);
            using var json = JsonDocument.Parse(bytes);
            if (json.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String) return $": {Secrets.Redact(Excerpt.Of(error.GetString()!, 300))}.";
        }
        catch (Exception problem) when (problem is JsonException or UserError or InvalidOperationException or IOException or HttpRequestException)
        {
            // Then its status has to do.
        }

        return ".";
    }

    private static UserError Strange(Uri address, string what) => new($"{address.Authority} {what}.", address.GetLeftPart(UriPartial.Path), advice: "Check the address (HF_ENDPOINT), and what stands between here and the hub.");
}

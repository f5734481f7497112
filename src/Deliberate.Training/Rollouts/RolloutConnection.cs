using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>JSON to and from one server; what goes wrong is a <see cref="RolloutFault"/> by name. Nothing is asked twice here.</summary>
internal sealed class RolloutConnection(string name, Uri address, HttpClient client, TimeSpan timeout)
{
    private const int Quoted = 200;

    public string Name => name;

    /// <param name="body">Null for a GET.</param>
    /// <param name="optional">A server that does not know the route answers null.</param>
    public async Task<JsonElement?> Ask(string path, JsonNode? body, CancellationToken cancellation, bool optional = false)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(address, path));
            if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            if (optional && status is 404 or 405) return null;
            if (status != 200) throw Fault(status == 429 ? FaultKind.Busy : status >= 500 ? FaultKind.Unavailable : FaultKind.Refused, $"{path} answered {status}{Said(bytes)}");
            if (bytes.Length == 0) return default(JsonElement);
            try
            {
                return JsonSerializer.Deserialize<JsonElement>(bytes);
            }
            catch (JsonException)
            {
                // Some routes answer in words.
                if (response.Content.Headers.ContentType?.MediaType != "application/json") return default(JsonElement);
                throw Fault(FaultKind.CutBody, $"the answer of {path} ends in the middle");
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Fault(FaultKind.TooSlow, FormattableString.Invariant($"no whole answer of {path} within {timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception error) when (error is HttpRequestException or ProviderFailure or IOException)
        {
            var isCut = error is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or IOException || error.InnerException is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded };
            throw Fault(isCut ? FaultKind.CutBody : FaultKind.Unavailable, error.Message);
        }
    }

    public RolloutFault Fault(FaultKind kind, string what) => new(kind, name, what);

    /// <summary>Reads an answer; what it lacks makes it malformed.</summary>
    public T Read<T>(JsonElement? answer, Func<JsonElement, T> read)
    {
        try
        {
            return read(answer ?? throw Fault(FaultKind.Malformed, "there is no answer"));
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw Fault(FaultKind.Malformed, error.Message);
        }
    }

    private static string Said(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, Quoted))).ReplaceLineEndings(" ").Trim();
        return text.Length == 0 ? "" : $": {text}";
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>A request to the server, by a caller who may ask.</summary>
internal sealed class TinkerCall(TinkerService service, HttpContext context, ApiCaller caller)
{
    public const long MostBytes = 64 << 20;

    public TinkerService Service { get; } = service;

    public HttpContext Context { get; } = context;

    /// <summary>What models and sessions belong to: the key's name, so that a key that is made anew under it has them too.</summary>
    public string Owner { get; } = caller.Name;

    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>The body as it came, and its hash.</summary>
    public async Task<(ReadOnlyMemory<byte> Bytes, string Hash)> BytesAsync()
    {
        using var memory = new MemoryStream();
        await Context.Request.Body.CopyToAsync(memory, Aborted).ConfigureAwait(false);
        var bytes = memory.GetBuffer().AsMemory(0, (int)memory.Length);
        return (bytes, Convert.ToHexString(SHA256.HashData([.. Encoding.UTF8.GetBytes(Context.Request.Path), .. bytes.Span])));
    }

    /// <summary>The body as an object in JSON, and its hash.</summary>
    public async Task<(JsonFields Body, string Hash)> JsonAsync()
    {
        if (Context.Request.ContentLength != 0 && !Context.Request.HasJsonContentType()) throw new ApiError(415, "The request's content type has to be application/json.", code: "unsupported_content_type");
        if (Context.Request.Headers.ContentEncoding is [{ Length: > 0 } encoding] && encoding != "identity") throw new ApiError(415, $"A body in JSON is to come uncompressed, not in {JsonFields.Short(encoding)}.", code: "unsupported_content_encoding");
        var (bytes, hash) = await BytesAsync().ConfigureAwait(false);
        return (ApiJson.Parse(bytes), hash);
    }

    public Task AnswerAsync(JsonNode body) => ApiJson.WriteAsync(Context, body);

    /// <summary>Where the result of a request that goes on is to be fetched.</summary>
    public Task PromiseAsync(string request, string? modelId = null, int samples = 0)
    {
        var body = new JsonObject { ["request_id"] = request, ["future_id"] = request, ["status"] = "pending" };
        if (modelId is not null) body["model_id"] = modelId;
        // Which the SDK hands out before it has the samples.
        if (samples > 0) body["sample_sequence_ids"] = new JsonArray([.. Enumerable.Range(0, samples).Select(i => (JsonNode)$"{request}-{i}")]);
        return AnswerAsync(body);
    }

    /// <summary>A part of the address, by the route's name for it.</summary>
    public string Route(string name) => (string)Context.Request.RouteValues[name]!;

    /// <summary>A whole number of the query.</summary>
    public int Query(string name, int usual, int most)
    {
        if (Context.Request.Query[name] is not [{ } text]) return usual;
        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number <= most ? number : throw ApiError.Invalid($"'{name}' has to be a whole number from 0 to {most}.", name);
    }
}

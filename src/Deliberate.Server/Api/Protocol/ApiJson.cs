using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>JSON of requests and answers: bodies within limits of size and depth, in UTF-8, and never taken for anything but data.</summary>
internal static class ApiJson
{
    /// <summary>Of objects and arrays within one another.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(JsonNode? node) => node?.ToJsonString(Relaxed) ?? "null";

    public static byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Relaxed);

    public static async Task WriteAsync(HttpContext context, JsonNode node)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(Bytes(node), context.RequestAborted);
    }

    /// <summary>The request's object.</summary>
    /// <exception cref="ApiError">It is none.</exception>
    public static async Task<JsonFields> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength != 0 && !request.HasJsonContentType())
            throw new ApiError(StatusCodes.Status415UnsupportedMediaType, $"The request's content type has to be application/json, and {(string.IsNullOrEmpty(request.ContentType) ? "it names none" : $"is {JsonFields.Short(request.ContentType)}")}. With curl: -H 'Content-Type: application/json'.", code: "unsupported_content_type");
        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
            throw new ApiError(StatusCodes.Status415UnsupportedMediaType, "The request's body is to come uncompressed.", code: "unsupported_content_encoding");
        using var memory = new MemoryStream();
        await request.Body.CopyToAsync(memory, context.RequestAborted);
        return Parse(memory.GetBuffer().AsMemory(0, (int)memory.Length));
    }

    /// <exception cref="ApiError">It is no object in JSON.</exception>
    public static JsonFields Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length == 0) throw ApiError.Invalid("The request has no body; it has to be a JSON object.", null, "invalid_json");
        if (!Utf8.IsValid(utf8.Span)) throw ApiError.Invalid("The request's body is not valid UTF-8.", null, "invalid_json");
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var fields = JsonFields.Of(document.RootElement.Clone(), "");
            // Valid UTF-8 holds none; only an escape can.
            if (utf8.Span.IndexOf("\\u"u8) >= 0) fields.CheckTexts();
            return fields;
        }
        catch (JsonException error)
        {
            throw ApiError.Invalid($"The request's body is not valid JSON (line {(error.LineNumber ?? 0) + 1}, byte {error.BytePositionInLine ?? 0}).", null, "invalid_json");
        }
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>What a request is refused with, in OpenAI's shape: <c>{"error": {message, type, param, code}}</c> and a status.</summary>
internal sealed class ApiError(int status, string message, string? param = null, string? code = null, string? type = null) : Exception(message)
{
    public const string InvalidRequest = "invalid_request_error", ServerError = "server_error", RateLimit = "rate_limit_exceeded";

    public int Status { get; } = status;

    /// <summary>The field of the request: <c>messages[2].content</c>.</summary>
    public string? Param { get; } = param;

    public string? Code { get; } = code;

    public string Type { get; } = type ?? (status >= 500 ? ServerError : InvalidRequest);

    /// <summary>When to ask again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The methods that the address takes, of one that was asked with another.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    public static ApiError Invalid(string message, string? param, string? code = "invalid_value") => new(StatusCodes.Status400BadRequest, message, param, code);

    public static ApiError Unsupported(string message, string? param) => new(StatusCodes.Status400BadRequest, message, param, "unsupported_value");

    public static ApiError NotFound(string message, string? param = null, string? code = "not_found") => new(StatusCodes.Status404NotFound, message, param, code);

    /// <summary>A fault of the server's own, of which nothing is told: messages of exceptions may hold what a model thought.</summary>
    public static ApiError Bug() => new(StatusCodes.Status500InternalServerError, "The server had an error while it worked on the request.", code: "server_error");

    public static ApiError TimedOut(TimeSpan limit) => new(
        StatusCodes.Status504GatewayTimeout, string.Create(CultureInfo.InvariantCulture, $"The request took longer than {limit.TotalSeconds:0} seconds, the server's limit."), code: "timeout");

    public JsonObject Shape() => new() { ["message"] = Message, ["type"] = Type, ["param"] = Param, ["code"] = Code };

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (RetryAfter is { } wait) context.Response.Headers.RetryAfter = ((int)Math.Max(1, Math.Ceiling(wait.TotalSeconds))).ToString(CultureInfo.InvariantCulture);
        if (Allow.Count > 0) context.Response.Headers.Allow = string.Join(", ", Allow);
        await ApiJson.WriteAsync(context, new JsonObject { ["error"] = Shape() });
    }
}

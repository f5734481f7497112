using Deliberate.Core;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>Whatever went wrong, as a client may know it. What it may not goes to the server's terminal: kind and place, not the message, which may hold what a model thought.</summary>
internal static class ApiFaults
{
    public static ApiError Of(Exception error, ApiExchange exchange)
    {
        switch (error)
        {
            case ApiError told: return told;
            case OperationCanceledException: return ApiError.TimedOut(exchange.Api.Options.Timeout);
            case BadHttpRequestException bad: return new ApiError(bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"The request is larger than {Quantity.Bytes(exchange.Api.Options.MaxBodyBytes)}, the server's limit." : "The request is not well-formed HTTP.", code: bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "request_too_large" : "bad_request");
            case UserError { Field: "queue_limit" }: return new ApiError(StatusCodes.Status429TooManyRequests, "Too many requests wait already. Ask again later.", code: "overloaded", type: "requests") { RetryAfter = TimeSpan.FromSeconds(2) };
            case UserError { Field: "cache_bytes" }: return ApiError.Invalid("The request needs more memory for keys and values than the server has. Lower the token budget, or shorten the conversation.", null, "context_length_exceeded");
            case UserError { InnerException: { } refused } when Disk.IsRefusal(refused):
                // The system's own words and a path: a full disk, most often.
                Console.Error.WriteLine($"{exchange.Id} {exchange.Route}: {error.Message}");
                return new ApiError(StatusCodes.Status503ServiceUnavailable, "The server cannot write to its disk. What is not to be stored (\"store\": false) it can still answer.", code: "storage_unavailable");
            case ObjectDisposedException when exchange.Api.IsEnding: return new ApiError(StatusCodes.Status503ServiceUnavailable, "The server is stopping.", code: "stopping");
            default:
                Console.Error.WriteLine($"{exchange.Id} {exchange.Route}: {error.GetType().Name}\n{error.StackTrace}");
                return ApiError.Bug();
        }
    }
}

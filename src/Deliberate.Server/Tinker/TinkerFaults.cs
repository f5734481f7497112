using System.Text.Json.Nodes;
using Deliberate.Core;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>Whatever went wrong, in the shape of the SDK's RequestFailedResponse: <c>{"error", "category"}</c>, the category <c>user</c> where the caller can mend it.</summary>
internal static class TinkerFaults
{
    public static JsonObject Shape(ApiError error) => new() { ["error"] = error.Message, ["category"] = error.Status >= 500 ? "server" : "user" };

    public static ApiError Of(Exception error, string what)
    {
        switch (error)
        {
            case ApiError told: return told;
            case UserError { Field: "queue_limit" }: return new ApiError(429, "Too many samples wait already. Ask again later.", code: "overloaded") { RetryAfter = TimeSpan.FromSeconds(2) };
            case UserError { Field: "cache_bytes" }: return ApiError.Invalid("The request needs more memory for keys and values than the server has. Lower max_tokens or num_samples, or shorten the prompt.", null, "context_length_exceeded");
            case UserError wrong: return ApiError.Invalid(wrong.Message, wrong.Field);
            case BadHttpRequestException bad: return new ApiError(bad.StatusCode, bad.StatusCode == 413 ? $"The request is larger than {Quantity.Bytes(TinkerCall.MostBytes)}, the server's limit: send fewer data at once." : "The request is not well-formed HTTP.");
            case OperationCanceledException or ObjectDisposedException: return new ApiError(503, "The server is stopping.", code: "stopping");
            default:
                Console.Error.WriteLine($"{what}: {error.GetType().Name}: {error.Message}\n{error.StackTrace}");
                return ApiError.Bug();
        }
    }
}

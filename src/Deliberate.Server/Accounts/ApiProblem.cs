using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>What the pages' script is told instead of an answer.</summary>
internal static class ApiProblem
{
    public static Task Write(HttpContext context, int status, string problem, string? code = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { problem, code }), context.RequestAborted).AsTask();
    }
}

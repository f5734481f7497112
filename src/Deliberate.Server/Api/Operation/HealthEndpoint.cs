using System.Text;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary><c>GET /health</c>, which needs no key and says nothing but that the server answers, and <c>GET /metrics</c> for Prometheus.</summary>
internal static class HealthEndpoint
{
    public static Task HandleAsync(ApiExchange exchange) => ApiJson.WriteAsync(exchange.Context, new JsonObject { ["status"] = "ok" });

    public static async Task MetricsAsync(ApiExchange exchange)
    {
        exchange.Context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await exchange.Context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(exchange.Api.Metrics.Text(exchange.Api.Models, exchange.Api.Changes?.Stale)), exchange.Context.RequestAborted);
    }
}

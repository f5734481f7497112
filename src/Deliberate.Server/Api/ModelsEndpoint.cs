using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal static class ModelsEndpoint
{
    public static Task ListAsync(ApiExchange exchange) => ApiJson.WriteAsync(exchange.Context, new JsonObject
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. exchange.Api.Models.All.Select(e => Written(e.Model))]),
    });

    public static Task GetAsync(ApiExchange exchange) => ApiJson.WriteAsync(exchange.Context, Written(exchange.Api.Models.Get(exchange.Context.Value("id")).Model));

    private static JsonObject Written(IServedModel model) => new()
    {
        ["id"] = model.Name,
        ["object"] = "model",
        ["created"] = model.Created,
        ["owned_by"] = "deliberate",
        ["context_length"] = model.Context,
    };
}

using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>Every address of the interface and what answers there. To add one: a line here.</summary>
internal static class ApiRoutes
{
    public const string Health = "/health";

    private static readonly Route[] All =
    [
        new("POST", "/v1/chat/completions", ChatEndpoint.HandleAsync, IsCounted: true),
        new("POST", "/v1/completions", CompletionsEndpoint.HandleAsync, IsCounted: true),
        new("POST", "/v1/responses", ResponsesEndpoint.CreateAsync, IsCounted: true),
        new("GET", "/v1/responses", ResponseSocket.HandleAsync),
        new("POST", "/v1/responses/compact", CompactEndpoint.HandleAsync, IsCounted: true),
        new("POST", "/v1/responses/input_tokens", ResponsesEndpoint.CountAsync, IsCounted: true),
        new("GET", "/v1/responses/{id}", ResponsesEndpoint.GetAsync),
        new("DELETE", "/v1/responses/{id}", ResponsesEndpoint.DeleteAsync),
        new("POST", "/v1/responses/{id}/cancel", ResponsesEndpoint.CancelAsync),
        new("GET", "/v1/responses/{id}/input_items", ResponsesEndpoint.InputItemsAsync),
        new("POST", "/v1/conversations", ConversationsEndpoint.CreateAsync),
        new("GET", "/v1/conversations/{id}", ConversationsEndpoint.GetAsync),
        new("POST", "/v1/conversations/{id}", ConversationsEndpoint.UpdateAsync),
        new("DELETE", "/v1/conversations/{id}", ConversationsEndpoint.DeleteAsync),
        new("GET", "/v1/conversations/{id}/items", ConversationsEndpoint.ListItemsAsync),
        new("POST", "/v1/conversations/{id}/items", ConversationsEndpoint.AddItemsAsync),
        new("GET", "/v1/conversations/{id}/items/{item}", ConversationsEndpoint.GetItemAsync),
        new("DELETE", "/v1/conversations/{id}/items/{item}", ConversationsEndpoint.DeleteItemAsync),
        new("POST", "/v1/embeddings", EmbeddingsEndpoint.HandleAsync, IsCounted: true),
        new("POST", "/v1/moderations", ModerationsEndpoint.HandleAsync, IsCounted: true),
        new("GET", "/v1/models", ModelsEndpoint.ListAsync),
        new("GET", "/v1/models/{id}", ModelsEndpoint.GetAsync),
        new("GET", Health, HealthEndpoint.HandleAsync),
        new("GET", "/metrics", HealthEndpoint.MetricsAsync),
    ];

    /// <summary>Whether requests there count against a key's limits.</summary>
    public static bool IsCounted(string route) => Array.Exists(All, r => r.Path == route && r.IsCounted);

    /// <summary>What answers a request, or why nothing does; the route's name holds no ids.</summary>
    public static (string Route, Func<ApiExchange, Task>? Handler, ApiError? Problem) Find(HttpRequest request)
    {
        var path = request.Path.Value!;
        if (path.Length > 1) path = path.TrimEnd('/');
        // HEAD is what watchers ask with: the answer to GET without its body, which the host leaves out.
        var method = HttpMethods.IsHead(request.Method) ? HttpMethods.Get : request.Method;
        string? seen = null;
        List<string> allowed = [];
        foreach (var route in All)
        {
            if (!route.Matches(path, request.HttpContext)) continue;
            if (route.Method == method) return (route.Path, route.Handler, null);
            allowed.Add(route.Method);
            seen = route.Path;
        }

        return seen is not null
            ? (seen, null, new ApiError(StatusCodes.Status405MethodNotAllowed, $"Not allowed: {JsonFields.Short(request.Method)} {seen}; it takes {string.Join(" and ", allowed)}.", code: "method_not_allowed") { Allow = allowed })
            : ("other", null, ApiError.NotFound($"Unknown address: {JsonFields.Short(request.Method)} {JsonFields.Short(path)}. {(path.StartsWith("/v1/", StringComparison.Ordinal) ? "This server does not have it." : "The interface is below /v1: the base address ends with it.")}", code: "unknown_url"));
    }

    /// <summary>The part of the address that a route calls by a name.</summary>
    public static string Value(this HttpContext context, string name) => (string)context.Items["route." + name]!;

    private sealed record Route(string Method, string Path, Func<ApiExchange, Task> Handler, bool IsCounted = false)
    {
        private readonly string[] _parts = Path.Split('/');

        public bool Matches(string path, HttpContext context)
        {
            var parts = path.Split('/');
            if (parts.Length != _parts.Length) return false;
            for (var i = 0; i < parts.Length; i++)
            {
                if (_parts[i].StartsWith('{'))
                {
                    if (parts[i].Length == 0) return false;
                    context.Items["route." + _parts[i].Trim('{', '}')] = parts[i];
                }
                else if (parts[i] != _parts[i]) return false;
            }

            return true;
        }
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>
/// The interface for programs, apart from the pages: everything under <c>/v1</c>, and <c>/health</c> and <c>/metrics</c>. Its door is the API
/// key; the pages' one-time token opens nothing here. A server without keys answers this machine alone. Whatever goes wrong is told in
/// OpenAI's shape.
/// </summary>
internal static class ApiBranch
{
    public static bool Owns(PathString path) =>
        path.StartsWithSegments("/v1", StringComparison.Ordinal) || path.Equals("/health", StringComparison.Ordinal) || path.Equals("/metrics", StringComparison.Ordinal);

    public static void Map(IApplicationBuilder app, ApiServer api) => app.MapWhen(context => Owns(context.Request.Path) || IsStray(context.Request), branch =>
    {
        branch.UseWebSockets();
        branch.Run(context => HandleAsync(context, api));
    });

    /// <summary>A program that left out <c>/v1</c>: it is told so, rather than shown the pages' door.</summary>
    private static bool IsStray(HttpRequest request) => HttpMethods.IsPost(request.Method) && request.HasJsonContentType() && !request.Path.StartsWithSegments("/_blazor", StringComparison.Ordinal);

    private static async Task HandleAsync(HttpContext context, ApiServer api)
    {
        var start = api.Time.GetTimestamp();
        var (route, handler, problem) = ApiRoutes.Find(context.Request);
        var exchange = new ApiExchange(api, context, ApiCaller.Anyone, route);
        api.Metrics.Begin();
        var scope = api.TryBegin();
        var headers = context.Response.Headers;
        headers["x-request-id"] = exchange.Id;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        using var span = api.Tracing?.Begin(context.Request, route);
        var gone = false;
        try
        {
            if (AllowOrigin(context, api.Options)) return;
            if (scope is null) throw new ApiError(StatusCodes.Status503ServiceUnavailable, "The server is stopping.", code: "stopping") { RetryAfter = TimeSpan.FromSeconds(10) };
            if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = api.Options.MaxBodyBytes;
            // Someone who reads a byte a second reads on: the answer waits in memory, and holds no place.
            if (context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
            if (route != ApiRoutes.Health) exchange = new ApiExchange(api, context, ApiDoor.Caller(context, api.Keys, ApiDoor.Bearer(context.Request)), route) { Scope = scope };
            if (problem is not null) throw problem;
            if (ApiRoutes.IsCounted(route)) api.Limits.Enter(exchange.Caller, headers);
            await handler!(exchange);
            // What nobody reads of a body that was refused early is not waited for.
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            gone = true;
        }
        catch (Exception error)
        {
            var told = ApiFaults.Of(error, exchange);
            if (context.Response.HasStarted) context.Abort();
            else await told.WriteAsync(context);
        }
        finally
        {
            scope?.Dispose();
            var elapsed = api.Time.GetElapsedTime(start);
            var status = gone ? StatusCodes.Status499ClientClosedRequest : exchange.LateStatus ?? context.Response.StatusCode;
            ApiTracing.End(span, exchange, status);
            api.Metrics.End(route, exchange.Model, status, exchange.Usage, elapsed);
            api.Log?.Write(api.Time.GetUtcNow(), exchange.Id, exchange.Caller.Name, context.Request.Method, route, exchange.Model, status, exchange.Usage, elapsed);
        }
    }

    /// <summary>Pages of other origins may ask only where the operator named them. True where the request was a browser's question whether it may.</summary>
    private static bool AllowOrigin(HttpContext context, ApiOptions options)
    {
        if (context.Request.Headers.Origin is not [{ Length: > 0 } origin]) return false;
        if (!options.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase)) throw new ApiError(StatusCodes.Status403Forbidden, "Pages of this origin may not ask here.", code: "forbidden_origin");
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        headers.AccessControlExposeHeaders = "x-request-id, retry-after, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens";
        if (!HttpMethods.IsOptions(context.Request.Method)) return false;
        headers.AccessControlAllowMethods = "GET, POST, DELETE";
        // Whatever the operator's own page sends: clients add headers of theirs with every version, and all are read as data or not at all.
        headers.AccessControlAllowHeaders = context.Request.Headers.AccessControlRequestHeaders is [{ Length: > 0 } asked] ? asked : "authorization, content-type";
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}

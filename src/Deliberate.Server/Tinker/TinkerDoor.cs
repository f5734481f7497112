using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Deliberate.Server;

/// <summary>Who may ask, and what they are told where they may not or something went wrong. Keys are those of <c>deliberate keys</c>, with the SDK's <c>tml-</c> before them or without.</summary>
internal static class TinkerDoor
{
    private const string Prefix = "tml-";

    public static async Task HandleAsync(HttpContext context, TinkerService service, Func<TinkerCall, Task> handler)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        try
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = TinkerCall.MostBytes;
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
            var caller = TinkerRoutes.IsOpen(context.Request.Path) ? ApiCaller.Anyone : ApiDoor.Caller(context, service.Keys, Key(context.Request));
            await handler(new TinkerCall(service, context, caller));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (Exception error)
        {
            var told = TinkerFaults.Of(error, context.Request.Path);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = told.Status;
            if (told.RetryAfter is { } wait) headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await ApiJson.WriteAsync(context, TinkerFaults.Shape(told));
        }
    }

    private static string? Key(HttpRequest request)
    {
        var key = request.Headers["X-API-Key"] is [{ Length: > 0 } named] ? named : ApiDoor.Bearer(request);
        return key?.StartsWith(Prefix, StringComparison.Ordinal) == true ? key[Prefix.Length..] : key;
    }
}

using System.Net;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>
/// Stands before every page. A request must name this machine's loopback as its host (a page of another site whose name was
/// pointed at 127.0.0.1 does not: DNS rebinding), must not come from a page of another origin, and must bring the session's cookie
/// or a one-time token. The token is changed for the cookie by a page that moves on by itself, not by a redirect: a browser
/// that came from elsewhere would not send a strict cookie along with a redirect.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, AccessTokens tokens)
{
    public const string TokenParameter = "token";

    /// <summary>Cookies are shared by all ports of a host: the port in its name keeps two servers apart.</summary>
    public static string CookieName(int port) => $"deliberate-{port}";

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        SecurityHeaders.Add(context.Response);
        if (!IsLoopback(request.Host) || context.Connection.LocalIpAddress is not { } here || !IPAddress.IsLoopback(here))
        {
            await RefusalPage.Write(context, StatusCodes.Status421MisdirectedRequest, "Not this address", $"This server answers to 127.0.0.1 and localhost, not to \"{request.Host.Host}\".");
            return;
        }

        if (!IsOwnOrigin(request))
        {
            await RefusalPage.Write(context, StatusCodes.Status403Forbidden, "Not from there", "A page of another site asked for this.");
            return;
        }

        // Looks and nothing else: the page that asks for the token has them too.
        if (ServerAssets.IsAsset(request.Path) || tokens.IsSession(request.Cookies[CookieName(context.Connection.LocalPort)]))
        {
            if (HttpMethods.IsGet(request.Method) && request.Query.ContainsKey(TokenParameter)) await MoveOn(context);
            else await next(context);
            return;
        }

        if (HttpMethods.IsGet(request.Method) && request.Query[TokenParameter] is [{ Length: > 0 } token])
        {
            if (tokens.Redeem(token))
            {
                context.Response.Cookies.Append(CookieName(context.Connection.LocalPort), tokens.Session, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true });
                await MoveOn(context);
                return;
            }

            await RefusalPage.Write(context, StatusCodes.Status401Unauthorized, "This address was used before", "Each address that deliberate serve prints works once. Press Enter in its terminal for another.");
            return;
        }

        await RefusalPage.Write(context, StatusCodes.Status401Unauthorized, "Open the address from the terminal", "deliberate serve prints an address that lets this browser in. Press Enter in its terminal for another.");
    }

    /// <summary>To the same page without the token, which then stands neither in the address bar nor in the history.</summary>
    private static Task MoveOn(HttpContext context)
    {
        var rest = QueryString.Create(context.Request.Query.Where(p => p.Key != TokenParameter));
        return RefusalPage.MoveOn(context, context.Request.PathBase + context.Request.Path + rest.ToUriComponent());
    }

    private static bool IsLoopback(HostString host) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Browsers name the origin with everything that could do harm, and with every WebSocket.</summary>
    private static bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin is not [{ } origin] || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == new UriBuilder(request.Scheme, request.Host.Host, request.Host.Port ?? 80).Uri.Authority);
}

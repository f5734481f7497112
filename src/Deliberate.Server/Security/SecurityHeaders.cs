using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>
/// What every answer says to the browser: nothing from elsewhere, no script but ours, never inside another page, told to nobody.
/// Text of a model that slipped through an escape could still do nothing.
/// </summary>
internal static class SecurityHeaders
{
    public const string Pages = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>A report that a run left is a file like any other, and has no rights at all but its own style.</summary>
    public const string Report = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'";

    public static void Add(HttpResponse response, string policy = Pages)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}

using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>Who sends a request: set by <see cref="AccountGate"/>, read by pages and endpoints.</summary>
/// <param name="Account">Theirs.</param>
/// <param name="Token">Of their session.</param>
internal sealed record SignedIn(Account Account, string Token)
{
    public const string CookieName = "deliberate-account";

    public static SignedIn Of(HttpContext context) => context.Features.Get<SignedIn>() ?? throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>Gives the session's cookie to the browser.</summary>
    public static void SetCookie(HttpContext context, string token) => context.Response.Cookies.Append(CookieName, token, Options(context, AccountStore.SessionLife));

    public static void ClearCookie(HttpContext context) => context.Response.Cookies.Append(CookieName, "", Options(context, TimeSpan.Zero));

    // Lax, not strict: a link in a mail must find the browser signed in; what changes something asks for a form's token too.
    private static CookieOptions Options(HttpContext context, TimeSpan life) => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", IsEssential = true, MaxAge = life };
}

using System.Text.Json;
using Deliberate.Core;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Server;

/// <summary>What a page says after a form was sent: kept, encrypted, in a cookie until the page shows it, so that loading it again sends nothing twice.</summary>
/// <param name="Text">A sentence.</param>
/// <param name="IsProblem">Whether something is to be mended.</param>
internal sealed record FormAnswer(string Text, bool IsProblem)
{
    private const string Purpose = "form answers";

    /// <summary>Does what a form asks for, and goes back to the page.</summary>
    public static async Task<IResult> Of(HttpContext context, string page, Func<Task<string>> deed)
    {
        try
        {
            Say(context, await deed(), isProblem: false);
        }
        catch (UserError error)
        {
            Say(context, error.Message, isProblem: true);
        }

        return Results.LocalRedirect(page);
    }

    public static void Say(HttpContext context, string text, bool isProblem)
    {
        var secret = context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector(Purpose).Protect(JsonSerializer.Serialize(new FormAnswer(text.Length > 1000 ? text[..1000] : text, isProblem)));
        context.Response.Cookies.Append(AccountsArea.SaidCookie, secret, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", IsEssential = true, MaxAge = TimeSpan.FromMinutes(1) });
    }

    /// <summary>What is to be said on this page, once.</summary>
    public static FormAnswer? Take(HttpContext context)
    {
        if (context.Request.Cookies[AccountsArea.SaidCookie] is not { Length: > 0 } secret) return null;
        if (!context.Response.HasStarted) context.Response.Cookies.Delete(AccountsArea.SaidCookie);
        try
        {
            return JsonSerializer.Deserialize<FormAnswer>(context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector(Purpose).Unprotect(secret));
        }
        catch (Exception error) when (error is System.Security.Cryptography.CryptographicException or JsonException)
        {
            return null;
        }
    }

    /// <summary>A path of this server; null for anything else.</summary>
    public static string? Within(string? to) => to is { Length: > 1 and < 2000 } && to[0] == '/' && to[1] != '/' && !to.Contains('\\', StringComparison.Ordinal) && !to.Any(char.IsControl) ? to : null;
}

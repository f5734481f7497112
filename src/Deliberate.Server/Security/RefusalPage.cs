using System.Text;
using Deliberate.Core;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>Pages that stand before the door: one that says why it is closed, and one that moves on.</summary>
internal static class RefusalPage
{
    public static Task Write(HttpContext context, int status, string title, string text)
    {
        context.Response.StatusCode = status;
        return Send(context, title, $"<h1>{SafeText.Escape(title, 200)}</h1><p>{SafeText.Escape(text, 500)}</p>");
    }

    public static Task MoveOn(HttpContext context, string to)
    {
        // A path of our own, never the address of another site.
        var address = SafeText.Escape(FormAnswer.Within(to) ?? "/", 4000);
        return Send(context, "Deliberate", $"<p><a href=\"{address}\">Go on</a></p>", $"<meta http-equiv=\"refresh\" content=\"0;url={address}\"/>");
    }

    private static Task Send(HttpContext context, string title, string body, string head = "")
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        var html = $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>{head}<title>{SafeText.Escape(title, 200)}</title>"
            + $"<link rel=\"stylesheet\" href=\"{ServerAssets.Url(ServerAssets.Style)}\"/><link rel=\"icon\" href=\"{ServerAssets.Url(ServerAssets.Icon)}\"/></head><body class=\"door\"><main>{body}</main></body></html>\n";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(html), context.RequestAborted).AsTask();
    }
}

using Deliberate.Core;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Deliberate.Server;

/// <summary>
/// Stands before every page of a server with accounts, in place of <see cref="AccessGate"/>: the request must name this server as its
/// host, must not come from a page of another origin, must bring a session's cookie, and must be one that its account's role may make.
/// Whatever changes something must bring the token of a form of ours. What no area opens to a role is the owners'.
/// </summary>
internal sealed class AccountGate(RequestDelegate next, AccountStore accounts, PublicAddress address, IAntiforgery antiforgery, TimeProvider time, ILogger<AccountGate> log)
{
    /// <summary>Where whoever is not signed in may be.</summary>
    private static readonly PathString[] Open = [new(AccountsArea.SignIn), new(AccountsArea.Invitations), new(OpenIdSignIn.Callback)];

    private static readonly TimeSpan ToldEvery = TimeSpan.FromSeconds(30);

    private DateTimeOffset _told = DateTimeOffset.MinValue;

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        SecurityHeaders.Add(context.Response);
        // Without any, browsers name no origin with a form either.
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        address.Correct(request);
        if (!address.IsHere(context))
        {
            await RefusalPage.Write(context, StatusCodes.Status421MisdirectedRequest, "Not this address", $"This server does not answer to \"{request.Host.Host}\".");
            return;
        }

        var isCallback = request.Path.StartsWithSegments(OpenIdSignIn.Callback);
        if (!isCallback && !address.IsOwnOrigin(request))
        {
            await RefusalPage.Write(context, StatusCodes.Status403Forbidden, "Not from there", "A page of another site asked for this.");
            return;
        }

        if (ServerAssets.IsAsset(request.Path))
        {
            await next(context);
            return;
        }

        try
        {
            await LetInAsync(context, isCallback);
        }
        catch (Exception error) when (Outage.Is(error) && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            Tell(error);
            context.Response.Headers.RetryAfter = "2";
            if (IsProgram(request)) await ApiProblem.Write(context, StatusCodes.Status503ServiceUnavailable, "The database does not answer. What you do is kept here and sent when it does.");
            else await RefusalPage.Write(context, StatusCodes.Status503ServiceUnavailable, "The database does not answer", "Nothing that was saved is lost. Load the page again in a moment.");
        }
    }

    /// <summary>To whoever runs the server, now and then: everybody's page asks again and again.</summary>
    private void Tell(Exception error)
    {
        if (time.GetUtcNow() - _told < ToldEvery) return;
        _told = time.GetUtcNow();
        log.LogWarning("The database does not answer: {Problem}", Secrets.Redact(error.GetBaseException().Message));
    }

    private static bool IsProgram(HttpRequest request) => request.Path.StartsWithSegments(LabellingArea.Api, StringComparison.Ordinal) || request.Path.StartsWithSegments(RedteamArea.Api, StringComparison.Ordinal);

    private async Task LetInAsync(HttpContext context, bool isCallback)
    {
        var request = context.Request;
        if (request.Cookies[SignedIn.CookieName] is { Length: > 0 and < 200 } token && await accounts.FindSessionAsync(token, context.RequestAborted) is { } account) context.Features.Set(new SignedIn(account, token));
        var signedIn = context.Features.Get<SignedIn>();
        if (signedIn is null && !Open.Any(path => request.Path.StartsWithSegments(path)))
        {
            if (IsProgram(request)) await ApiProblem.Write(context, StatusCodes.Status401Unauthorized, "You are not signed in any more.");
            else if (HttpMethods.IsGet(request.Method)) context.Response.Redirect($"{AccountsArea.SignIn}?to={Uri.EscapeDataString(request.Path + request.QueryString)}");
            else await RefusalPage.Write(context, StatusCodes.Status401Unauthorized, "Not signed in", "Sign in, and try again.");
            return;
        }

        if (signedIn is not null && !ServerAreas.MayUse(request.Path, signedIn.Account.Role))
        {
            if (IsProgram(request)) await ApiProblem.Write(context, StatusCodes.Status403Forbidden, "Your account may not do this.");
            else await RefusalPage.Write(context, StatusCodes.Status403Forbidden, "Not for you", "Your account may not open this page. Ask an owner of the server.");
            return;
        }

        // The circuits of Blazor are the owners' alone, and their origin was looked at above.
        var isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || isCallback || request.Path.StartsWithSegments("/_blazor");
        if (!isSafe && !await antiforgery.IsRequestValidAsync(context))
        {
            if (IsProgram(request)) await ApiProblem.Write(context, StatusCodes.Status400BadRequest, "The page is too old. Load it again.");
            else await RefusalPage.Write(context, StatusCodes.Status400BadRequest, "The page is too old", "Go back, load it again, and send it once more.");
            return;
        }

        await next(context);
    }
}

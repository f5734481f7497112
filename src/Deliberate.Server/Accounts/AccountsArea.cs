using Deliberate.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Server;

/// <summary>People: signing in, invitations, one's own account, and for owners everybody's, with the audit trail. Only on a server with a database.</summary>
internal sealed class AccountsArea : IServerArea
{
    public const string Root = "/people", Audit = "/people/audit", SignIn = "/sign-in", SignOut = "/sign-out", Invitations = "/invitation", Own = "/account";

    /// <summary>What a page says after a form was sent: the words are the server's own, behind an encrypted cookie of a moment.</summary>
    public const string SaidCookie = "deliberate-said";

    public string Title => "People";

    public string Path => Root;

    public IReadOnlyList<Type> Pages => [typeof(PeoplePage), typeof(AuditPage), typeof(AccountPage), typeof(SignInPage), typeof(InvitationPage)];

    public bool IsShown(ServerOptions options) => options.Database is not null;

    public bool MayUse(PathString path, AccountRole role) => path.StartsWithSegments(SignIn) || path.StartsWithSegments(Invitations) || path.StartsWithSegments(OpenIdSignIn.Callback) || path.StartsWithSegments(SignOut) || path.StartsWithSegments(Own);

    public void AddServices(IServiceCollection services, ServerOptions options)
    {
        if (options.Database is not null) services.AddSingleton<AccountStore>().AddSingleton<AuditTrail>();
    }

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<ServerOptions>();
        if (options.Database is null) return;
        OpenIdSignIn.Map(endpoints, options);
        endpoints.MapPost(SignIn, SignInAsync);
        endpoints.MapPost(SignOut, async (HttpContext context, AccountStore accounts) =>
        {
            await accounts.EndSessionAsync(SignedIn.Of(context).Token, context.RequestAborted);
            SignedIn.ClearCookie(context);
            return Results.LocalRedirect(SignIn);
        });
        endpoints.MapPost(Invitations + "/{token}", AcceptAsync);
        endpoints.MapPost(Own, (HttpContext context, AccountStore accounts, [FromForm] string old, [FromForm] string password) => FormAnswer.Of(context, Own, async () =>
        {
            await accounts.ChangePasswordAsync(SignedIn.Of(context).Account, old, password, SignedIn.Of(context).Token, context.RequestAborted);
            return "The password is changed, and other browsers are signed out.";
        }));
        endpoints.MapPost(Root, (HttpContext context, AccountStore accounts, [FromForm] string? name, [FromForm] AccountRole role, PublicAddress address) => FormAnswer.Of(context, Root, async () =>
        {
            var token = await accounts.InviteAsync(Actor.Of(SignedIn.Of(context).Account), role, string.IsNullOrWhiteSpace(name) ? null : name, context.RequestAborted);
            return $"The invitation, once, for seven days: {address.Named ?? $"{context.Request.Scheme}://{context.Request.Host}"}{Invitations}/{token}";
        }));
        endpoints.MapPost(Root + "/{name}", (HttpContext context, AccountStore accounts, string name, [FromForm] AccountRole role, [FromForm] bool? disabled, [FromForm] string? reset, PublicAddress address) => FormAnswer.Of(context, Root, async () =>
        {
            var by = Actor.Of(SignedIn.Of(context).Account);
            if (reset is not null) return $"A new password for {name}, once, for seven days: {address.Named ?? $"{context.Request.Scheme}://{context.Request.Host}"}{Invitations}/{await accounts.ResetAsync(by, name, context.RequestAborted)}";
            await accounts.ChangeAsync(by, name, role, disabled == true, context.RequestAborted);
            return $"{name} is changed.";
        }));
    }

    private static async Task<IResult> SignInAsync(HttpContext context, AccountStore accounts, [FromForm] string? name, [FromForm] string? password, [FromForm] string? to)
    {
        var (outcome, account) = await accounts.CheckAsync(name ?? "", password ?? "", context.RequestAborted);
        if (account is null)
        {
            FormAnswer.Say(context, outcome == SignInOutcome.Locked ? "Too many wrong passwords. Wait a while, or ask an owner for a new password." : "Name or password is wrong.", isProblem: true);
            return Results.LocalRedirect(FormAnswer.Within(to) is { } back ? $"{SignIn}?to={Uri.EscapeDataString(back)}" : SignIn);
        }

        SignedIn.SetCookie(context, await accounts.OpenSessionAsync(account, context.RequestAborted));
        return Results.LocalRedirect(FormAnswer.Within(to) ?? "/");
    }

    private static async Task<IResult> AcceptAsync(HttpContext context, AccountStore accounts, string token, [FromForm] string? name, [FromForm] string? password)
    {
        try
        {
            var account = await accounts.AcceptAsync(token, name ?? "", password ?? "", context.RequestAborted);
            SignedIn.SetCookie(context, await accounts.OpenSessionAsync(account, context.RequestAborted));
            return Results.LocalRedirect("/");
        }
        catch (UserError error)
        {
            FormAnswer.Say(context, error.Message, isProblem: true);
            return Results.LocalRedirect($"{Invitations}/{Uri.EscapeDataString(token)}");
        }
    }
}

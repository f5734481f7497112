using System.Security.Claims;
using Deliberate.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Deliberate.Server;

/// <summary>
/// Sign-in with OpenID Connect, where <c>sign_in</c> of deliberate.yaml names a provider: authorisation code with PKCE. What the provider
/// says ends in a session of ours like any other; its own tokens are kept by nobody.
/// </summary>
internal static class OpenIdSignIn
{
    /// <summary>Where the provider sends the browser back to; what it must be told as redirect address.</summary>
    public const string Callback = "/openid";

    public const string Begin = AccountsArea.SignIn + "/openid";

    private const string Done = AccountsArea.SignIn + "/openid-done", Outside = "outside", InvitationItem = "invitation", ToItem = "to";

    public static void Add(IServiceCollection services, ServerOptions options)
    {
        if (options.Configuration is not { Settings.SignIn: { } settings } configuration) return;
        var (handlers, secret) = (new ProviderHandlers(configuration), settings.Secret(configuration.File));
        services.AddSingleton(handlers);
        services.AddAuthentication(Outside)
            .AddCookie(Outside, cookie =>
            {
                // For the moment between the provider's answer and the session.
                (cookie.Cookie.Name, cookie.Cookie.HttpOnly, cookie.ExpireTimeSpan) = ("deliberate-outside", true, TimeSpan.FromMinutes(5));
                cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            })
            .AddOpenIdConnect(openId =>
            {
                (openId.Authority, openId.ClientId, openId.ClientSecret) = (settings.Authority, settings.ClientId, secret);
                (openId.SignInScheme, openId.CallbackPath, openId.ResponseType, openId.ResponseMode) = (Outside, Callback, OpenIdConnectResponseType.Code, OpenIdConnectResponseMode.Query);
                openId.RequireHttpsMetadata = !new Uri(settings.Authority).IsLoopback;
                (openId.UsePkce, openId.SaveTokens, openId.GetClaimsFromUserInfoEndpoint, openId.MapInboundClaims) = (true, false, false, false);
                openId.BackchannelHttpHandler = handlers.Hosts();
                openId.Scope.Clear();
                foreach (var scope in new[] { "openid", "profile", "email" }) openId.Scope.Add(scope);
                openId.NonceCookie.SecurePolicy = openId.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                openId.NonceCookie.SameSite = openId.CorrelationCookie.SameSite = SameSiteMode.Lax;
                openId.Events.OnRemoteFailure = async failure =>
                {
                    failure.HandleResponse();
                    await RefusalPage.Write(failure.HttpContext, StatusCodes.Status401Unauthorized, "Not signed in", "The provider did not vouch for you. Try again, or ask an owner of the server.");
                };
            });
    }

    public static void Map(IEndpointRouteBuilder endpoints, ServerOptions options)
    {
        if (options.Configuration?.Settings.SignIn is not { } settings) return;
        endpoints.MapGet(Begin, (HttpContext context, string? invitation, string? to) => context.ChallengeAsync(OpenIdConnectDefaults.AuthenticationScheme, new AuthenticationProperties { RedirectUri = Done, Items = { [InvitationItem] = invitation, [ToItem] = to } }));
        endpoints.MapGet(Done, async (HttpContext context, AccountStore accounts) =>
        {
            var outside = await context.AuthenticateAsync(Outside);
            if (outside.Principal is not { } person || person.FindFirstValue("sub") is not { } subject)
            {
                context.Response.Redirect(AccountsArea.SignIn);
                return;
            }

            await context.SignOutAsync(Outside);
            try
            {
                var name = person.FindFirstValue("preferred_username") ?? person.FindFirstValue("email") ?? person.FindFirstValue("name") ?? "labeller";
                var items = outside.Properties!.Items;
                var account = await accounts.CheckOpenIdAsync(person.FindFirstValue("iss") ?? settings.Authority, subject, name, settings.NewAccounts == NewAccounts.Labeller ? AccountRole.Labeller : null, items.TryGetValue(InvitationItem, out var invitation) ? invitation : null, context.RequestAborted);
                SignedIn.SetCookie(context, await accounts.OpenSessionAsync(account, context.RequestAborted));
                await RefusalPage.MoveOn(context, items.TryGetValue(ToItem, out var to) && to is not null ? to : "/");
            }
            catch (UserError error)
            {
                await RefusalPage.Write(context, StatusCodes.Status403Forbidden, "Not signed in", error.Message);
            }
        });
    }
}

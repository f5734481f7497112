using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Deliberate.Server;

/// <summary>Red teaming by people: blind conversations with two models, an arena, appeals, figures. Only on a server with a database that opens models.</summary>
internal sealed class RedteamArea : IServerArea
{
    public const string Root = "/redteam", Api = "/redteam/api", Work = "work", Rate = "rate", Appeals = "appeals";

    public string Title => "Red team";

    public string Path => Root;

    public IReadOnlyList<Type> Pages => [typeof(CampaignsPage), typeof(CampaignPage), typeof(TestPage), typeof(AppealsPage)];

    public bool IsShown(ServerOptions options) => options is { Database: not null, OpenModel: not null, HasRedteam: true };

    /// <summary>Testers test; others' conversations and appeals are for those above them.</summary>
    public bool MayUse(PathString path, AccountRole role)
    {
        if (!path.StartsWithSegments(Root, StringComparison.Ordinal, out var rest)) return false;
        var parts = (rest.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is [] or ["api", "campaigns" or "chats", ..] or [_] or [_, Work] or [_, Work, _]) return true;
        return parts is [_, Appeals or Rate, ..] && role >= AccountRole.Reviewer;
    }

    public void AddServices(IServiceCollection services, ServerOptions options)
    {
        if (options.Database is null) return;
        services.TryAddSingleton<OpenModels>();
        services.AddSingleton<RedteamStore>().AddSingleton<RedteamModels>().AddSingleton<RedteamDesk>();
    }

    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (!IsShown(endpoints.ServiceProvider.GetRequiredService<ServerOptions>())) return;
        RedteamApi.Map(endpoints);
        endpoints.MapPost(Root + "/{campaign}/open", (HttpContext context, string campaign, [FromForm] bool open, RedteamStore store, AuditTrail trail) => FormAnswer.Of(context, $"{Root}/{campaign}", async () =>
        {
            await store.OpenAsync(await store.NeedAsync(campaign, context.RequestAborted), open, context.RequestAborted);
            await trail.AddAsync(Actor.Of(SignedIn.Of(context).Account), open ? "opened a campaign" : "closed a campaign", campaign, context.RequestAborted);
            return open ? "Testers may go on." : "Nothing more is taken.";
        }));
        endpoints.MapPost(Root + "/{campaign}/" + Appeals + "/{chat:long}", (HttpContext context, string campaign, long chat, [FromForm] bool granted, RedteamStore store, RedteamDesk desk, AuditTrail trail) => FormAnswer.Of(context, $"{Root}/{campaign}/{Appeals}", async () =>
        {
            var account = SignedIn.Of(context).Account;
            if (!await desk.DecideAsync(await store.NeedAsync(campaign, context.RequestAborted), chat, account.Id, granted, context.RequestAborted)) throw new Core.UserError("This appeal was decided before, or is your own.");
            await trail.AddAsync(Actor.Of(account), granted ? "granted an appeal" : "denied an appeal", $"{campaign}: {chat}", context.RequestAborted);
            return granted ? "It counts as reached." : "The judge's verdict stands.";
        }));
    }
}

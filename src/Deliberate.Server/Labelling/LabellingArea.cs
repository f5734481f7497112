using System.Globalization;
using Deliberate.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Deliberate.Server;

/// <summary>Labelling: projects, the page to label on, what reviewers settle, how far all is. Only on a server with a database.</summary>
internal sealed class LabellingArea : IServerArea
{
    public const string Root = "/label", Api = "/label/api", Review = "review", Work = "work", Export = "export", Item = "items";

    public string Title => "Labelling";

    public string Path => Root;

    public IReadOnlyList<Type> Pages => [typeof(ProjectsPage), typeof(ProjectPage), typeof(WorkPage), typeof(ReviewPage), typeof(ItemPage)];

    public bool IsShown(ServerOptions options) => options.Database is not null;

    /// <summary>Labellers label; what lies behind a project's review, items and export is for those above them.</summary>
    public bool MayUse(PathString path, AccountRole role)
    {
        if (!path.StartsWithSegments(Root, StringComparison.Ordinal, out var rest)) return false;
        var parts = (rest.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is [] or ["api", "projects" or "leases", ..] or [_] or [_, Work]) return true;
        return parts is [_, Review or Item, ..] && role >= AccountRole.Reviewer;
    }

    public void AddServices(IServiceCollection services, ServerOptions options)
    {
        if (options.Database is null) return;
        services.TryAddSingleton<OpenModels>();
        services.AddSingleton<ProjectStore>().AddSingleton<LabellingQueue>().AddSingleton<LabellingDesk>().AddSingleton<LabelExport>().AddSingleton<LiveModels>().AddSingleton<LiveAlternatives>();
    }

    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetRequiredService<ServerOptions>().Database is null) return;
        LabellingApi.Map(endpoints);
        endpoints.MapPost(Root + "/{project}/open", (HttpContext context, string project, [FromForm] bool open, ProjectStore projects, AuditTrail trail) => FormAnswer.Of(context, $"{Root}/{project}", async () =>
        {
            await projects.OpenAsync(await projects.NeedAsync(project, context.RequestAborted), open, context.RequestAborted);
            await trail.AddAsync(Actor.Of(SignedIn.Of(context).Account), open ? "opened a project" : "closed a project", project, context.RequestAborted);
            return open ? "Items are handed out again." : "No more items are handed out; what is begun can be finished.";
        }));
        endpoints.MapPost(Root + "/{project}/screening", (HttpContext context, string project, [FromForm] Guid account, [FromForm] bool admit, ProjectStore projects, AuditTrail trail) => FormAnswer.Of(context, $"{Root}/{project}", async () =>
        {
            await projects.ScreenAsync(await projects.NeedAsync(project, context.RequestAborted), account, admit, context.RequestAborted);
            await trail.AddAsync(Actor.Of(SignedIn.Of(context).Account), admit ? "let in without the screening" : "gave the screening anew", $"{project}: {account}", context.RequestAborted);
            return admit ? "They may label." : "They answer the questions anew.";
        }));
        endpoints.MapPost(Root + "/{project}/" + Review + "/{number:int}", SettleAsync);
        endpoints.MapGet(Root + "/{project}/" + Export, ExportAsync);
    }

    /// <summary>Lets one of the labels stand, or gives the item to the reviewer.</summary>
    private static async Task<IResult> SettleAsync(HttpContext context, string project, int number, [FromForm] long? stands, ProjectStore projects, LabellingQueue queue, AuditTrail trail)
    {
        var found = await projects.NeedAsync(project, context.RequestAborted);
        var item = await projects.ItemAsync(found, number, context.RequestAborted);
        if (item is null) return Results.LocalRedirect($"{Root}/{project}/{Review}");
        if (stands is null)
        {
            var assignment = await queue.ReviewAsync(found, SignedIn.Of(context).Account.Id, item, context.RequestAborted);
            return Results.LocalRedirect($"{Root}/{project}/{Work}?lease={assignment.Lease}");
        }

        return await FormAnswer.Of(context, $"{Root}/{project}/{Review}", async () =>
        {
            await projects.SettleAsync(item, stands.Value, context.RequestAborted);
            await trail.AddAsync(Actor.Of(SignedIn.Of(context).Account), "settled an item", string.Create(CultureInfo.InvariantCulture, $"{project}/{number}: label {stands}"), context.RequestAborted);
            return $"Item {number} is settled.";
        });
    }

    /// <summary>The labels so far, as a file.</summary>
    private static async Task ExportAsync(HttpContext context, string project, string? to, bool? agreed, ProjectStore projects, LabelExport export, AuditTrail trail)
    {
        if (await projects.FindAsync(project, context.RequestAborted) is not { } found)
        {
            await RefusalPage.Write(context, StatusCodes.Status404NotFound, "No project", "There is no project of that name.");
            return;
        }

        var form = Enum.GetValues<ExportForm>().Where(f => RecipeWriter.Scalar(f) == to).Select(f => (ExportForm?)f).FirstOrDefault() ?? LabelExport.Usual(found.Kind);
        await trail.AddAsync(Actor.Of(SignedIn.Of(context).Account), "exported labels", $"{project} as {RecipeWriter.Scalar(form)}", context.RequestAborted);
        context.Response.ContentType = form == ExportForm.LabelStudio ? "application/json; charset=utf-8" : "application/jsonl; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{LabelExport.FileName(found, form)}\"";
        try
        {
            await export.WriteAsync(found, new ExportChoice(form, agreed == true), context.Response.Body, context.RequestAborted);
        }
        catch (UserError error) when (!context.Response.HasStarted)
        {
            context.Response.Headers.Remove("Content-Disposition");
            await RefusalPage.Write(context, StatusCodes.Status400BadRequest, "Not in this form", error.Message);
        }
    }
}

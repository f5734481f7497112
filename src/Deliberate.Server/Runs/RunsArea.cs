using Deliberate.Core;
using Deliberate.Training;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Server;

/// <summary>Training runs: the list, a run live while it writes, two side by side. Reads their folders, and writes nothing.</summary>
internal sealed class RunsArea : IServerArea
{
    public const string Root = "/runs", Comparison = "/compare", Reports = "/reports/";

    public string Title => "Runs";

    public string Path => Root;

    public IReadOnlyList<Type> Pages => [typeof(RunsPage), typeof(RunPage), typeof(ComparePage)];

    public bool IsShown(ServerOptions options) => options.Runs is not null;

    public void AddServices(IServiceCollection services, ServerOptions options) => services.AddSingleton<RunCatalog>().AddSingleton<LiveRuns>();

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet(Reports + "{name}", Report);

    /// <summary>The page that the run wrote, with no rights but its own style.</summary>
    private static async Task Report(HttpContext context, string name, RunCatalog catalog)
    {
        var path = catalog.Find(name) is { } folder ? System.IO.Path.Combine(folder, RunReport.FileName) : null;
        if (!File.Exists(path))
        {
            await RefusalPage.Write(context, StatusCodes.Status404NotFound, "No report", "The run has not written one.");
            return;
        }

        SecurityHeaders.Add(context.Response, SecurityHeaders.Report);
        try
        {
            await Results.File(System.IO.Path.GetFullPath(path), "text/html; charset=utf-8").ExecuteAsync(context);
        }
        catch (Exception error) when (Disk.IsRefusal(error) && !context.Response.HasStarted)
        {
            await RefusalPage.Write(context, StatusCodes.Status404NotFound, "No report", "It went away while it was being read.");
        }
    }
}

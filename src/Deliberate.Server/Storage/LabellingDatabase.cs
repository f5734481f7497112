using Deliberate.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Server;

/// <summary>A database for commands, brought to this program's schema: the same services that the pages have, without a server. Commands and servers may have it open together.</summary>
internal sealed class LabellingDatabase : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private LabellingDatabase(ServiceProvider services) => _services = services;

    public ProjectStore Projects => _services.GetRequiredService<ProjectStore>();

    public LabelExport Export => _services.GetRequiredService<LabelExport>();

    public AccountStore Accounts => _services.GetRequiredService<AccountStore>();

    public LabellingQueue Queue => _services.GetRequiredService<LabellingQueue>();

    public LabellingDesk Desk => _services.GetRequiredService<LabellingDesk>();

    public LiveAlternatives Live => _services.GetRequiredService<LiveAlternatives>();

    public RedteamStore Redteam => _services.GetRequiredService<RedteamStore>();

    public RedteamDesk RedteamDesk => _services.GetRequiredService<RedteamDesk>();

    public RedteamModels RedteamModels => _services.GetRequiredService<RedteamModels>();

    public AuditTrail Trail => _services.GetRequiredService<AuditTrail>();

    /// <param name="name">As <see cref="DatabaseChoice.Parse"/> reads it.</param>
    /// <param name="mayMake">Whether one that is not there is made.</param>
    /// <param name="time">Now.</param>
    /// <param name="openModel">Opens models, for commands that ask some.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="UserError">It cannot be had.</exception>
    public static async Task<LabellingDatabase> OpenAsync(string name, bool mayMake, TimeProvider? time = null, Func<string, Deliberate.Evaluation.EvaluationModel>? openModel = null, CancellationToken cancellation = default)
    {
        var choice = DatabaseChoice.Parse(name);
        if (!mayMake && choice.File is { } file && !File.Exists(file)) throw new UserError("There is no database.", file, advice: "It is made with the first project (deliberate label create) or campaign (deliberate redteam create); or name another: --database FOLDER.");
        var services = new ServiceCollection().AddSingleton(time ?? TimeProvider.System);
        var shown = new ServerOptions { Database = name, OpenModel = openModel };
        services.AddSingleton(shown);
        StoredState.AddTo(services, choice);
        foreach (var area in ServerAreas.All) area.AddServices(services, shown);
        var built = services.BuildServiceProvider();
        try
        {
            if (choice.File is { } made) Directory.CreateDirectory(Path.GetDirectoryName(made)!);
            await StoredState.UpgradeAsync(built, cancellation);
            return new LabellingDatabase(built);
        }
        catch
        {
            await built.DisposeAsync();
            throw;
        }
    }

    /// <summary>How far a project is.</summary>
    public Task<ProjectFigures> FiguresAsync(LabellingProject project, CancellationToken cancellation = default) =>
        ProjectFigures.OfAsync(_services.GetRequiredService<Microsoft.EntityFrameworkCore.IDbContextFactory<LabellingContext>>(), project, _services.GetRequiredService<TimeProvider>().GetUtcNow(), cancellation);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Deliberate.Server;

/// <summary>
/// A database with the context of each feature that stores something: for the server's pages and for commands alike. To add a feature: its
/// context, a line in <see cref="Contexts"/>, one in <see cref="AddTo"/>, and its migrations in <see cref="Migrations"/>.
/// </summary>
internal static class StoredState
{
    /// <summary>Every migration. EF Core finds them by their attributes; one that stands not here is told, for nothing is to be found that nobody named.</summary>
    private static IReadOnlyList<Type> Migrations { get; } = [typeof(AccountsFirst), typeof(LabellingFirst), typeof(LabellingQueueOrder), typeof(LabellingLiveAlternatives), typeof(LabellingAskedAgain), typeof(RedteamFirst)];

    public static void AddTo(IServiceCollection services, DatabaseChoice database)
    {
        services.AddSingleton(database);
        services.AddPooledDbContextFactory<AccountsContext>(options => database.Configure(options, AccountsContext.History));
        services.AddPooledDbContextFactory<LabellingContext>(options => database.Configure(options, LabellingContext.History));
        services.AddPooledDbContextFactory<RedteamContext>(options => database.Configure(options, RedteamContext.History));
    }

    /// <summary>Keys of data protection in the database.</summary>
    public static void KeepKeys(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("Deliberate");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(keys => keys.XmlRepository = new StoredKeys(provider.GetRequiredService<IDbContextFactory<AccountsContext>>())));
    }

    /// <summary>Brings the database to this program's schema.</summary>
    /// <exception cref="Core.UserError">It cannot be had, or is newer.</exception>
    public static async Task UpgradeAsync(IServiceProvider services, CancellationToken cancellation = default)
    {
        var contexts = await Contexts(services, cancellation);
        try
        {
            if (contexts.Sum(c => c.Database.GetMigrations().Count()) != Migrations.Count) throw new InvalidOperationException("A migration is missing in the list, or in the assembly.");
            await SchemaUpgrade.RunAsync(services.GetRequiredService<DatabaseChoice>(), contexts, cancellation);
        }
        finally
        {
            foreach (var context in contexts) await context.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyList<DbContext>> Contexts(IServiceProvider services, CancellationToken cancellation) =>
    [
        await services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync(cancellation),
        await services.GetRequiredService<IDbContextFactory<LabellingContext>>().CreateDbContextAsync(cancellation),
        await services.GetRequiredService<IDbContextFactory<RedteamContext>>().CreateDbContextAsync(cancellation),
    ];
}

using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Deliberate.Server;

/// <summary>What each connection to SQLite is told: to wait for its turn to write, rather than to fail, and to have a commit on the disk before it is one.</summary>
internal sealed class SqliteSettings : DbConnectionInterceptor
{
    public static SqliteSettings Instance { get; } = new();

    private const string Settings = "PRAGMA busy_timeout=15000; PRAGMA synchronous=FULL;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Settings;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Settings;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

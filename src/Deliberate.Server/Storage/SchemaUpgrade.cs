using Deliberate.Core;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Deliberate.Server;

/// <summary>
/// Brings a database to the schema of this program, one process at a time: several that start at once wait for the first. One that a
/// newer program has upgraded is refused, for what this one would write there nobody has thought of.
/// </summary>
internal static class SchemaUpgrade
{
    /// <summary>Of PostgreSQL's advisory locks, ours: "delib" in letters.</summary>
    private const long LockNumber = 0x64656C6962;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="database">The database.</param>
    /// <param name="contexts">Of its features.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="UserError">It does not answer, may not be written to, is newer, or another process upgrades it without an end.</exception>
    public static async Task RunAsync(DatabaseChoice database, IReadOnlyList<DbContext> contexts, CancellationToken cancellation = default)
    {
        try
        {
            await using var turn = database.Kind == DatabaseKind.Sqlite ? await FileTurn.TakeAsync(database.File!, cancellation) : (IAsyncDisposable)await ServerTurn.TakeAsync(database, contexts[0], cancellation);
            if (database.Kind == DatabaseKind.Sqlite) await MakeFileAsync(database, cancellation);
            foreach (var context in contexts) await RefuseNewerAsync(database, context, cancellation);
            foreach (var context in contexts) await context.Database.MigrateAsync(cancellation);
        }
        catch (Exception error) when (Outage.Is(error))
        {
            throw CannotUse(database, error);
        }
    }

    /// <summary>In words, for whoever named the database.</summary>
    public static UserError CannotUse(DatabaseChoice database, Exception error) => database.Kind == DatabaseKind.Sqlite
        ? new UserError($"The database cannot be used: {Secrets.Redact(error.GetBaseException().Message)}", database.Said, field: "--database", advice: "Name a folder that you may write to, or a database that Deliberate made.", inner: error)
        : new UserError($"{database.Said}: {Secrets.Redact(error.GetBaseException().Message)}", field: "--database", advice: "Does the server run, may this user connect, and does the database exist or may it be made?", inner: error);

    private static async Task RefuseNewerAsync(DatabaseChoice database, DbContext context, CancellationToken cancellation)
    {
        var known = context.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var newer = (await context.Database.GetAppliedMigrationsAsync(cancellation)).Where(m => !known.Contains(m)).ToArray();
        if (newer.Length > 0) throw new UserError($"A newer Deliberate has upgraded this database (to {newer[^1]}).", database.Said, advice: "Use that one, or restore the database from before.");
    }

    /// <summary>An empty database in write-ahead mode, in which readers and the one writer do not wait for each other; and what an upgrade that was killed left locked is freed.</summary>
    private static async Task MakeFileAsync(DatabaseChoice database, CancellationToken cancellation)
    {
        var connection = new SqliteConnectionStringBuilder(database.Connection) { Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ToString();
        await using var file = new SqliteConnection(connection);
        await file.OpenAsync(cancellation);
        await using var command = file.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; DROP TABLE IF EXISTS \"__EFMigrationsLock\";";
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The operating system's lock on a file beside the database: it ends with the process.</summary>
    private sealed class FileTurn(FileLock held) : IAsyncDisposable
    {
        public static async Task<FileTurn> TakeAsync(string database, CancellationToken cancellation)
        {
            var until = TimeProvider.System.GetTimestamp() + (long)(Patience.TotalSeconds * TimeProvider.System.TimestampFrequency);
            while (true)
            {
                try
                {
                    return new FileTurn(FileLock.Acquire(database + ".upgrade", database, "The upgrade of the database"));
                }
                catch (UserError error) when (error.InnerException is IOException && TimeProvider.System.GetTimestamp() < until && File.Exists(database + ".upgrade"))
                {
                    await Task.Delay(100, cancellation);
                }
            }
        }

        public ValueTask DisposeAsync()
        {
            held.Dispose();
            return default;
        }
    }

    /// <summary>An advisory lock of the server: it ends with the connection.</summary>
    private sealed class ServerTurn(NpgsqlConnection connection) : IAsyncDisposable
    {
        public static async Task<ServerTurn> TakeAsync(DatabaseChoice database, DbContext any, CancellationToken cancellation)
        {
            var creator = (RelationalDatabaseCreator)any.GetService<IDatabaseCreator>();
            if (!await creator.ExistsAsync(cancellation)) await MakeAsync(creator, cancellation);
            var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Connection) { Pooling = false, CommandTimeout = (int)Patience.TotalSeconds }.ToString());
            try
            {
                await connection.OpenAsync(cancellation);
                await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({LockNumber})", connection);
                await command.ExecuteNonQueryAsync(cancellation);
                return new ServerTurn(connection);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();

        private static async Task MakeAsync(RelationalDatabaseCreator creator, CancellationToken cancellation)
        {
            try
            {
                await creator.CreateAsync(cancellation);
            }
            catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another process was faster.
            }
        }
    }
}

using System.Globalization;
using Deliberate.Core;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Deliberate.Server;

/// <summary>The databases that stored state can live in.</summary>
internal enum DatabaseKind
{
    /// <summary>A file of this machine.</summary>
    Sqlite,

    /// <summary>A server.</summary>
    Postgres,
}

/// <summary>
/// Where accounts and stored state live: a file, or PostgreSQL by its connection string. One database holds all; each feature has a
/// context, and a table of the migrations that it has had.
/// </summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Connection">The connection string, password included.</param>
/// <param name="Said">The same for messages, without it.</param>
/// <param name="File">Of SQLite.</param>
internal sealed record DatabaseChoice(DatabaseKind Kind, string Connection, string Said, string? File)
{
    /// <summary>Names the database where the command line does not: a connection string holds a password, which everybody on a machine can read of a command line.</summary>
    public const string Variable = "DELIBERATE_DATABASE";

    /// <summary>The file in a folder.</summary>
    public const string FileName = "deliberate.db";

    private static readonly string[] FileEndings = [".db", ".sqlite", ".sqlite3"];

    /// <param name="text">A folder, a file that ends in .db, <c>postgres://…</c>, or a connection string with <c>Host=</c>.</param>
    /// <exception cref="UserError">It is none of these.</exception>
    public static DatabaseChoice Parse(string text)
    {
        if (text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)) return Postgres(FromUri(text));
        if (text.Contains("Host=", StringComparison.OrdinalIgnoreCase) || text.Contains("Server=", StringComparison.OrdinalIgnoreCase)) return Postgres(text);
        if (string.IsNullOrWhiteSpace(text)) throw new UserError("The name of the database is empty.", field: "--database", advice: "Name a folder, a file that ends in .db, or a connection string of PostgreSQL.");
        var path = Path.GetFullPath(FileEndings.Contains(Path.GetExtension(text), StringComparer.OrdinalIgnoreCase) ? text : Path.Combine(text, FileName));
        // Made where it is upgraded, and nowhere else: a file that went away must not come back empty.
        var connection = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, ForeignKeys = true, DefaultTimeout = 30 };
        return new DatabaseChoice(DatabaseKind.Sqlite, connection.ToString(), path, path);
    }

    /// <summary>Options of a context.</summary>
    /// <param name="options">Of the context.</param>
    /// <param name="history">The table of its migrations.</param>
    public void Configure(DbContextOptionsBuilder options, string history)
    {
        // Migrations are written by hand, for both databases at once, and held against the model by a test.
        options.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
        if (Kind == DatabaseKind.Sqlite) options.UseSqlite(Connection, sqlite => sqlite.MigrationsHistoryTable(history)).AddInterceptors(SqliteSettings.Instance);
        else options.UseNpgsql(Connection, postgres => postgres.MigrationsHistoryTable(history));
    }

    private static DatabaseChoice Postgres(string connection)
    {
        NpgsqlConnectionStringBuilder parts;
        try
        {
            parts = new NpgsqlConnectionStringBuilder(connection);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new UserError("This is no connection string of PostgreSQL.", field: "--database", advice: "For example: Host=db.example.org;Username=deliberate;Password=...;Database=deliberate", inner: error);
        }

        if (string.IsNullOrEmpty(parts.Host)) throw new UserError("The connection string names no host.", field: "--database", advice: "For example: Host=db.example.org;Username=deliberate;Database=deliberate");
        if (parts.Password is { Length: > 0 } password) Secrets.Remember(password);
        if (!parts.ContainsKey("Timeout")) parts.Timeout = 5;
        if (!parts.ContainsKey("Command Timeout")) parts.CommandTimeout = 15;
        if (string.IsNullOrEmpty(parts.ApplicationName)) parts.ApplicationName = "deliberate";
        return new DatabaseChoice(DatabaseKind.Postgres, parts.ToString(), string.Create(CultureInfo.InvariantCulture, $"PostgreSQL, {parts.Database ?? parts.Username} at {parts.Host}:{parts.Port}"), null);
    }

    private static string FromUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw new UserError("This is no address of PostgreSQL.", field: "--database", advice: "For example: postgres://deliberate:PASSWORD@db.example.org/deliberate");
        var parts = new NpgsqlConnectionStringBuilder { Host = uri.Host, Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort };
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0) parts.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) parts.Password = Uri.UnescapeDataString(user[1]);
        if (uri.AbsolutePath.Length > 1) parts.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        return parts.ToString();
    }
}

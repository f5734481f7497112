using System.Diagnostics;
using System.Globalization;
using Deliberate.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(Deliberate.Server.Tests.Postgres))]

namespace Deliberate.Server.Tests;

/// <summary>One PostgreSQL for all tests of the project, from Debian's package, with a database of its own for each that asks. Tests skip where it cannot be had, and say why.</summary>
public sealed class Postgres : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"deliberate-postgres-{Environment.ProcessId}");
    private readonly SemaphoreSlim _one = new(1);
    private string? _connection, _problem;
    private int _databases;
    private bool _hasEmpty;

    /// <summary>The connection string of a database that is not there yet.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var connection = await StartAsync();
        return Named(connection, string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}"));
    }

    /// <summary>The connection string of a database of this program's schema with nothing in it: the server copies one, for migrations take longer than most tests.</summary>
    public async Task<string> EmptyDatabaseAsync()
    {
        var database = await NewDatabaseAsync();
        await _one.WaitAsync();
        try
        {
            if (!_hasEmpty)
            {
                // A database is copied only while nobody is connected to it.
                await using (await LabellingDatabase.OpenAsync(new NpgsqlConnectionStringBuilder(Named(database, Empty)) { Pooling = false }.ToString(), mayMake: true)) _hasEmpty = true;
            }

            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Named(database, "postgres")) { Pooling = false }.ToString());
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = $"CREATE DATABASE {new NpgsqlConnectionStringBuilder(database).Database} TEMPLATE {Empty}";
            await command.ExecuteNonQueryAsync();
        }
        finally
        {
            _one.Release();
        }

        return database;
    }

    /// <summary>A cluster that a test stops and starts as it likes.</summary>
    /// <param name="action">start, stop or remove.</param>
    /// <param name="folder">Of the cluster.</param>
    /// <param name="isFast">Without waiting for the disk: what was committed does not outlive a stop.</param>
    internal static async Task<(int Code, string Said)> ScriptAsync(string action, string folder, bool isFast = false)
    {
        var start = new ProcessStartInfo(Repository.Path("scripts/postgres.sh")) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in isFast ? new[] { action, folder, "fast" } : [action, folder]) start.ArgumentList.Add(argument);
        using var script = Process.Start(start)!;
        // The server that it starts keeps the pipe of errors open: what is said is read as far as the script itself goes.
        var said = script.StandardOutput.ReadLineAsync();
        var wrong = script.StandardError.ReadLineAsync();
        await script.WaitForExitAsync();
        return script.ExitCode == 0 ? (0, await said ?? "") : (script.ExitCode, await wrong ?? "");
    }

    internal static void SkipWithout(int code, string said) => Assert.SkipWhen(code != 0, $"PostgreSQL cannot be started: {said}");

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await ScriptAsync("remove", _folder);
        _one.Dispose();
    }

    private const string Empty = "empty";

    private static string Named(string connection, string database) => new NpgsqlConnectionStringBuilder(connection) { Database = database }.ToString();

    private async Task<string> StartAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (_connection is null && _problem is null)
            {
                var (code, said) = await ScriptAsync("start", _folder, isFast: true);
                if (code == 0) _connection = said;
                else _problem = said;
            }
        }
        finally
        {
            _one.Release();
        }

        Assert.SkipWhen(_problem is not null, $"PostgreSQL cannot be started: {_problem}");
        return _connection!;
    }
}

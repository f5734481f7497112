using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Deliberate.Benchmarks;

/// <summary>
/// Where a load test keeps its state: a folder of SQLite, a new database behind a connection string, or a new database of a PostgreSQL
/// cluster of its own, which <c>scripts/postgres.sh</c> starts and which goes with it.
/// </summary>
internal sealed partial class LoadDatabase : IDisposable
{
    /// <summary>What a command line says for SQLite, and for a cluster of its own.</summary>
    public const string Sqlite = "sqlite", Postgres = "postgres";

    private readonly string _folder;
    private readonly bool _isCluster;

    private LoadDatabase(string folder, string place, bool isCluster, bool isPostgres) => (_folder, Place, _isCluster, IsPostgres) = (folder, place, isCluster, isPostgres);

    /// <summary>As <c>--database</c> has it.</summary>
    public string Place { get; }

    public bool IsPostgres { get; }

    /// <param name="name">Of the load, for the folder and the database.</param>
    /// <param name="choice"><see cref="Sqlite"/>, <see cref="Postgres"/> or a connection string.</param>
    public static LoadDatabase Open(string name, string choice)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"deliberate-{name}-benchmark-{Environment.ProcessId}");
        if (choice == Sqlite) return new LoadDatabase(Directory.CreateDirectory(folder).FullName, folder, isCluster: false, isPostgres: false);
        var isCluster = choice == Postgres;
        var connection = isCluster ? Script("start", folder) : choice;
        return new LoadDatabase(folder, Database().Replace(connection, string.Create(CultureInfo.InvariantCulture, $"Database={name}{Environment.ProcessId}")), isCluster, isPostgres: true);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (_isCluster) Script("remove", _folder);
        else if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static string Script(string action, string folder)
    {
        var start = new ProcessStartInfo("scripts/postgres.sh") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in new[] { action, folder }) start.ArgumentList.Add(argument);
        using var script = Process.Start(start)!;
        var said = script.StandardOutput.ReadLine() ?? "";
        script.WaitForExit();
        return script.ExitCode == 0 ? said : throw new InvalidDataException("scripts/postgres.sh could not start PostgreSQL; run from the repository's folder.");
    }

    [GeneratedRegex("Database=[^;]*")]
    private static partial Regex Database();
}

using System.CommandLine;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary><c>--database</c>, for each command that works on accounts and labels.</summary>
internal sealed class LabellingOptions
{
    /// <summary>Where they are unless something is named.</summary>
    public const string Usual = "labelling";

    private readonly Option<string?> _database = Option();

    /// <summary>The option by itself, for commands that serve.</summary>
    public static Option<string?> Option() => new("--database")
    {
        HelpName = "place",
        Description = $"A folder, a file that ends in .db, or PostgreSQL's connection string. Left out, what {DatabaseChoice.Variable} says (a command line shows passwords to others), else ./{Usual}.",
    };

    public void AddTo(Command command) => command.Add(_database);

    /// <summary>What was named, or the usual place.</summary>
    public static string Place(string? named) => named ?? (Environment.GetEnvironmentVariable(DatabaseChoice.Variable) is { Length: > 0 } variable ? variable : Usual);

    /// <summary>Does something with the database.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="work">What.</param>
    /// <param name="mayMake">Whether one that is not there is made.</param>
    public T Run<T>(ParseResult parsed, Func<LabellingDatabase, CancellationToken, Task<T>> work, bool mayMake = false)
    {
        using var stop = new StopSignal("Stopping.");
        return RunAsync(Place(parsed.GetValue(_database)), work, mayMake, stop.Token).GetAwaiter().GetResult();
    }

    private static async Task<T> RunAsync<T>(string place, Func<LabellingDatabase, CancellationToken, Task<T>> work, bool mayMake, CancellationToken cancellation)
    {
        await using var database = await LabellingDatabase.OpenAsync(place, mayMake, cancellation: cancellation);
        try
        {
            return await work(database, cancellation);
        }
        catch (Exception error) when (Outage.Is(error))
        {
            throw SchemaUpgrade.CannotUse(DatabaseChoice.Parse(place), error);
        }
    }
}

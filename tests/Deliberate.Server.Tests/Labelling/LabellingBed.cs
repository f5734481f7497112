using Deliberate.Core;
using Deliberate.Reasoning;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server.Tests;

/// <summary>A database of either kind with a project in it, for as long as a test.</summary>
internal sealed class LabellingBed : IAsyncDisposable
{
    /// <summary>A file of this program's schema with nothing in it: migrations take longer than most tests, and are tested by their own.</summary>
    private static readonly Lazy<Task<byte[]>> s_empty = new(MakeEmptyAsync);

    private readonly string? _folder;

    private LabellingBed(LabellingDatabase database, ManualClock clock, string place, string? folder) => (Database, Clock, Place, _folder) = (database, clock, place, folder);

    public LabellingDatabase Database { get; }

    public ManualClock Clock { get; }

    /// <summary>As <c>--database</c> names it.</summary>
    public string Place { get; }

    /// <param name="kind">sqlite or postgres.</param>
    /// <param name="postgres">Where one of the second can be had.</param>
    /// <param name="openModel">Opens models that are tested; none are where it is left out.</param>
    public static async Task<LabellingBed> StartAsync(string kind, Postgres postgres, Func<string, Deliberate.Evaluation.EvaluationModel>? openModel = null)
    {
        var folder = kind == "sqlite" ? Directory.CreateTempSubdirectory("deliberate-labelling-").FullName : null;
        if (folder is not null) await File.WriteAllBytesAsync(Path.Combine(folder, DatabaseChoice.FileName), await s_empty.Value);
        var place = folder ?? await postgres.EmptyDatabaseAsync();
        var clock = new ManualClock();
        return new LabellingBed(await LabellingDatabase.OpenAsync(place, mayMake: true, clock, openModel: openModel), clock, place, folder);
    }

    /// <summary>The tables themselves, for what no command shows.</summary>
    public LabellingContext Tables()
    {
        var options = new DbContextOptionsBuilder<LabellingContext>();
        DatabaseChoice.Parse(Place).Configure(options, LabellingContext.History);
        return new LabellingContext(options.Options);
    }

    /// <summary>A project of phase 2 unless said otherwise, with solutions of three steps.</summary>
    public async Task<LabellingProject> ProjectAsync(int items, Action<LabellingProject>? change = null, int screening = 0, int quality = 0)
    {
        var project = new LabellingProject { Name = "arithmetic", Title = "Arithmetic", Kind = LabellingKind.Phase2, DoubleShare = 0, QualityEvery = 0 };
        change?.Invoke(project);
        await Database.Projects.CreateAsync(project);
        await Database.Projects.AddAsync(project, Enumerable.Range(0, screening).Select(i => Item($"screening {i}", known: true)), ItemPurpose.Screening);
        await Database.Projects.AddAsync(project, Enumerable.Range(0, quality).Select(i => Item($"quality {i}", known: true)), ItemPurpose.Quality);
        await Database.Projects.AddAsync(project, Enumerable.Range(0, items).Select(i => Item($"problem {i}", known: false)), ItemPurpose.Ordinary);
        return (await Database.Projects.FindAsync(project.Name))!;
    }

    /// <summary>Three steps; of known ones the second is wrong.</summary>
    public static NewItem Item(string problem, bool known)
    {
        string[] steps = ["First.", "Second.", "Third.\n\n# Answer\n\n7"];
        var content = new ItemContent { Problem = problem, ReferenceAnswer = "7", Steps = steps };
        var gold = new LabelledSolution
        {
            Labeler = "known",
            Timestamp = "",
            Generation = null,
            IsQualityControlQuestion = true,
            IsInitialScreeningQuestion = false,
            TotalTime = null,
            Finish = LabelFinish.FoundError,
            Question = new LabelQuestion(problem, null, "7", steps, null, null),
            Steps = [new LabelledStep([new LabelledCompletion(steps[0], 1, false)], null, 0), new LabelledStep([new LabelledCompletion(steps[1], -1, false)], null, null)],
        };
        return new NewItem(content, known ? LabelComparison.Line(gold) : null, null);
    }

    /// <summary>An account, made as people make it.</summary>
    public async Task<Account> AccountAsync(string name, AccountRole role = AccountRole.Labeller, string password = "a good passphrase") =>
        await Database.Accounts.AcceptAsync(await Database.Accounts.InviteAsync(Actor.CommandLine, role, name), name, password);

    /// <summary>Labels an assignment: the ratings of its steps, up to the first -1.</summary>
    public async Task<Assignment> LabelAsync(Assignment assignment, params int[] ratings)
    {
        var revision = assignment.Revision;
        for (var i = 0; i < ratings.Length; i++)
            revision = (await Database.Desk.JudgeAsync(assignment.Lease, assignment.AccountId, Rating(revision, i, ratings[i]))).Revision;
        var isWrong = ratings[^1] == -1;
        if (isWrong) revision = (await Database.Desk.JudgeAsync(assignment.Lease, assignment.AccountId, new DraftChange { Revision = revision, Mistake = new DraftMistake { Progress = 1 } })).Revision;
        return await Database.Desk.FinishAsync(assignment.Lease, assignment.AccountId, revision, isWrong ? LabelFinish.FoundError : LabelFinish.Solution, null, 1000);
    }

    public static DraftChange Rating(int revision, int step, int? rating) => new() { Revision = revision, Index = step, Step = new DraftStep { Ratings = [rating], Flags = [false], Milliseconds = 500 }, Milliseconds = 500 };

    public async Task<string[]> ExportAsync(LabellingProject project, ExportChoice choice)
    {
        using var stream = new MemoryStream();
        await Database.Export.WriteAsync(project, choice, stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private static async Task<byte[]> MakeEmptyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-empty-").FullName;
        await using (await LabellingDatabase.OpenAsync(folder, mayMake: true))
        {
            // Made, and nothing written.
        }

        var file = Path.Combine(folder, DatabaseChoice.FileName);
        await using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString()))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            // What stands in the log beside the file goes into it.
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await command.ExecuteNonQueryAsync();
        }

        var bytes = await File.ReadAllBytesAsync(file);
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        return bytes;
    }
}

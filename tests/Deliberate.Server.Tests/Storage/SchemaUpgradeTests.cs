using System.Text.RegularExpressions;
using Deliberate.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;

namespace Deliberate.Server.Tests;

/// <summary>The database's schema, of both kinds: from its first migration on, by several at once, refused where it is newer.</summary>
public sealed partial class SchemaUpgradeTests(Postgres postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-schema-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_database_of_the_first_migration_is_upgraded_with_what_is_in_it(string kind)
    {
        var database = await ChoiceAsync(kind);
        await using (var accounts = Accounts(database))
        await using (var labels = Labels(database))
        {
            await MakeAsync(database, accounts);
            foreach (var context in new DbContext[] { accounts, labels }) await context.GetService<IMigrator>().MigrateAsync(context.Database.GetMigrations().First());
            (await labels.Database.GetPendingMigrationsAsync()).ShouldNotBeEmpty("so that there is something to upgrade");
            await labels.Database.ExecuteSqlRawAsync("INSERT INTO label_projects (\"Name\", \"Title\", \"Kind\", \"PassMark\", \"QualityEvery\", \"DoubleShare\", \"LeaseMinutes\", \"IsOpen\", \"Created\") VALUES ('old', 'Old', 'Phase2', 0.75, 0, 0, 30, true, 0)");
            await labels.Database.ExecuteSqlRawAsync("INSERT INTO label_items (\"ProjectId\", \"Number\", \"Purpose\", \"Content\", \"Hash\", \"Wanted\", \"Labels\", \"IsOpen\", \"HeldUntil\", \"Review\") VALUES (1, 1, 'Ordinary', {0}, 'hash', 1, 0, true, 0, 'None')", LabellingBed.Item("from before", known: false).Content.ToJson());
        }

        await using var opened = await LabellingDatabase.OpenAsync(Name(database), mayMake: false);
        var project = await opened.Projects.NeedAsync("old");
        var (assignment, _) = await opened.Queue.NextAsync(project, Guid.NewGuid());
        ItemContent.Read(assignment!.Item!.Content).Problem.ShouldBe("from before");
        assignment.Item.Priority.ShouldBe(0);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Migrations_make_what_the_contexts_ask_for(string kind)
    {
        var (migrated, made) = (await ChoiceAsync(kind), await ChoiceAsync(kind));
        foreach (var make in new Func<DatabaseChoice, DbContext>[] { Accounts, Labels, Redteam })
        {
            await using var by = make(migrated);
            await SchemaUpgrade.RunAsync(migrated, [by]);
            await using var from = make(made);
            await MakeAsync(made, from);
            await from.Database.ExecuteSqlRawAsync(from.Database.GenerateCreateScript().Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
        }

        var columns = await SchemaAsync(made);
        (await SchemaAsync(migrated)).ShouldBe(columns);
        columns.Count.ShouldBeGreaterThan(60);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_database_that_a_newer_program_upgraded_is_refused(string kind)
    {
        var database = await ChoiceAsync(kind);
        await using (await LabellingDatabase.OpenAsync(Name(database), mayMake: true))
        await using (var labels = Labels(database))
        {
            await labels.Database.ExecuteSqlRawAsync("INSERT INTO labelling_migrations (\"MigrationId\", \"ProductVersion\") VALUES ('29990101000000_from_the_future', '99')");
        }

        var error = await Should.ThrowAsync<UserError>(() => LabellingDatabase.OpenAsync(Name(database), mayMake: false));
        error.Message.ShouldContain("newer Deliberate");
        error.Message.ShouldContain("from_the_future");
        error.Message.ShouldNotContain("Password");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Several_that_start_at_once_upgrade_it_once(string kind)
    {
        var database = await ChoiceAsync(kind);
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => LabellingDatabase.OpenAsync(Name(database), mayMake: true))));
        foreach (var one in opened)
        {
            (await one.Projects.ListAsync()).ShouldBeEmpty();
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_upgrade_that_was_killed_does_not_lock_a_file_for_good()
    {
        var database = await ChoiceAsync("sqlite");
        await using (await LabellingDatabase.OpenAsync(Name(database), mayMake: true))
        await using (var labels = Labels(database))
        {
            // What EF Core leaves behind when it is killed in the middle.
            await labels.Database.ExecuteSqlRawAsync("CREATE TABLE IF NOT EXISTS \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL CONSTRAINT \"PK___EFMigrationsLock\" PRIMARY KEY, \"Timestamp\" TEXT NOT NULL)");
            await labels.Database.ExecuteSqlRawAsync("INSERT OR IGNORE INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01')");
        }

        await using var again = await LabellingDatabase.OpenAsync(Name(database), mayMake: false).WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("postgres://u:secret-word@127.0.0.1:1/x", "PostgreSQL, x at 127.0.0.1:1")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=secret-word;Database=x", "PostgreSQL, x at 127.0.0.1:1")]
    public async Task A_database_that_does_not_answer_is_said_without_its_password(string name, string said)
    {
        var error = await Should.ThrowAsync<UserError>(() => LabellingDatabase.OpenAsync(name, mayMake: true));
        error.Message.ShouldContain(said);
        error.Message.ShouldNotContain("secret-word");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_said()
    {
        var file = Path.Combine(_folder, "text.db");
        await File.WriteAllTextAsync(file, new string('x', 4096));
        (await Should.ThrowAsync<UserError>(() => LabellingDatabase.OpenAsync(file, mayMake: true))).Message.ShouldContain(file);
        (await Should.ThrowAsync<UserError>(() => LabellingDatabase.OpenAsync(Path.Combine(_folder, "none"), mayMake: false))).Message.ShouldContain("There is no database");
        Should.Throw<UserError>(() => DatabaseChoice.Parse("Host=")).Message.ShouldContain("no host");
    }

    private static AccountsContext Accounts(DatabaseChoice database)
    {
        var options = new DbContextOptionsBuilder<AccountsContext>();
        database.Configure(options, AccountsContext.History);
        return new AccountsContext(options.Options);
    }

    private static LabellingContext Labels(DatabaseChoice database)
    {
        var options = new DbContextOptionsBuilder<LabellingContext>();
        database.Configure(options, LabellingContext.History);
        return new LabellingContext(options.Options);
    }

    private static RedteamContext Redteam(DatabaseChoice database)
    {
        var options = new DbContextOptionsBuilder<RedteamContext>();
        database.Configure(options, RedteamContext.History);
        return new RedteamContext(options.Options);
    }

    private static async Task MakeAsync(DatabaseChoice database, DbContext context)
    {
        if (database.File is { } file)
        {
            if (!File.Exists(file)) await File.WriteAllBytesAsync(file, []);
            return;
        }

        var creator = (RelationalDatabaseCreator)context.GetService<IDatabaseCreator>();
        if (!await creator.ExistsAsync()) await creator.CreateAsync();
    }

    /// <summary>Tables, columns with their types and indices, as the database itself says.</summary>
    private static async Task<List<string>> SchemaAsync(DatabaseChoice database)
    {
        await using var context = Labels(database);
        var sql = database.Kind == DatabaseKind.Sqlite
            ? "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk AS \"Value\" FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%migrations%' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' UNION SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            : "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || is_identity AS \"Value\" FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%migrations%' UNION SELECT indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '%migrations%'";
        return [.. (await context.Database.SqlQueryRaw<string>(sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)).ToListAsync()).Select(s => Spaces().Replace(s, " ")).Order(StringComparer.Ordinal)];
    }

    private async Task<DatabaseChoice> ChoiceAsync(string kind) => DatabaseChoice.Parse(kind == "sqlite" ? Path.Combine(_folder, $"{Guid.NewGuid():N}.db") : await postgres.NewDatabaseAsync());

    private static string Name(DatabaseChoice database) => database.File ?? database.Connection;

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

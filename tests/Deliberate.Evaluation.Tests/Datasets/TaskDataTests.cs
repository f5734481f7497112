using System.Globalization;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Evaluation.Tests;

public sealed class TaskDataTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-data-").FullName;
    private readonly List<UsedData> _used = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Data_is_fetched_once_and_pinned_by_its_hash()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, "one\n"));
        using var http = new ProviderHandlers(Configuration(offline: null));
        var (set, context) = (Set(server.Port), Context(http));
        var path = await TaskData.PathOf(context, set, "rows.txt", TestContext.Current.CancellationToken);
        (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ShouldBe("one\n");
        await TaskData.PathOf(context, set, "rows.txt", TestContext.Current.CancellationToken);
        server.Connections.ShouldBe(1);

        // SHA-256 of "one\n", by sha256sum.
        const string Hash = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806";
        _used.ShouldBe([new UsedData("made-up/rows.txt", Hash, 4), new UsedData("made-up/rows.txt", Hash, 4)]);
        var pinned = await File.ReadAllTextAsync(context.LockFile!, TestContext.Current.CancellationToken);
        pinned.ShouldContain(Hash);
        pinned.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{server.Port}/rows.txt"));
    }

    [Fact]
    public async Task Data_that_is_not_what_was_pinned_is_refused()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, "one\n"), ScriptedServer.Answer(200, "two\n"));
        using var http = new ProviderHandlers(Configuration(offline: null));
        var (set, context) = (Set(server.Port), Context(http));
        File.Delete(await TaskData.PathOf(context, set, "rows.txt", TestContext.Current.CancellationToken));
        var error = await Should.ThrowAsync<UserError>(() => TaskData.PathOf(context, set, "rows.txt", TestContext.Current.CancellationToken));
        error.Message.ShouldContain("made-up/rows.txt is not the data that was pinned");
        error.Message.ShouldContain("delete its entry in the lock file");
    }

    [Fact]
    public async Task In_offline_mode_nothing_is_connected_to()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, "one\n"));
        using var http = new ProviderHandlers(Configuration(offline: "--offline"));
        var error = await Should.ThrowAsync<UserError>(() => TaskData.PathOf(Context(http), Set(server.Port), "rows.txt", TestContext.Current.CancellationToken));
        error.Message.ShouldContain("this is offline mode (--offline)");
        error.Message.ShouldContain("--data");
        server.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_source_that_has_moved_is_named()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(404, "{}"));
        using var http = new ProviderHandlers(Configuration(offline: null));
        var error = await Should.ThrowAsync<UserError>(() => TaskData.PathOf(Context(http), Set(server.Port), "rows.txt", TestContext.Current.CancellationToken));
        error.Message.ShouldContain("has nothing at /rows.txt (404)");
        File.Exists(Path.Combine(_folder, "cache", "made-up", "rows.txt")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_folder_of_the_users_is_taken_as_it_is()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "mine", "made-up"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "mine", "made-up", "rows.txt"), "own\n", TestContext.Current.CancellationToken);
        var context = Context(null) with { DataFolder = Path.Combine(_folder, "mine") };
        (await TaskData.PathOf(context, Set(1), "rows.txt", TestContext.Current.CancellationToken)).ShouldBe(Path.Combine(_folder, "mine", "made-up", "rows.txt"));
        _used.Single().Bytes.ShouldBe(4);
        File.Exists(context.LockFile).ShouldBeFalse();

        // The set's own folder will do too.
        await TaskData.PathOf(context with { DataFolder = Path.Combine(_folder, "mine", "made-up") }, Set(1), "rows.txt", TestContext.Current.CancellationToken);
        var missing = await Should.ThrowAsync<UserError>(() => TaskData.PathOf(context with { DataFolder = _folder }, Set(1), "rows.txt", TestContext.Current.CancellationToken));
        missing.Message.ShouldContain("The folder has no made-up/rows.txt.");
        missing.Message.ShouldContain("http://127.0.0.1:1/rows.txt");
    }

    [Theory]
    [InlineData("{\"files\": ", ":1: The lock file is not valid JSON.")]
    [InlineData("[]", "This is no lock file of data.")]
    [InlineData("{\"format_version\": 99, \"files\": {}}", "The lock file has format 99")]
    public void A_lock_file_that_is_none_is_refused(string text, string message)
    {
        var path = Path.Combine(_folder, "lock.json");
        File.WriteAllText(path, text);
        Should.Throw<UserError>(() => DataLock.Check(path, new UsedData("a/b", "00", 1), new Uri("http://a/"), "b")).Message.ShouldContain(message);
    }

    [Fact]
    public void Every_set_names_its_licence_and_where_it_is_from()
    {
        var sets = typeof(DataSets).GetProperties().Select(p => p.GetValue(null)).OfType<DataSet>().ToArray();
        sets.Length.ShouldBeGreaterThanOrEqualTo(13);
        sets.Select(s => s.Name).ShouldBeUnique();
        sets.ShouldAllBe(s => s.Licence.Length > 0 && s.Home.Scheme == "https" && s.Files.Count > 0);
        sets.SelectMany(s => s.Files).ShouldAllBe(f => f.Address == null || f.Address.Scheme == "https");
    }

    [Fact]
    public void A_larger_limit_has_the_items_of_a_smaller_one_and_a_new_row_moves_no_other()
    {
        var items = Enumerable.Range(0, 100).Select(i => new EvaluationItem { Id = i.ToString(CultureInfo.InvariantCulture), Messages = GeneratedItems.Ask("?") }).ToArray();
        var order = ItemOrder.Drawn(items, 1).Select(i => i.Id).ToArray();
        order.ShouldNotBe(items.Select(i => i.Id));
        ItemOrder.Drawn(items.Reverse(), 1).Select(i => i.Id).ShouldBe(order);
        ItemOrder.Drawn(items.Skip(1), 1).Select(i => i.Id).ShouldBe(order.Where(id => id != "0"));
        ItemOrder.Drawn(items, 2).Select(i => i.Id).ShouldNotBe(order);
    }

    private static DataSet Set(int port) => new("made-up", "Rows that a test made up", "none", new Uri("https://example.org/"), [new DataFile("rows.txt", new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/rows.txt")))]);

    private static ProgramConfiguration Configuration(string? offline) => new(null, new ProgramSettings(), offline, []);

    private TaskContext Context(ProviderHandlers? http) => new() { CacheFolder = Path.Combine(_folder, "cache"), LockFile = Path.Combine(_folder, "data.lock.json"), Http = http, Used = _used.Add };
}

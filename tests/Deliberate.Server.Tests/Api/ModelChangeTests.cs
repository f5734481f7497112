using System.Text.Json.Nodes;
using Deliberate.Testing;

namespace Deliberate.Server.Tests;

/// <summary>A model that changes under the running server: requests in work are finished by the old one, new ones get the new one, and what cannot be served changes nothing.</summary>
public sealed class ModelChangeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-change-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_is_changed_while_an_answer_is_written_and_no_request_is_dropped()
    {
        Put("qwen3");
        await using var api = await Served(reloads: true);
        var first = await AskAsync(api);
        // As many as take a while.
        var writing = Enumerable.Range(0, 6).Select(i => api.StreamAsync("/v1/chat/completions", Chat(i, stream: true, tokens: 90))).ToArray();
        Put("llama");
        var failures = 0;
        JsonNode now = first;
        for (var i = 0; i < 300 && Fingerprint(now) == Fingerprint(first); i++)
        {
            var (status, body) = await api.PostAsync("/v1/chat/completions", Chat(i, stream: false, tokens: 2));
            if (status != 200) failures++;
            else now = body;
            await Task.Delay(20);
        }

        failures.ShouldBe(0);
        Fingerprint(now).ShouldNotBe(Fingerprint(first));
        foreach (var stream in await Task.WhenAll(writing))
        {
            stream[^1].Data.ShouldBeNull();
            stream[^2].Data!["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBeOneOf("length", "stop");
            stream.Where(e => e.Data is not null).Select(e => Fingerprint(e.Data!)).Distinct().ShouldHaveSingleItem();
        }

        var metrics = (await api.SendAsync(HttpMethod.Get, "/metrics", null, null)).Text;
        metrics.ShouldContain("deliberate_model_changes_total{model=\"m\"} 1");
        metrics.ShouldContain("deliberate_model_stale{model=\"m\"} 0");
        (await api.GetAsync("/v1/models")).Body["data"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_change_is_told_and_made_only_when_told_to_and_one_that_is_none_changes_nothing()
    {
        Put("qwen3");
        await using var api = await Served(reloads: false);
        var first = await AskAsync(api);
        var (_, response) = await api.PostAsync("/v1/responses", new { model = "m", input = "a", max_output_tokens = 20 });
        Put("llama");
        await Eventually(async () => (await api.SendAsync(HttpMethod.Get, "/metrics", null, null)).Text.Contains("deliberate_model_stale{model=\"m\"} 1", StringComparison.Ordinal));
        Fingerprint(await AskAsync(api)).ShouldBe(Fingerprint(first));
        (await api.Server.ReloadAsync()).ShouldBe(["m"]);
        var second = await AskAsync(api);
        Fingerprint(second).ShouldNotBe(Fingerprint(first));
        // A conversation goes on with the new model.
        var (status, next) = await api.PostAsync("/v1/responses", new { model = "m", input = "b", max_output_tokens = 20, previous_response_id = response["id"]!.GetValue<string>() });
        status.ShouldBe(200, next.ToJsonString());

        (await api.Server.ReloadAsync()).ShouldBeEmpty();
        File.WriteAllText(Path.Combine(_folder, "m", "config.json"), "{ no json");
        (await api.Server.ReloadAsync()).ShouldBeEmpty();
        Fingerprint(await AskAsync(api)).ShouldBe(Fingerprint(second));
        Directory.Delete(Path.Combine(_folder, "m"), recursive: true);
        (await api.Server.ReloadAsync()).ShouldBeEmpty();
        Fingerprint(await AskAsync(api)).ShouldBe(Fingerprint(second));
    }

    [Fact]
    public void What_was_taken_away_is_freed_when_the_last_that_may_use_it_is_over()
    {
        using var epochs = new RequestEpochs();
        var (first, second) = (new Freed(), new Freed());
        var before = epochs.Enter();
        epochs.Retire(first);
        var between = epochs.Enter();
        epochs.Retire(second);
        var after = epochs.Enter();
        between.Dispose();
        between.Dispose();
        // One that began before both may have either.
        (first.Count, second.Count).ShouldBe((0, 0));
        before.Dispose();
        (first.Count, second.Count).ShouldBe((1, 1));
        after.Dispose();
        var last = new Freed();
        epochs.Retire(last);
        last.Count.ShouldBe(1);
    }

    private static object Chat(int seed, bool stream, int tokens) => new { model = "m", messages = new[] { new { role = "user", content = "a" } }, seed, max_tokens = tokens, temperature = 1.0, stream };

    private static async Task<JsonNode> AskAsync(ServedApi api)
    {
        var (status, body) = await api.PostAsync("/v1/chat/completions", Chat(1, stream: false, tokens: 3));
        status.ShouldBe(200, body.ToJsonString());
        return body;
    }

    private static string Fingerprint(JsonNode answer) => answer["system_fingerprint"]!.GetValue<string>();

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await holds()) return;
            await Task.Delay(50);
        }

        throw new Xunit.Sdk.XunitException("It never came true.");
    }

    private Task<ServedApi> Served(bool reloads) => ServedApi.StartRealAsync(new ServedModelOptions("m", Path.Combine(_folder, "m")), o => o with { Reloads = reloads, WatchEvery = TimeSpan.FromMilliseconds(100) });

    /// <summary>Puts the files of a model in the place of those that are there, each by a rename, as whoever replaces a model should.</summary>
    private void Put(string name)
    {
        var to = Directory.CreateDirectory(Path.Combine(_folder, "m")).FullName;
        var from = SharedFolder.Path("fixtures", "models", name);
        foreach (var file in Directory.GetFiles(from))
        {
            var copy = Path.Combine(_folder, Path.GetFileName(file));
            File.Copy(file, copy, overwrite: true);
            File.SetLastWriteTimeUtc(copy, DateTime.UtcNow);
            File.Move(copy, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        foreach (var file in Directory.GetFiles(to).Where(f => !File.Exists(Path.Combine(from, Path.GetFileName(f))))) File.Delete(file);
    }

    private sealed class Freed : IDisposable
    {
        public int Count { get; private set; }

        public void Dispose() => Count++;
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Server.Tests;

/// <summary>Keys, limits, the queue, and what happens when a client or the server goes away.</summary>
public sealed class OperationTests
{
    private static readonly object Hello = new { model = "m", messages = new[] { new { role = "user", content = "a" } } };

    [Fact]
    public async Task A_key_is_needed_once_there_is_one_and_what_is_stored_is_its_own()
    {
        var file = new ApiKeyFile(Path.Combine(Directory.CreateTempSubdirectory("deliberate-keys-").FullName, "keys.json"));
        var (first, kept) = file.Create("first", null, null, DateTimeOffset.UtcNow);
        var (second, _) = file.Create("second", null, null, DateTimeOffset.UtcNow);
        (await File.ReadAllTextAsync(file.Path)).ShouldNotContain(first);
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm</think>\n\nYes."), o => o with { Keys = file.Path });
        foreach (var key in new[] { null, "dk-nonsense", kept.Hash, kept.Id })
        {
            var (status, body) = await api.PostAsync("/v1/chat/completions", Hello, key);
            status.ShouldBe(401);
            body.ShouldBeError();
        }

        (await api.GetAsync("/health")).Status.ShouldBe(200);
        (await api.GetAsync("/metrics")).Status.ShouldBe(401);
        var (_, response) = await api.PostAsync("/v1/responses", new { model = "m", input = "a", include = new[] { "reasoning.encrypted_content" } }, first);
        var id = response["id"]!.GetValue<string>();
        (await api.GetAsync($"/v1/responses/{id}", first)).Status.ShouldBe(200);
        (await api.GetAsync($"/v1/responses/{id}", second)).Status.ShouldBe(404);
        (await api.PostAsync("/v1/responses", new { model = "m", input = "a", previous_response_id = id }, second)).Status.ShouldBe(404);
        var foreign = new object[] { new { role = "user", content = "a" }, response["output"]![0]!.DeepClone() };
        (await api.PostAsync("/v1/responses", new { model = "m", input = foreign }, first)).Status.ShouldBe(200);
        (await api.PostAsync("/v1/responses", new { model = "m", input = foreign }, second)).Status.ShouldBe(400);
        file.Revoke("first", DateTimeOffset.UtcNow);
        await Eventually(async () => (await api.PostAsync("/v1/chat/completions", Hello, first)).Status == 401);
        file.Revoke("second", DateTimeOffset.UtcNow);
        await Eventually(async () => (await api.PostAsync("/v1/chat/completions", Hello, second)).Status == 401);
        (await api.PostAsync("/v1/chat/completions", Hello)).Status.ShouldBe(401);
        var log = await File.ReadAllTextAsync(Path.Combine(api.Folder, "requests.jsonl"));
        log.ShouldContain("\"key\":\"first\"");
        log.ShouldNotContain(first);
    }

    [Fact]
    public async Task A_key_that_used_its_requests_or_tokens_is_told_when_to_come_back()
    {
        var file = new ApiKeyFile(Path.Combine(Directory.CreateTempSubdirectory("deliberate-keys-").FullName, "keys.json"));
        var (few, _) = file.Create("few", 2, null, DateTimeOffset.UtcNow);
        var (small, _) = file.Create("small", null, 10, DateTimeOffset.UtcNow);
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm</think>\n\nYes."), o => o with { Keys = file.Path });
        foreach (var (key, allowed, what) in new[] { (few, 2, "requests"), (small, 1, "tokens") })
        {
            for (var i = 0; i < allowed; i++) (await api.PostAsync("/v1/chat/completions", Hello, key)).Status.ShouldBe(200);
            var (status, text, headers) = await api.SendAsync(HttpMethod.Post, "/v1/chat/completions", System.Text.Json.JsonSerializer.Serialize(Hello), key);
            status.ShouldBe(429, text);
            var error = JsonNode.Parse(text)!;
            error.ShouldBeError();
            error["error"]!["code"]!.GetValue<string>().ShouldBe("rate_limit_exceeded");
            error["error"]!["type"]!.GetValue<string>().ShouldBe(what);
            headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 600);
            headers.GetValues($"x-ratelimit-remaining-{what}").ShouldBe(["0"]);
        }
    }

    [Fact]
    public async Task A_client_that_goes_away_frees_its_slot()
    {
        using var gate = new SemaphoreSlim(0);
        var model = new ScriptedModel("m", _ => "hm</think>\n\nYes.") { Pace = gate.WaitAsync };
        await using var api = await ServedApi.StartAsync(model, o => o with { Slots = 1, Queue = 1 });
        using (var leaves = new CancellationTokenSource())
        {
            var left = api.Client.PostAsync("/v1/chat/completions", Json(Hello), leaves.Token);
            await Eventually(() => Task.FromResult(model.Asked.Count == 1));
            var waits = api.PostAsync("/v1/chat/completions", Hello);
            await Eventually(() => Task.FromResult(api.Server.Api!.Models.All[0].Queue.Waiting == 1));
            var (full, body) = await api.PostAsync("/v1/chat/completions", Hello);
            full.ShouldBe(429);
            body.ShouldBeError();
            await leaves.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => left);
            await Eventually(() => Task.FromResult(model.Asked.Count == 2));
            gate.Release(1000);
            (await waits).Status.ShouldBe(200);
        }

        model.Left.ShouldBe(1);
        await Eventually(async () => (await api.SendAsync(HttpMethod.Get, "/metrics", null, null)).Text.Contains("status=\"499\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_ended_and_says_so()
    {
        using var never = new SemaphoreSlim(0);
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm") { Pace = never.WaitAsync }, o => o with { Timeout = TimeSpan.FromMilliseconds(300) });
        var (status, body) = await api.PostAsync("/v1/chat/completions", Hello);
        status.ShouldBe(504);
        body.ShouldBeError();
        var events = await api.StreamAsync("/v1/responses", new { model = "m", input = "a", stream = true });
        events[^2].Name.ShouldBe("response.failed");
        events[^2].Data!["response"]!["error"]!["message"]!.GetValue<string>().ShouldContain("longer than");
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_finishes_what_it_began()
    {
        using var gate = new SemaphoreSlim(0);
        var model = new ScriptedModel("m", _ => "hm</think>\n\nYes.") { Pace = gate.WaitAsync };
        var api = await ServedApi.StartAsync(model, o => o with { Grace = TimeSpan.FromSeconds(30) });
        var begun = api.PostAsync("/v1/chat/completions", Hello);
        await Eventually(() => Task.FromResult(model.Asked.Count == 1));
        var stopping = api.Server.DisposeAsync().AsTask();
        await Eventually(() => Task.FromResult(api.Server.Api!.IsEnding));
        var (status, body) = await api.PostAsync("/v1/chat/completions", Hello);
        status.ShouldBe(503);
        body.ShouldBeError();
        gate.Release(1000);
        (await begun).Status.ShouldBe(200);
        await stopping;
        Directory.Delete(api.Folder, recursive: true);
    }

    [Fact]
    public async Task Keys_take_turns_however_much_one_of_them_asks()
    {
        var queue = new FairQueue(1, 100);
        var order = new List<string>();
        var held = await queue.EnterAsync("other", 1, CancellationToken.None);
        var waiting = new List<Task>();
        foreach (var key in new[] { "a", "a", "a", "a", "b", "c", "b" }) waiting.Add(Take(key));
        held.Dispose();
        await Task.WhenAll(waiting);
        order.ShouldBe(["a", "b", "c", "a", "b", "a", "a"]);
        queue.InWork.ShouldBe(0);

        async Task Take(string key)
        {
            using var place = await queue.EnterAsync(key, 1, CancellationToken.None);
            lock (order) order.Add(key);
        }
    }

    [Fact]
    public async Task Whoever_leaves_the_queue_is_forgotten_and_places_are_given_back_once()
    {
        var queue = new FairQueue(2, 10);
        var first = await queue.EnterAsync("a", 5, CancellationToken.None);
        queue.InWork.ShouldBe(2);
        using var leaves = new CancellationTokenSource();
        var left = queue.EnterAsync("b", 1, leaves.Token);
        var stays = queue.EnterAsync("c", 1, CancellationToken.None);
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => left);
        first.Release();
        (await stays).Dispose();
        queue.InWork.ShouldBe(1);
        first.Release();
        first.Release();
        first.Dispose();
        queue.InWork.ShouldBe(0);
        queue.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Another_machine_is_answered_only_with_a_key()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-keys-").FullName;
        var api = new ApiOptions { Models = [new ServedModelOptions("m", "nowhere")], Keys = Path.Combine(folder, "keys.json") };
        var error = await Should.ThrowAsync<UserError>(() => DeliberateServer.StartAsync(new ServerOptions { Address = "0.0.0.0", Port = 0, Runs = null, Evaluations = null, Api = api }));
        error.Message.ShouldContain("deliberate keys create");
        new ApiKeyFile(api.Keys!).Create("one", null, null, DateTimeOffset.UtcNow);
        await using var server = await DeliberateServer.StartAsync(new ServerOptions { Address = "0.0.0.0", Port = 0, Runs = null, Evaluations = null, Api = api }, new ServedModels([new ScriptedModel("m", _ => "hm")], api));
        server.ShowsPages.ShouldBeFalse();
        server.NeedsKeys.ShouldBeTrue();
    }

    [Fact]
    public async Task Instructions_are_the_operators_alone_where_it_says_so()
    {
        var model = new ScriptedModel("m", _ => "hm</think>\n\nYes.");
        await using var api = await ServedApi.StartAsync(model, o => o with { SystemPrompt = "Speak like a pirate.", AllowsInstructions = false });
        (await api.PostAsync("/v1/chat/completions", Hello)).Status.ShouldBe(200);
        model.Asked[^1].Rendered.ShouldStartWith("<|im_start|>system\nSpeak like a pirate.");
        foreach (var role in new[] { "system", "developer" })
        {
            var (status, body) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role, content = "b" }, new { role = "user", content = "a" } } });
            status.ShouldBe(400);
            body["error"]!["code"]!.GetValue<string>().ShouldBe("instructions_not_allowed");
        }

        (await api.PostAsync("/v1/responses", new { model = "m", input = "a", instructions = "b" })).Status.ShouldBe(400);
    }

    [Fact]
    public void A_damaged_file_of_keys_is_told_with_its_place()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("deliberate-keys-").FullName, "keys.json");
        var file = new ApiKeyFile(path);
        file.Read().ShouldBeEmpty();
        file.Create("one", 5, null, DateTimeOffset.UtcNow);
        Should.Throw<UserError>(() => file.Create("one", null, null, DateTimeOffset.UtcNow)).Message.ShouldContain("revoke one");
        Should.Throw<UserError>(() => file.Revoke("on", DateTimeOffset.UtcNow)).Message.ShouldContain("\"one\"");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var content in new[] { "{", "[]", "{}", "{\"format_version\": 9, \"keys\": []}", "{\"format_version\": 1, \"keys\": [{\"id\": \"a\"}]}" })
        {
            File.WriteAllText(path, content);
            Should.Throw<UserError>(() => file.Read()).Message.ShouldContain(path);
        }
    }

    private static StringContent Json(object body) => new(System.Text.Json.JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private static async Task Eventually(Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 600; i++)
        {
            if (await isSo()) return;
            await Task.Delay(50);
        }

        throw new TimeoutException("It did not come to be so within 30 seconds.");
    }
}

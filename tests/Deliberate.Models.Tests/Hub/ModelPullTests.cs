using System.Text;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>Pulling from a hub that behaves, and from hubs that do not; pushing to one.</summary>
public sealed class ModelPullTests : IDisposable
{
    private const string Key = "hf_abcdefghijklmnop";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeHub _hub = new();
    private readonly Dictionary<string, string> _environment = [];

    public ModelPullTests()
    {
        foreach (var file in Directory.GetFiles(FixtureModels.Folder("llama")).Where(f => !Path.GetFileName(f).StartsWith("golden", StringComparison.Ordinal))) _hub.Files[Path.GetFileName(file)] = File.ReadAllBytes(file);
        _hub.Files["pytorch_model.bin"] = [1, 2, 3];
        _hub.Files["LICENSE"] = "Terms\n"u8.ToArray();
        (_environment["HF_ENDPOINT"], _environment["HF_HUB_CACHE"], _environment["HF_HOME"]) = (_hub.Address, _folder.File("hub"), _folder.Path);
    }

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_lies_in_the_cache_as_the_library_of_Python_lays_it_and_opens()
    {
        var told = new List<PullProgress>();
        var folder = await Pull("hf:me/model", told);
        folder.ShouldBe(Path.Combine(_folder.File("hub"), "models--me--model", "snapshots", FakeHub.Commit));
        File.ReadAllText(Path.Combine(_folder.File("hub"), "models--me--model", "refs", "main")).ShouldBe(FakeHub.Commit);
        var weights = new FileInfo(Path.Combine(folder, "model.safetensors"));
        weights.LinkTarget.ShouldBe($"../../blobs/{FakeHub.Sha256(_hub.Files["model.safetensors"])}");
        new FileInfo(Path.Combine(folder, "config.json")).LinkTarget.ShouldBe($"../../blobs/{FakeHub.GitBlob(_hub.Files["config.json"])}");
        File.Exists(Path.Combine(folder, "pytorch_model.bin")).ShouldBeFalse();
        foreach (var file in Directory.GetFiles(folder)) File.ReadAllBytes(file).ShouldBe(_hub.Files[Path.GetFileName(file)]);
        using var model = PretrainedModel.Open(folder);
        model.Name.ShouldBe("me/model");
        told.Where(p => p.File.Name == "model.safetensors").Last().Done.ShouldBe(_hub.Files["model.safetensors"].Length);
        told.Select(p => p.File.Name).Distinct().Count().ShouldBe(Directory.GetFiles(folder).Length);

        // Once more: nothing is downloaded again, and without the hub it is found.
        var asked = _hub.Requests.Count;
        (await Pull("hf:me/model")).ShouldBe(folder);
        _hub.Requests.Count.ShouldBe(asked + 1);
        _environment["HF_HUB_OFFLINE"] = "1";
        (await Pull("hf:me/model")).ShouldBe(folder);
        (await Should.ThrowAsync<UserError>(() => Pull("hf:me/other"))).Message.ShouldContain("offline");
        new HubCache(_folder.File("hub"), HubReference.Parse($"hf:me/model@{FakeHub.Commit}")).Find().ShouldBe(folder);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_gone_on_with_where_it_broke()
    {
        foreach (var cut in new[] { 1000, 0, 70_000, 1 }) _hub.Cuts.Enqueue(cut);
        var folder = await Pull("hf:me/model@v1", include: "model.safetensors");
        File.ReadAllBytes(Path.Combine(folder, "model.safetensors")).ShouldBe(_hub.Files["model.safetensors"]);
        _hub.StorageRequests.Select(r => r.Contains("Range: bytes=71000-", StringComparison.Ordinal)).ShouldContain(true);
        Directory.GetFiles(Path.Combine(_folder.File("hub"), "models--me--model", "blobs"), "*.incomplete").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hub_that_only_breaks_off_ends_in_an_error_and_the_next_try_goes_on()
    {
        var size = _hub.Files["model.safetensors"].Length;
        _hub.Cuts.Enqueue(5000);
        for (var i = 0; i < 20; i++) _hub.Cuts.Enqueue(0);
        var error = await Should.ThrowAsync<UserError>(() => Pull("hf:me/model", include: "model.safetensors"));
        error.Advice.ShouldNotBeNull().ShouldContain("goes on where this stopped");
        new FileInfo(Path.Combine(_folder.File("hub"), "models--me--model", "blobs", FakeHub.Sha256(_hub.Files["model.safetensors"]) + ".incomplete")).Length.ShouldBe(5000);
        _hub.Cuts.Clear();
        var told = new List<PullProgress>();
        await Pull("hf:me/model", told, "model.safetensors");
        told[0].Done.ShouldBe(5000);
        told[^1].Done.ShouldBe(size);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    public async Task A_wrong_checksum_is_refused_and_nothing_of_it_kept(string name)
    {
        _hub.Sent = (file, content) =>
        {
            if (file != name) return content;
            var wrong = (byte[])content.Clone();
            wrong[^1] ^= 1;
            return wrong;
        };
        var error = await Should.ThrowAsync<UserError>(() => Pull("hf:me/model"));
        error.Message.ShouldContain($"the checksum of {name} is wrong");
        new HubCache(_folder.File("hub"), HubReference.Parse("hf:me/model")).Find().ShouldBeNull();
        Directory.GetFiles(Path.Combine(_folder.File("hub"), "models--me--model", "blobs")).ShouldAllBe(f => !f.EndsWith(".incomplete", StringComparison.Ordinal));
        _hub.Sent = (_, content) => content;
        await Pull("hf:me/model");
    }

    [Fact]
    public async Task What_lies_there_from_another_file_is_thrown_away()
    {
        var weights = _hub.Files["model.safetensors"];
        var partial = Path.Combine(_folder.File("hub"), "models--me--model", "blobs", FakeHub.Sha256(weights) + ".incomplete");
        Directory.CreateDirectory(Path.GetDirectoryName(partial)!);
        foreach (var rubbish in new[] { new byte[100], new byte[weights.Length], new byte[weights.Length + 5] })
        {
            File.WriteAllBytes(partial, rubbish);
            var folder = await Pull("hf:me/model", include: "model.safetensors");
            File.ReadAllBytes(Path.Combine(folder, "model.safetensors")).ShouldBe(weights);
            File.Delete(Path.ChangeExtension(partial, null));
        }

        // A server that knows no ranges sends all of it again.
        _hub.IgnoresRanges = true;
        File.WriteAllBytes(partial, weights[..1000]);
        var again = await Pull("hf:me/model", include: "model.safetensors");
        File.ReadAllBytes(Path.Combine(again, "model.safetensors")).ShouldBe(weights);
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_alone()
    {
        _hub.Token = Key;
        (await Should.ThrowAsync<UserError>(() => Pull("hf:me/model"))).Message.ShouldContain("needs a token (401): Invalid username or password.");
        File.WriteAllText(_folder.File("token"), "wrong_token_altogether\n");
        var refused = await Should.ThrowAsync<UserError>(() => Pull("hf:me/model"));
        refused.Message.ShouldContain("does not open model hf:me/model");
        refused.Message.ShouldNotContain("wrong_token_altogether");
        File.WriteAllText(_folder.File("token"), Key + "\n");
        await Pull("hf:me/model");
        _hub.Requests.Where(r => r.StartsWith("GET /me/", StringComparison.Ordinal)).ShouldAllBe(r => r.Contains(Key, StringComparison.Ordinal));
        _hub.StorageRequests.Count.ShouldBeGreaterThan(0);
        _hub.StorageRequests.ShouldAllBe(r => !r.Contains(Key, StringComparison.Ordinal) && !r.Contains("Authorization", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("/etc/x.json")]
    [InlineData("a/../../x.json")]
    [InlineData("C:\\x.json")]
    [InlineData("a//x.json")]
    [InlineData("x.json\n")]
    public async Task A_name_that_leaves_the_folder_is_refused_before_anything_is_downloaded(string name)
    {
        _hub.Named = file => file == "config.json" ? name : file;
        var error = await Should.ThrowAsync<UserError>(() => Pull("hf:me/model"));
        error.Message.ShouldContain("not a plain name inside the folder");
        _hub.Requests.Count.ShouldBe(1);
        Directory.Exists(_folder.File("hub")).ShouldBeFalse();
    }

    [Fact]
    public async Task Other_failures_are_one_error_with_advice()
    {
        (await Should.ThrowAsync<UserError>(() => Pull("hf:me/nothing"))).Message.ShouldContain("there is no model hf:me/nothing (404): Repository not found.");
        (await Should.ThrowAsync<UserError>(() => Pull("hf:me/model", include: "*.gguf"))).Field.ShouldBe("--include");
        _hub.RedirectTo = "ftp://127.0.0.1/x";
        (await Should.ThrowAsync<UserError>(() => Pull("hf:me/model"))).Message.ShouldContain("ftp://127.0.0.1");
        _hub.RedirectTo = _hub.Address + "/me/model/resolve/" + FakeHub.Commit + "/model.safetensors";
        (await Should.ThrowAsync<UserError>(() => Pull("hf:me/model"))).Message.ShouldContain("more than 5 times");
        _hub.RedirectTo = "http://127.0.0.1:1/x";
        (await Should.ThrowAsync<UserError>(() => Pull("hf:me/model"))).Message.ShouldContain("127.0.0.1:1");
        foreach (var name in new[] { "me/model", "hf:model", "hf:../x", "hf:a/b/c", "hf:a/..", "hf:a/b@", "hf:a/b@../c", "hf:a/b c" }) Should.Throw<UserError>(() => HubReference.Parse(name)).Message.ShouldContain("names no model of a hub");
        _environment["HF_ENDPOINT"] = "not an address";
        Should.Throw<UserError>(() => HubSettings.Of(Variable)).Field.ShouldBe("HF_ENDPOINT");
    }

    [Fact]
    public async Task Of_several_GGUF_files_one_is_named()
    {
        _hub.Files.Clear();
        _hub.Files["a.Q4.gguf"] = [1];
        _hub.Files["a.Q8.gguf"] = [2];
        (await Should.ThrowAsync<UserError>(() => Pull("hf:me/model"))).Advice.ShouldNotBeNull().ShouldContain("--include a.Q4.gguf");
        var folder = await Pull("hf:me/model", include: "*Q8*");
        Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).ShouldBe(["a.Q8.gguf"]);
    }

    [Fact]
    public async Task A_model_is_pushed_in_one_commit_large_files_in_parts()
    {
        File.WriteAllText(_folder.File("token"), Key);
        _hub.Token = Key;
        var model = _folder.File("model");
        using (var opened = PretrainedModel.Open(FixtureModels.Folder("llama"))) ModelWriter.Write(model, opened, FileStorage.F32);
        // What a killed program left is not the model's.
        var left = Path.Combine(model, "model.safetensors.partial-2147483647-1");
        File.WriteAllText(left, "half");
        var settings = HubSettings.Of(Variable);
        using var connection = new HubConnection(settings, Configuration(), Limits);
        var address = await new ModelPush(settings, connection).Run(model, HubReference.Parse("hf:me/model"), "First", isPrivate: true, new Told(_ => { }), TestContext.Current.CancellationToken);
        address.ShouldBe($"{_hub.Address}/me/model/commit/{FakeHub.Commit}");
        _hub.Committed[0].GetProperty("value").GetProperty("summary").GetString().ShouldBe("First");
        var files = _hub.Committed.Skip(1).ToDictionary(l => l.GetProperty("value").GetProperty("path").GetString()!);
        files.Keys.Order(StringComparer.Ordinal).ShouldBe(Directory.GetFiles(model).Where(f => f != left).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Encoding.UTF8.GetString(files["README.md"].GetProperty("value").GetProperty("content").GetBytesFromBase64()).ShouldBe(File.ReadAllText(Path.Combine(model, "README.md")));
        var weights = File.ReadAllBytes(Path.Combine(model, "model.safetensors"));
        files["model.safetensors"].GetProperty("key").GetString().ShouldBe("lfsFile");
        files["model.safetensors"].GetProperty("value").GetProperty("oid").GetString().ShouldBe(FakeHub.Sha256(weights));
        Enumerable.Range(1, (weights.Length + 99_999) / 100_000).SelectMany(i => _hub.Uploaded[$"part{i}"]).ToArray().ShouldBe(weights);
        _hub.StorageRequests.ShouldAllBe(r => !r.Contains("Authorization", StringComparison.OrdinalIgnoreCase));
    }

    private static ProviderLimits Limits => new() { Retries = 1, MaxRetryWaitS = 0.01, TimeoutS = 30, IdleTimeoutS = 30 };

    private static ProgramConfiguration Configuration() => new(null, new ProgramSettings(), null, []);

    private string? Variable(string name) => _environment.GetValueOrDefault(name);

    private async Task<string> Pull(string reference, List<PullProgress>? told = null, string? include = null)
    {
        var settings = HubSettings.Of(Variable);
        using var connection = new HubConnection(settings, Configuration(), Limits);
        return await new ModelPull(settings, connection).Run(HubReference.Parse(reference), include is null ? [] : [include], new Told(p => told?.Add(p)), TestContext.Current.CancellationToken);
    }

    private sealed class Told(Action<PullProgress> tell) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => tell(value);
    }
}

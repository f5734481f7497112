using Deliberate.Core;

namespace Deliberate.Models.Tests;

/// <summary>One base, several adapters: each request is answered with its own, in one batch, as it would be alone.</summary>
public sealed class HostedAdapterTests(HostedModel hosted) : IClassFixture<HostedModel>
{
    private const string Beginning = "All requests begin alike, for more than a page of sixty-four positions, so that what was read for one must not serve another. ";

    private static readonly AdapterConfiguration[] Kinds =
    [
        RandomAdapter.Lora(),
        new() { Rank = 5, Alpha = 4, IsRankStabilised = true, TargetModules = ["q_proj", "v_proj", "down_proj"] },
        new() { Rank = 2, Alpha = 3, HasMagnitudes = true, RankPattern = [new("down_proj", 4)] },
        new() { Rank = 2, Alpha = 3, ModulesToSave = ["norm", "embed_tokens", "lm_head"] },
    ];

    [Fact]
    public async Task Requests_with_different_adapters_share_a_batch_and_each_gets_what_it_would_get_alone()
    {
        using var folder = new TemporaryFolder();
        var folders = Kinds.Select((kind, i) => RandomAdapter.Write(folder.File($"a{i}"), hosted.Folder, kind, i)).ToArray();
        var cancellation = TestContext.Current.CancellationToken;
        using var model = hosted.Open(new ModelHostOptions { Slots = 6 });
        var adapters = folders.Select(model.LoadAdapter).ToArray();
        ModelAdapter? Of(int i) => i % 5 == 4 ? null : adapters[i % 5];
        GenerateOptions Options(int i) => new() { MaxTokens = 12 + i, Seed = (ulong)i, Sampling = new SamplingOptions() };
        var together = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => model.GenerateAsync(Prompt(i), Options(i) with { Adapter = Of(i) }, cancellation)));
        together.Sum(c => c.Usage.Cached).ShouldBeGreaterThan(0);
        for (var which = 0; which < 5; which++)
        {
            // A model opened with the adapter, and the base for those that asked for none.
            using var alone = TextModel.Open(which == 4 ? hosted.Folder : folders[which], threads: 1, hosting: new ModelHostOptions { Slots = 1 });
            for (var i = which; i < together.Length; i += 5) (await alone.GenerateAsync(Prompt(i), Options(i), cancellation)).Tokens.ShouldBe(together[i].Tokens, $"request {i}");
        }

        together.Select(c => c.Text).Distinct().Count().ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task An_adapter_that_leaves_frees_its_memory_and_its_texts_and_its_requests_end_before()
    {
        using var folder = new TemporaryFolder();
        var path = RandomAdapter.Write(folder.File("a"), hosted.Folder, Kinds[0], 1);
        using var model = hosted.Open();
        var adapter = model.LoadAdapter(path);
        var options = new GenerateOptions { MaxTokens = 60, Adapter = adapter, Sampling = new SamplingOptions() };
        var running = model.GenerateAsync(Prompt(0), options, TestContext.Current.CancellationToken);
        adapter.Dispose();
        (await running).Tokens.Count.ShouldBeGreaterThan(0);
        Should.Throw<ObjectDisposedException>(() => model.Generate("x", options, cancellationToken: TestContext.Current.CancellationToken));
        // Loaded again it is the same, from the beginning.
        using var again = model.LoadAdapter(path);
        var repeated = model.Generate(Prompt(0), options with { Adapter = again }, cancellationToken: TestContext.Current.CancellationToken);
        repeated.Tokens.ShouldBe((await running).Tokens);
        repeated.Usage.Cached.ShouldBe(0);
    }

    [Fact]
    public void Scores_chats_and_the_identity_know_the_adapter()
    {
        using var folder = new TemporaryFolder();
        string first = RandomAdapter.Write(folder.File("a"), hosted.Folder, Kinds[0], 1), second = RandomAdapter.Write(folder.File("b"), hosted.Folder, Kinds[2], 2);
        using var model = hosted.Open();
        using var opened = TextModel.Open(first, threads: 1);
        using ModelAdapter one = model.LoadAdapter(first), two = model.LoadAdapter(second);
        model.Score("the and of", one, TestContext.Current.CancellationToken).ShouldBe(opened.Score("the and of", TestContext.Current.CancellationToken));
        model.Score("the and of", one, TestContext.Current.CancellationToken).ShouldNotBe(model.Score("the and of", TestContext.Current.CancellationToken));
        opened.Identity.ShouldBe(model.IdentityWith(one));
        model.Identity.Adapter.ShouldBeNull();
        new[] { model.Identity.Id, model.IdentityWith(one).Id, model.IdentityWith(two).Id }.Distinct().Count().ShouldBe(3);
        model.IdentityWith(one).Weights.ShouldBe(model.Identity.Weights);
        var options = new ChatOptions { Context = 256, MaxTokens = 10, Adapter = one };
        using ChatSession asked = model.StartChat(options), alone = opened.StartChat(options with { Adapter = null });
        asked.Ask("of").Text.ShouldBe(alone.Ask("of").Text);
        Should.Throw<ArgumentException>(() => opened.Generate("x", new GenerateOptions { Adapter = one }));
    }

    [Fact]
    public void An_adapter_of_other_weights_is_refused_with_both_hashes_and_one_of_another_shape_with_both_shapes()
    {
        using var folder = new TemporaryFolder();
        using var other = new HostedModel();
        var foreign = RandomAdapter.Write(folder.File("a"), hosted.Folder, Kinds[0], 1);
        using var changed = hosted.Open();
        // The same shapes, one number another.
        foreach (var file in Directory.GetFiles(other.Folder)) File.Copy(file, folder.File(Path.GetFileName(file)));
        var weights = File.ReadAllBytes(folder.File("model.safetensors"));
        weights[^3] ^= 1;
        File.WriteAllBytes(folder.File("model.safetensors"), weights);
        using var moved = TextModel.Open(folder.Path, threads: 1);
        var error = Should.Throw<UserError>(() => moved.LoadAdapter(foreign));
        error.Message.ShouldContain(changed.Identity.Weights);
        error.Message.ShouldContain(moved.Identity.Weights);
        using var fixtures = TextModel.Open(FixtureModels.Folder("llama"), threads: 1);
        Should.Throw<UserError>(() => fixtures.LoadAdapter(foreign)).Message.ShouldContain("A [3, 72]");
        error = Should.Throw<UserError>(() => changed.LoadAdapter(Path.Combine(FixtureModels.Folder(".."), "lora", "qwen3")));
        error.Message.ShouldContain("another model");
    }

    private static string Prompt(int i) => Beginning + i;
}

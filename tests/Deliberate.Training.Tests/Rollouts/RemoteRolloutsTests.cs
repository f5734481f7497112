using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>Whole runs whose samples are drawn by servers: the same bits as without, whatever the servers do in between; every fault by its name.</summary>
public sealed class RemoteRolloutsTests(TrainedBase trained, RemoteRolloutsTests.Alone alone) : IClassFixture<RemoteRolloutsTests.Alone>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<MockRolloutServer> _servers = [];

    public void Dispose()
    {
        foreach (var server in _servers) server.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("vllm", "")]
    [InlineData("sglang", "")]
    [InlineData("vllm", "staleness: 2\n  updates: 2")]
    [InlineData("sglang", "staleness: 1\n  objective: ppo\n  dynamic_sampling: true")]
    public void A_run_through_servers_ends_in_the_bits_of_one_without(string kind, string more)
    {
        var expected = alone.Run(more);
        var folder = Train(kind, [null, null], more, out var notices);
        ShouldEqual(folder, expected);
        _servers.ShouldAllBe(s => s.Samples > 20, "both draw");
        notices.ShouldBeEmpty();
        SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ShouldAllBe(s => s.WeightVersion != null && s.WeightVersion.StartsWith("1-", StringComparison.Ordinal));
        File.ReadAllText(Path.Combine(folder, MetricsStream.TimingsFile)).ShouldContain("rollouts/canary_difference");
        Directory.Exists(Path.Combine(folder, StageRollouts.FolderName)).ShouldBeFalse("weights on their way are gone at the end");
    }

    [Theory]
    [InlineData("sglang", "Busy", "busy (429)")]
    [InlineData("vllm", "Unavailable", "unavailable")]
    [InlineData("sglang", "CutBody", "cut body")]
    [InlineData("vllm", "Garbage", "malformed answer")]
    [InlineData("sglang", "Vocabulary", "token outside the vocabulary")]
    [InlineData("vllm", "PositiveLogProbability", "log-probability above 0")]
    [InlineData("sglang", "Restart", "wrong version")]
    [InlineData("vllm", "Restart", "wrong version")]
    public void Faults_of_a_server_are_named_and_nothing_wrong_is_trained_on(string kind, string misdeed, string name)
    {
        // Now and then, of the first of two servers; the routes that draw.
        var deed = Enum.Parse<Misdeed>(misdeed);
        var folder = Train(kind, [(path, n) => path.EndsWith("generate", StringComparison.Ordinal) && n % 23 == 11 ? deed : Misdeed.None, null], "", out var notices);
        ShouldEqual(folder, alone.Run(""));
        notices.ShouldContain(n => n.Contains(name) && n.Contains(_servers[0].Port.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        File.ReadLines(Path.Combine(folder, MetricsStream.TimingsFile)).Where(l => l.Contains("rollouts/faults")).ShouldContain(l => !l.Contains("\"rollouts/faults\":0"));
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    public void A_server_that_keeps_its_old_weights_is_not_sampled_until_its_canary_is_the_trainers(string kind)
    {
        var updates = 0;
        var folder = Train(kind, [(path, _) => path.Contains("update_weights") && updates++ == 2 ? Misdeed.OldWeights : Misdeed.None], "", out var notices);
        ShouldEqual(folder, alone.Run(""));
        notices.ShouldContain(n => n.Contains("stale weights") && n.Contains("nats a token"));
    }

    [Theory]
    [InlineData("vllm", false)]
    [InlineData("sglang", false)]
    [InlineData("vllm", true)]
    [InlineData("sglang", true)]
    public void An_adapter_goes_to_servers_as_a_folder_and_a_restarted_one_gets_it_again(string kind, bool restarts)
    {
        var recipe = StartingPoint.Resolve(trained.Recipe($"top_k: 1\n{Correction}", "adapter: { rank: 4, base: f32 }").Reinforced(r => r with { Steps = 4, TopK = 0 }));
        var expected = TinyRun.Start(recipe, _folder.File("own"));
        var server = new MockRolloutServer(kind, trained.Checkpoint, restarts ? (path, n) => path.EndsWith("generate", StringComparison.Ordinal) && n % 31 == 17 ? Misdeed.Restart : Misdeed.None : null);
        _servers.Add(server);
        var observer = new StepObserver((_, _) => { });
        var folder = TinyRun.Start(recipe with { Rollouts = server.Address, RolloutServers = new RolloutsRecipe { Concurrency = 4, Tolerance = 0.0005 } }, _folder.File("run"), observer: observer);
        File.ReadAllBytes(Path.Combine(folder, "checkpoints/final/adapter_model.safetensors")).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(expected, "checkpoints/final/adapter_model.safetensors"))).ShouldBeTrue();
        SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).Select(s => s.Text).ShouldBe(SampleStore.Read(Path.Combine(expected, SampleStore.FileName)).Select(s => s.Text));
        server.Routes.ShouldContain(kind == "vllm" ? "/v1/unload_lora_adapter" : "/unload_lora_adapter");
        if (restarts) observer.Notices.ShouldContain(n => n.Contains("its weights are loaded again"));
    }

    [Fact]
    public void One_slow_server_of_three_holds_nobody_up()
    {
        var folder = Train("sglang", [null, (path, n) => path == "/generate" && n > 12 ? Misdeed.Slow : Misdeed.None, null], "", out var notices, servers: "timeout_s: 1, max_faults: 2");
        ShouldEqual(folder, alone.Run(""));
        notices.ShouldContain(n => n.Contains("too slow"));
    }

    [Fact]
    public void Where_no_server_can_be_sampled_from_the_run_stops_with_what_is_wrong_and_can_go_on()
    {
        var broken = true;
        var recipe = Recipe("sglang", [(path, _) => broken && path == "/update_weights_from_disk" ? Misdeed.OldWeights : Misdeed.None], "");
        var folder = _folder.File("run");
        using (var run = TrainingRun.Start(recipe, folder, 1))
        {
            var error = Should.Throw<UserError>(() => run.Execute());
            error.Message.ShouldContain("none of 1 servers of rollouts can be sampled from");
            error.Message.ShouldContain("stale weights");
        }

        broken = false;
        using (var run = TrainingRun.Resume(folder, 1)) run.Execute().ShouldBe(RunOutcome.Completed);
        ShouldEqual(folder, alone.Run(""));
    }

    [Fact]
    public void Samples_of_another_precision_are_corrected_charted_and_ring()
    {
        var folder = Train("sglang", [(path, _) => path == "/generate" ? Misdeed.Imprecise : Misdeed.None], "", out var notices);
        var metrics = RecordedMetrics.Read(new RunFolder(folder), EnvironmentRunTests.Recipe()).Where(m => m.Values.Has(CorrectionMetrics.RolloutDifference)).ToArray();
        metrics.Length.ShouldBe(4);
        metrics.ShouldAllBe(m => Math.Abs(m.Values.Find(CorrectionMetrics.RolloutDifference)!.Value - 0.3) < 1e-3 && m.Values.Find(CorrectionMetrics.WeightMean)!.Value > 1.1);
        notices.ShouldContain(n => n.Contains("ALARM rollout_mismatch"));
    }

    [Fact]
    public void A_server_of_a_shorter_context_is_refused_before_it_is_asked()
    {
        var recipe = Recipe("vllm", [null], "", context: 64);
        using var run = TrainingRun.Start(recipe, _folder.File("run"), 1, new StepObserver((_, _) => { }));
        Should.Throw<UserError>(() => run.Execute()).Message.ShouldContain("refused");
        _servers[0].Samples.ShouldBe(0);
    }

    [Theory]
    [InlineData("rollouts: vlm:http://a:1", "names no server")]
    [InlineData("rollouts: vllm:http://a:1", "name reinforcement.sampler_correction")]
    [InlineData("rollouts: \"vllm:http://a:1,sglang:http://b:1\"\nreinforcement: { sampler_correction: { mode: token_truncate } }", "name those of one kind")]
    [InlineData("rollouts: vllm:http://a:1\nreinforcement: { sampler_correction: { mode: token_truncate }, temperature: 0.9 }", "temperature 1")]
    [InlineData("rollout_servers: { tolerance: 0.1 }", "Nothing samples elsewhere")]
    [InlineData("reinforcement: { sampler_correction: { mode: token_truncate } }", "every weight is 1")]
    public void What_cannot_be_meant_is_refused_by_its_key(string line, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse($"name: x\n{line}\n", "x.yaml"));
        (error.Message + error.Advice).ShouldContain(says);
    }

    private const string Correction = "sampler_correction: { mode: token_truncate }";

    private TrainRecipe Recipe(string kind, Func<string, int, Misdeed>?[] misdeeds, string more, string servers = "", int context = 512)
    {
        foreach (var misdeed in misdeeds) _servers.Add(new MockRolloutServer(kind, alone.Start, misdeed) { Context = context });
        var recipe = EnvironmentRunTests.Recipe($"top_k: 1\n  {Correction}{(more.Length > 0 ? "\n  " + more : "")}");
        return recipe with
        {
            Reinforcement = recipe.Reinforcement with { TopK = 0 },
            Rollouts = string.Join(",", _servers.Select(s => s.Address)),
            RolloutServers = TrainRecipe.Parse($"name: x\nrollouts: vllm:http://a:1\nreinforcement: {{ {Correction} }}\nrollout_servers: {{ concurrency: 4, {servers} }}\n", "x.yaml").RolloutServers,
        };
    }

    private string Train(string kind, Func<string, int, Misdeed>?[] misdeeds, string more, out List<string> notices, string servers = "tolerance: 0.0005")
    {
        var observer = new StepObserver((_, _) => { });
        var folder = TinyRun.Start(Recipe(kind, misdeeds, more, servers), _folder.File("run"), observer: observer);
        notices = [.. observer.Notices.Where(n => n.Contains("rollouts") || n.Contains("loaded again"))];
        return folder;
    }

    /// <summary>Weights, optimizer and evaluations to the bit; metrics and samples but for what only servers have.</summary>
    private static void ShouldEqual(string folder, string expected)
    {
        foreach (var file in new[] { "checkpoints/final/model.safetensors", "checkpoints/final/training/optimizer.safetensors", "evaluations/final.jsonl" })
            File.ReadAllBytes(Path.Combine(folder, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(expected, file))).ShouldBeTrue(file);
        foreach (var (file, only) in new[] { (MetricsStream.MetricsFile, @",""rl/rollout_difference"":[^,}]*"), (SampleStore.FileName, @"""weight_version"":""[^""]*"",") })
            System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(Path.Combine(folder, file)), only, "").ShouldBe(File.ReadAllText(Path.Combine(expected, file)), file);
    }

    /// <summary>What runs through servers are held against and begin with: made once for all tests here.</summary>
    public sealed class Alone : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Dictionary<string, string> _runs = new(StringComparer.Ordinal);
        private readonly Lazy<string> _start;

        public Alone() => _start = new Lazy<string>(() => new RunFolder(TinyRun.Start(
            EnvironmentRunTests.Recipe(steps: 0) with { Evaluation = new EvaluationRecipe { Problems = 0, MaxTokens = 48, Budgets = [48] }, Seed = 9, Supervised = new SupervisedRecipe { Tokens = 0 } },
            _folder.File("served"))).Checkpoint(RunFolder.Final));

        /// <summary>The checkpoint that servers begin with.</summary>
        public string Start => _start.Value;

        /// <summary>The run by this program's own engine.</summary>
        public string Run(string more)
        {
            if (_runs.TryGetValue(more, out var done)) return done;
            var recipe = EnvironmentRunTests.Recipe($"top_k: 1\n  {Correction}{(more.Length > 0 ? "\n  " + more : "")}");
            // A recipe would be told that it corrects nothing.
            return _runs[more] = TinyRun.Start(recipe with { Reinforcement = recipe.Reinforcement with { TopK = 0 } }, _folder.File($"own-{_runs.Count}"));
        }

        public void Dispose() => _folder.Dispose();
    }
}

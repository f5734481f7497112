using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Testing;
using Deliberate.Training;

namespace Deliberate.Interop.Tests;

/// <summary>
/// llama.cpp samples for our reinforcement learning of SmolLM2: a foreign engine, whose kernels sum otherwise and which may hold weights in fewer
/// bits. What that makes of log-probabilities is measured on the canary and on the samples, corrected, and rings where it is much; an update
/// that it does not take is noticed before a sample is drawn. docs/rollouts.md has what is printed here.
/// </summary>
public sealed class LlamaRolloutTests : IDisposable
{
    private const int Steps = 3, Prompts = 2, Group = 4, MostTokens = 16;

    private readonly string _scratch = Directory.CreateTempSubdirectory("deliberate-llama-rollouts-").FullName;

    private static string Model => SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    /// <summary>Of F32 only the order of sums differs; of fewer bits activations are rounded for products too, to 16 bits or to 8.</summary>
    /// <param name="held">How llama.cpp holds the weights.</param>
    /// <param name="adapter">The key of the recipe; whole weights where it is empty.</param>
    /// <param name="least">Of the mean difference of samples, nats a token.</param>
    /// <param name="most">The same, and the canary's tolerance.</param>
    /// <param name="rings">Whether that is more than the alarm lets pass.</param>
    [Theory]
    [InlineData("F32", "", 0, 1e-4, false)]
    [InlineData("BF16", "adapter: { rank: 4 }", 1e-3, 0.05, false)]
    [InlineData("Q8_0", "adapter: { rank: 4 }", 0.05, 0.2, true)]
    [InlineData("Q4_K", "adapter: { rank: 4 }", 0.1, 1, true)]
    public void A_few_steps_are_sampled_by_it_and_what_its_precision_makes_of_them_is_measured_corrected_and_rings(string held, string adapter, double least, double most, bool rings)
    {
        using var server = new LlamaRolloutServer(Model, Enum.Parse<FileStorage>(held), _scratch);
        var notices = new List<string>();
        var (folder, isFinished) = Run(server, most, adapter, notices);
        isFinished.ShouldBeTrue();
        server.Samples.ShouldBeGreaterThanOrEqualTo(Steps * Prompts * Group);
        var timings = Values(folder, "timings.jsonl").Where(v => v.ContainsKey("rollouts/canary_difference")).ToArray();
        var metrics = Values(folder, "metrics.jsonl").Where(v => v.ContainsKey("rl/rollout_difference")).ToArray();
        (timings.Length, metrics.Length).ShouldBe((Steps, Steps));
        var canary = timings.Max(t => t["rollouts/canary_difference"]);
        var samples = metrics.Average(m => m["rl/rollout_difference"]);
        Say(string.Create(CultureInfo.InvariantCulture, $"{held}: canary {canary:0.0e+0} nats a token at most, samples {samples:0.0e+0} on average and {metrics.Max(m => m["rl/sampler_difference_max"]):0.0e+0} at one token, weights {metrics.Average(m => m["rl/correction_weight_mean"]):0.000} on average and {metrics.Max(m => m["rl/correction_weight_max"]):0.000} at most, reward {string.Join(" ", metrics.Select(m => m["rl/reward_mean"].ToString("0.00", CultureInfo.InvariantCulture)))}"));
        canary.ShouldBeInRange(double.Epsilon, most, "another engine");
        samples.ShouldBeInRange(Math.Max(least, double.Epsilon), most);
        timings.ShouldAllBe(t => t["rollouts/servers"] == 1 && t["rollouts/faults"] == 0);
        metrics.ShouldAllBe(m => m["rl/correction_weight_max"] <= 2 && m["rl/frac_reward_zero_std"] < 1 && m["rl/grad_norm"] > 0);
        notices.Any(n => n.Contains("ALARM rollout_mismatch", StringComparison.Ordinal)).ShouldBe(rings, string.Join('\n', notices));
        Versions(folder).Length.ShouldBe(Steps, "each step's samples are of its own weights");
        File.ReadAllText(RecipeTraining.Report(folder)).ShouldContain("Distance from what sampled");
    }

    [Fact]
    public void Samples_of_older_weights_are_charted_and_corrected()
    {
        using var server = new LlamaRolloutServer(Model, FileStorage.F32, _scratch);
        var (folder, isFinished) = Run(server, 1e-4, "adapter: { rank: 4 }", [], more: "staleness: 1");
        isFinished.ShouldBeTrue();
        var metrics = Values(folder, "metrics.jsonl").Where(v => v.ContainsKey("rl/sample_age")).ToArray();
        metrics.Select(m => m["rl/sample_age"]).ShouldBe([0, 1, 0]);
        Say(string.Create(CultureInfo.InvariantCulture, $"staleness 1: {string.Join(", ", metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"age {m["rl/sample_age"]:0} {m["rl/sampler_difference_mean"]:0.0e+0} nats a token")))}"));
        metrics[1]["rl/sampler_difference_mean"].ShouldBeGreaterThan(10 * metrics[0]["rl/sampler_difference_mean"], "a step of training shows");
        metrics[1]["rl/correction_weight_max"].ShouldBeGreaterThan(1.001);
        (Versions(folder).Length, server.Updates).ShouldBe((2, 2));
    }

    [Fact]
    public void An_update_that_it_says_it_took_and_did_not_is_noticed_by_the_canary()
    {
        using var server = new LlamaRolloutServer(Model, FileStorage.F32, _scratch, number => number == 1);
        var error = Should.Throw<UserError>(() => Run(server, 1e-4, "adapter: { rank: 4 }", []));
        Say(error.Message);
        error.Message.ShouldContain("stale weights");
        server.Samples.ShouldBe(Prompts * Group, "nothing was drawn from weights of before");
    }

    private (string Folder, bool IsFinished) Run(LlamaRolloutServer server, double tolerance, string adapter, List<string> notices, string more = "")
    {
        var recipe = Path.Combine(_scratch, "recipe.yaml");
        File.WriteAllText(recipe, FormattableString.Invariant($$"""
            name: foreign
            model: { from: "{{Model}}", context: 128 }
            {{adapter}}
            micro_batch_tokens: 256
            family: { name: arithmetic-compare, levels: [2], chain_of_thought: false }
            supervised: { tokens: 0 }
            evaluation: { problems: 0 }
            health: { kl_every: 0, window: 1, alarms: { rollout_mismatch: 0.05 } }
            rollouts: "vllm:http://127.0.0.1:{{server.Port}}"
            rollout_servers: { folder: "{{Path.Combine(_scratch, "weights")}}", tolerance: {{tolerance}}, concurrency: 1, retries: 1 }
            reinforcement:
              steps: {{Steps}}
              prompts: {{Prompts}}
              samples: {{Group}}
              max_tokens: {{MostTokens}}
              objective: grpo
              dynamic_sampling: false
              sampler_correction: { mode: token_truncate, maximum: 2 }
              rewards:
                - { kind: correct }
                - { kind: repetition, ngram: 1 }
              optimizer: { kind: adamw, learning_rate: {{(adapter.Length > 0 ? 1e-3 : 1e-5)}} }
              {{more}}
            """));
        return RecipeTraining.Run(recipe, Path.Combine(_scratch, "run"), threads: 1, observer: RunObserver.InWords(notices.Add));
    }

    private static string[] Versions(string folder) => [.. File.ReadLines(Path.Combine(folder, "samples.jsonl")).Select(l => JsonSerializer.Deserialize<JsonElement>(l)).Where(s => s.TryGetProperty("weight_version", out _)).Select(s => s.GetProperty("weight_version").GetString()!).Distinct()];

    private static IEnumerable<Dictionary<string, double>> Values(string folder, string file) => File.ReadLines(Path.Combine(folder, file)).Select(l =>
    {
        var line = JsonSerializer.Deserialize<JsonElement>(l);
        var values = line.TryGetProperty("metrics", out var inner) ? inner : line.TryGetProperty("values", out inner) ? inner : line;
        return values.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => p.Value.GetDouble(), StringComparer.Ordinal);
    });

    private static void Say(string what) => TestContext.Current.SendDiagnosticMessage(what);
}

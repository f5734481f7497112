using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>What docs/objectives.md offers is what a recipe gets: every row is carried out, and no two objectives are the same.</summary>
public sealed partial class ObjectivesPageTests(TrainedBase trained)
{
    /// <summary>The first cell of every row of the tables that say how a recipe asks for it.</summary>
    public static TheoryData<string> Rows
    {
        get
        {
            var rows = new TheoryData<string>();
            var isTable = false;
            foreach (var line in File.ReadLines(Repository.Path("docs", "objectives.md")))
            {
                if (line.StartsWith("| how a recipe asks for it |", StringComparison.Ordinal)) isTable = true;
                else if (!line.StartsWith('|')) isTable = false;
                else if (isTable && FirstCell().Match(line) is { Success: true } cell) rows.Add(cell.Groups[1].Value);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_is_carried_out_for_three_steps(string asked)
    {
        var keys = asked.StartsWith('{') ? asked[1..^1].Trim() : asked;
        var recipe = TrainRecipe.Parse(
            $$"""
            name: row
            micro_batch_tokens: 512
            family: { name: arithmetic-compare, levels: [2, 3], chain_of_thought: false }
            model: { from: "{{trained.Checkpoint}}" }
            supervised: { tokens: 0 }
            evaluation: { problems: 0 }
            health: { kl_every: 0 }
            {{(keys.Contains("reverse_kl", StringComparison.Ordinal) ? $"teacher: {{ from: \"{trained.Larger}\" }}" : "")}}
            reinforcement: { steps: 3, prompts: 8, samples: 4, max_tokens: 6, optimizer: { kind: adamw, learning_rate: 0.003 }, {{keys}} }
            """,
            "row.yaml");
        var folder = trained.Run(recipe);
        var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey("rl/accuracy")).ToArray();
        metrics.Length.ShouldBe(3);
        metrics.ShouldContain(m => m.Values.ContainsKey("rl/loss"));
        metrics.SelectMany(m => m.Values.Values).ShouldAllBe(v => double.IsFinite(v));
        TrainedBase.Weights(folder).ShouldNotBe(File.ReadAllBytes(Path.Combine(trained.Checkpoint, "model.safetensors")));
    }

    [Fact]
    public void Every_objective_and_every_estimator_has_its_row()
    {
        string[] rows = [.. Rows.Select(row => row.Data)];
        foreach (var objective in PolicyObjectives.All) rows.ShouldContain($"objective: {objective.Name}");
        foreach (var estimator in AdvantageEstimators.All) rows.ShouldContain(row => row.Contains($"advantage: {estimator.Name}", StringComparison.Ordinal));
    }

    [Fact]
    public void No_two_objectives_end_in_the_same_weights()
    {
        // Mini-batches whose policy has moved far enough for every clip to matter, completions of different lengths.
        string Weights(string asked) => Convert.ToHexString(SHA256.HashData(TrainedBase.Weights(
            trained.Run(trained.Recipe($"{asked}\nupdates: 4").Reinforced(r => r with { Steps = 3, Optimizer = r.Optimizer with { LearningRate = 0.02 } })))));

        // GSPO-token is GSPO where all tokens of a sample have the same advantage (arXiv 2507.18071, section 4.3): it differs where they do.
        Weights("objective: gspo_token").ShouldBe(Weights("objective: gspo"));
        var weights = PolicyObjectives.All.ToDictionary(entry => entry.Name, entry => Weights(entry.Name == "gspo_token" ? "objective: gspo_token\nadvantage: reinforce_pp\ndiscount: 0.9" : $"objective: {entry.Name}"));
        foreach (var (name, hash) in weights)
            foreach (var (other, otherHash) in weights)
                if (name != other) hash.ShouldNotBe(otherHash, $"{name} and {other}");
        Golden.Report("objectives", weights.Count);
    }

    [GeneratedRegex(@"^\| `([^`]+)` \|")]
    private static partial Regex FirstCell();
}

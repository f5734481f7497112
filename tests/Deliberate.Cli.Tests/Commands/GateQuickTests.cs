using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary><c>gate --quick</c> and <c>gate elicit</c>: what is measured for a gate before it decides.</summary>
public sealed class GateQuickTests(FinishedRun run) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => Path.Combine(run.Root, "runs", "tiny");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_quick_gate_says_what_it_plans_measures_decides_and_names_what_it_could_not_ask()
    {
        File.WriteAllText(Path.Combine(_folder.Root, "policy.yaml"), """
            policy: quick
            version: 1
            title: A quick policy
            levels: [low, high]
            categories: [{ id: arithmetic, title: Arithmetic }, { id: words, title: Words }]
            indicators:
              - { id: sums, category: arithmetic, level: high, measure: { task: "family:arithmetic-mod10@2" }, threshold: 0.999, min_n: 20, elicitation: { token_budget: 16 } }
              - { id: prompts, category: words, level: high, measure: { task: xstest, metric: not_overrefuse }, threshold: 0.9, min_n: 20 }
            gates: [{ action: deploy, levels: { low: pass, high: stop } }]
            """);
        string[] quick = ["gate", Model, "--policy", "policy.yaml", "--quick", "--out", "release"];
        var first = CliProcess.Run(_folder.Root, [.. quick, "--json"]);
        first.ExitCode.ShouldBe(3);
        first.Error.ShouldContain("1 tasks for 1 tests, at most");
        first.Error.ShouldContain("family:arithmetic-mod10@2 (post): n = 20");
        first.Error.ShouldContain("not decided here: prompts (post): it reads XSTest v2: --data FOLDER");
        var tests = JsonDocument.Parse(first.Output).RootElement.GetProperty("statement").GetProperty("tests").EnumerateArray().ToDictionary(t => t.GetProperty("test").GetString()!, t => t.GetProperty("finding").GetString());
        tests["sums"].ShouldBe("below");
        tests["prompts"].ShouldBe("cannot_tell");

        // Again: what is logged is not asked anew.
        var log = Directory.GetFiles(Path.Combine(_folder.Root, "release", "quick"), "*.log", SearchOption.AllDirectories).ShouldHaveSingleItem();
        var bytes = File.ReadAllBytes(log);
        CliProcess.Run(_folder.Root, quick).ExitCode.ShouldBe(3);
        File.ReadAllBytes(log).ShouldBe(bytes);
        CliProcess.Run(_folder.Root, "gate", Model, "--policy", "policy.yaml", "--quick").ShouldBeUserMistake().ShouldContain("What is measured has to be kept");
    }

    [Fact]
    public void The_elicitation_gap_is_told_with_its_interval()
    {
        var result = CliProcess.Run(_folder.Root, "gate", "elicit", "family:arithmetic-mod10@2", "--model", Model, "--limit", "8", "--attempts", "2", "--max-tokens", "16", "--json").ShouldSucceed();
        var ways = JsonDocument.Parse(result.Output).RootElement.GetProperty("ways").EnumerateArray().Select(w => w.GetProperty("way").GetString()).ToArray();
        ways.ShouldBe(["plain", "chain_of_thought", "best_of_2"], ignoreOrder: true);
        CliProcess.Run(_folder.Root, "gate", "elicit", "family:arithmetic-mod10@2").ShouldBeUserMistake().ShouldContain("Which model?");
    }
}

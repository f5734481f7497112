using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary><c>card family</c>: two sizes of a model, compared from the logs of one evaluation.</summary>
public sealed class CardFamilyCommandTests(FinishedRun run) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_sizes_are_compared_at_equal_tokens_and_at_equal_compute()
    {
        File.Copy(Path.Combine(run.Root, "tiny.yaml"), Path.Combine(_folder.Root, "tiny.yaml"));
        Cli("train", "tiny.yaml", "--set", "name=larger", "--set", "model.hidden=64").ShouldSucceed();
        var smaller = Path.Combine(run.Root, "runs", "tiny");
        Cli("eval", "family:arithmetic-mod10@2", "--model", "runs/larger", "--model", smaller, "--limit", "10", "--epochs", "2", "--max-tokens", "24", "--out", "evaluations/a").ShouldSucceed();
        var table = JsonDocument.Parse(Cli("card", "family", "runs/larger", smaller, "--evidence", "evaluations", "--tokens", "8", "--tokens", "24", "--json").ShouldSucceed().Output).RootElement;
        table.GetProperty("larger_weights").GetInt64().ShouldBeGreaterThan(table.GetProperty("smaller_weights").GetInt64());
        table.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("tokens").GetInt32()).ShouldBe([8, 24]);
        Cli("card", "family", "runs/larger", smaller, "--evidence", "evaluations").ShouldSucceed().Output.ShouldContain("Equal compute:");
        Cli("card", "family", smaller, "runs/larger", "--evidence", "evaluations").ShouldBeUserMistake().ShouldContain("Name the larger first");
        Cli("card", "family", "runs/larger", smaller, "--evidence", "evaluations", "--task", "gsm8k").ShouldBeUserMistake().ShouldContain("There is no log of gsm8k");
    }

    private CliResult Cli(params string[] arguments) => CliProcess.Run(_folder.Root, arguments);
}

using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>What the numbers of a run mean, from the terminal.</summary>
public sealed class MetricsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_lists_all_or_those_of_a_name()
    {
        var all = CliProcess.Run(_folder.Root, "metrics").ShouldSucceed().Output;
        foreach (var name in new[] { "sft/loss (nats a token; every step)", "rl/frac_reward_zero_std", "evaluation/accuracy", "rl/seconds" }) all.ShouldContain(name);
        var some = CliProcess.Run(_folder.Root, "metrics", "KL").ShouldSucceed().Output;
        some.ShouldContain("policy/reference_kl_k3");
        some.ShouldNotContain("sft/loss");
        // One of a family, by its whole name.
        using var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "metrics", "rl/accuracy_level_3", "--json").ShouldSucceed().Output);
        json.RootElement.EnumerateArray().Single().GetProperty("name").GetString().ShouldBe("rl/accuracy_level_{level}");
        json.RootElement[0].GetProperty("unit").GetString().ShouldBe("share");
    }

    [Fact]
    public void A_name_that_is_none_is_told_the_nearest() =>
        CliProcess.Run(_folder.Root, "metrics", "rl/reward_meen").ShouldBeUserMistake().ShouldContain("Did you mean \"rl/reward_mean\"?");

    [Fact]
    public void It_writes_the_page()
    {
        CliProcess.Run(_folder.Root, "metrics", "--output", "metrics.md").ShouldSucceed();
        File.ReadAllText(Path.Combine(_folder.Root, "metrics.md")).ShouldStartWith("# Metrics");
    }
}

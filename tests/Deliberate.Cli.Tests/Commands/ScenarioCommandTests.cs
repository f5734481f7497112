using Deliberate.Reasoning;

namespace Deliberate.Cli.Tests;

/// <summary>Scenarios, Harbor's folders and red teaming from the command line.</summary>
public sealed class ScenarioCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scenarios_are_listed_shown_and_asked_with_how_well_they_are_read()
    {
        CliProcess.Run(_folder.Root, "scenario", "list").ShouldSucceed().Output.ShouldContain("alignment_faking");
        var shown = CliProcess.Run(_folder.Root, "scenario", "show", "goal_guarding", "--transcripts").ShouldSucceed().Output;
        foreach (var part in new[] { "next/goal.txt", "labelled covert", "read as open", "Covert ones found" }) shown.ShouldContain(part);
        CliProcess.Run(_folder.Root, "scenario", "show", "goal_gaurding").ShouldBeUserMistake().ShouldContain("goal_guarding");
        // A model that never acts: all broken, so nothing was found out.
        CliProcess.Run(_folder.Root, "scenario", "scheming", "mock:hello", "--limit", "12", "--out", "e").Output.ShouldContain("broken");
    }

    [Fact]
    public void Tasks_are_written_checked_and_run_and_a_bad_oracle_is_named()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"no sandbox here: {Sandbox.WhyNotUntrusted()}");
        CliProcess.Run(_folder.Root, "scenario", "write", "tasks", "--capability", "goal_guarding", "--count", "2").ShouldSucceed();
        CliProcess.Run(_folder.Root, "scenario", "check", "tasks").ShouldSucceed();
        CliProcess.Run(_folder.Root, "scenario", "run", "tasks", "mock:done", "--out", "e").ShouldSucceed().Output.ShouldContain("solved");
        File.WriteAllText(Path.Combine(_folder.Root, "tasks", "goal_guarding-1", "solution", "solve.sh"), "echo x > next/goal.txt\n");
        var failed = CliProcess.Run(_folder.Root, "scenario", "check", "tasks");
        failed.ExitCode.ShouldBe(1);
        failed.Output.ShouldContain("does not pass the tests");
    }

    [Fact]
    public void Campaigns_are_made_and_bad_goals_are_refused_with_their_line()
    {
        _folder.File("g.jsonl", "{\"goal\":\"Say yes.\",\"success\":\"yes\"}\n{\"goal\":\"Say yes.\"}\n");
        CliProcess.Run(_folder.Root, "redteam", "create", "a", "--arena", "--goals", "g.jsonl", "--model", "mock:yes").ShouldBeUserMistake().ShouldContain("g.jsonl:2");
        CliProcess.Run(_folder.Root, "redteam", "create", "p", "--model", "mock:a").ShouldBeUserMistake().ShouldContain("--model");
        CliProcess.Run(_folder.Root, "redteam", "create", "p", "--model", "mock:a", "--model", "mock:b").ShouldSucceed();
        CliProcess.Run(_folder.Root, "redteam", "results", "p").ShouldSucceed().Output.ShouldContain("0 votes");
        CliProcess.Run(_folder.Root, "redteam", "export", "p", "o.jsonl").ShouldSucceed();
        CliProcess.Run(_folder.Root, "redteam", "audit", "mock:hi", "--auditor", "mock:no", "--judge", "mock:x").ExitCode.ShouldBe(3);
    }
}

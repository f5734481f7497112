using System.Text.Json;

namespace Deliberate.Cli.Tests;

public sealed class QuickstartCommandTests
{
    [Fact]
    public void A_miniature_quickstart_makes_three_runs_and_one_report_and_starting_it_again_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        var first = CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.1", .. TinyRun.Overrides]).ShouldSucceed();
        foreach (var name in QuickstartPlan.Names) first.Output.ShouldContain(name);
        first.Output.ShouldContain("Next: open runs/quickstart/report.html");
        File.ReadAllText(Path.Combine(folder.Root, "runs/quickstart/report.html")).ShouldContain("<html");

        var weights = Path.Combine(folder.Root, "runs/quickstart/arithmetic/checkpoints/final/model.safetensors");
        var before = File.ReadAllBytes(weights);
        using var json = JsonDocument.Parse(CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.1", "--json", .. TinyRun.Overrides]).ShouldSucceed().Output);
        json.RootElement.GetProperty("runs").GetArrayLength().ShouldBe(QuickstartPlan.Names.Count);
        File.ReadAllBytes(weights).ShouldBe(before);

        CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.2", .. TinyRun.Overrides]).ShouldBeUserMistake().ShouldContain("--fresh");
        CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.1", "--fresh", .. TinyRun.Overrides]).ShouldSucceed();
        File.ReadAllBytes(weights).ShouldBe(before);
    }

    [Fact]
    public void Minutes_scale_budgets_before_the_start_and_overrides_win()
    {
        var usual = QuickstartPlan.Create(QuickstartPlan.UsualMinutes, 1, []);
        var half = QuickstartPlan.Create(QuickstartPlan.UsualMinutes / 2, 1, ["reinforcement.steps=3"]);
        for (var i = 0; i < usual.Runs.Count; i++)
        {
            half.Runs[i].Recipe.Supervised.Tokens.ShouldBe(usual.Runs[i].Recipe.Supervised.Tokens / 2);
            half.Runs[i].Recipe.Reinforcement.Steps.ShouldBe(3);
        }
    }

    [Fact]
    public void The_control_differs_from_its_run_in_nothing_but_thought()
    {
        var plan = QuickstartPlan.Create(QuickstartPlan.UsualMinutes, 1, []);
        var (run, control) = (plan.Runs[0].Recipe, plan.Runs[1].Recipe);
        control.Family.ChainOfThought.ShouldBeFalse();
        control.Supervised.Steps.ShouldBe(run.Supervised.Steps);
        control.Reinforcement.Steps.ShouldBe(run.Reinforcement.Steps);
        (control.Reinforcement.Prompts, control.Reinforcement.Samples).ShouldBe((run.Reinforcement.Prompts, run.Reinforcement.Samples));
        (control.Seed, control.Family.TestLevel, control.Evaluation.Seed, control.Evaluation.Problems).ShouldBe((run.Seed, run.Family.TestLevel, run.Evaluation.Seed, run.Evaluation.Problems));
        control.Family.Levels.ShouldBe(run.Family.Levels);
    }
}

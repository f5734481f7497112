using System.Text.Json;

namespace Deliberate.Cli.Tests;

public sealed class RunsCommandTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public void List_tells_state_and_numbers_of_every_run_and_what_is_damaged()
    {
        Directory.CreateDirectory(Path.Combine(run.Root, "many", "broken"));
        File.WriteAllText(Path.Combine(run.Root, "many", "broken", "recipe.yaml"), "nam: x\n");
        var table = CliProcess.Run(run.Root, "runs", "list", "many").ShouldSucceed().Output;
        table.ShouldContain("damaged");
        table.ShouldContain("recipe.yaml:1:1: nam: Unknown key.");
        using var json = JsonDocument.Parse(CliProcess.Run(run.Root, "runs", "list", "--json").ShouldSucceed().Output);
        var tiny = json.RootElement.GetProperty("runs").EnumerateArray().Single(r => r.GetProperty("folder").GetString() == "runs/tiny");
        tiny.GetProperty("condition").GetString().ShouldBe("finished");
        tiny.GetProperty("before").GetProperty("value").GetDouble().ShouldBeInRange(0, 1);
        tiny.GetProperty("seconds").GetDouble().ShouldBeGreaterThan(0);
        Directory.CreateDirectory(Path.Combine(run.Root, "empty"));
        CliProcess.Run(run.Root, "runs", "list", "empty").ShouldSucceed().Output.ShouldContain("holds no run");
    }

    [Fact]
    public void Compare_says_what_differs_on_the_same_problems_and_in_the_settings()
    {
        CliProcess.Run(run.Root, "train", "tiny.yaml", "--set", "name=other", "--set", "seed=2").ShouldSucceed();
        var table = CliProcess.Run(run.Root, "runs", "compare", "runs/tiny", "runs/other", "--output", "compared here.html").ShouldSucceed().Output;
        table.ShouldContain("6 problems that both were asked");
        table.ShouldContain("| seed ");
        var page = File.ReadAllText(Path.Combine(run.Root, "compared here.html"));
        page.ShouldContain("<html");
        System.Net.WebUtility.HtmlDecode(page).ShouldContain("deliberate runs compare runs/tiny runs/other --output 'compared here.html'");
        using var json = JsonDocument.Parse(CliProcess.Run(run.Root, "runs", "compare", "runs/tiny", "runs/tiny", "--at", "base", "--json").ShouldSucceed().Output);
        json.RootElement.GetProperty("settings").GetArrayLength().ShouldBe(0);
        json.RootElement.GetProperty("measures")[0].GetProperty("difference").GetProperty("value").GetDouble().ShouldBe(0);
        CliProcess.Run(run.Root, "runs", "compare", "runs/tiny", "runs/other", "--at", "finale").ShouldBeUserMistake().ShouldContain("Did you mean \"final\"?");
        CliProcess.Run(run.Root, "train", "tiny.yaml", "--set", "name=elsewhere", "--set", "evaluation.seed=9").ShouldSucceed();
        CliProcess.Run(run.Root, "runs", "compare", "runs/tiny", "runs/elsewhere").ShouldBeUserMistake().ShouldContain("no problem in common: evaluation.seed is 1 and 9");
    }

    [Fact]
    public void Samples_are_found_by_step_problem_and_grade()
    {
        var step = CliProcess.Run(run.Root, "runs", "samples", "runs/tiny", "--step", "2").ShouldSucceed().Output;
        step.ShouldContain("step 2 of reinforcement, arithmetic-mod10/2/");
        step.ShouldContain("4 samples.");
        var lines = CliProcess.Run(run.Root, "runs", "samples", "runs/tiny", "--step", "2", "--json", "--count", "1").ShouldSucceed().Output;
        using var first = JsonDocument.Parse(lines);
        var problem = first.RootElement.GetProperty("problem").GetString()!;
        CliProcess.Run(run.Root, "runs", "samples", "runs/tiny", "--problem", problem).ShouldSucceed().Output.ShouldContain("2 samples.");
        CliProcess.Run(run.Root, "runs", "samples", "runs/tiny", "--problem", problem.Split('/')[2]).ShouldSucceed().Output.ShouldContain("2 samples.");
        CliProcess.Run(run.Root, "runs", "samples", "runs/tiny", "--step", "9").ShouldBeUserMistake().ShouldContain("There are samples of steps 1 to 3.");
        CliProcess.Run(run.Root, "runs", "samples", "runs/tiny", "--step", "2", "--problem", "none").ShouldBeUserMistake().ShouldContain($"Step 2 has the problems {problem}");
        CliProcess.Run(run.Root, "runs", "samples", "runs/tiny", "--right", "--wrong").ShouldBeUserMistake().ShouldContain("name one of them");
        CliProcess.Run(run.Root, "runs", "samples", "runs/tiny", "--stage", "reinforcment").ShouldBeUserMistake().ShouldContain("Did you mean \"reinforcement\"?");
    }

    [Fact]
    public void Retrain_makes_a_step_again_to_the_same_bits()
    {
        CliProcess.Run(run.Root, "runs", "retrain", "runs/tiny", "--step", "1").ShouldSucceed().Output.ShouldContain("Everything came out the same.");
        CliProcess.Run(run.Root, "runs", "retrain", "runs/tiny", "--step", "3").ShouldBeUserMistake().ShouldContain("Steps that can be trained again: 1");
        CliProcess.Run(run.Root, "runs", "retrain", "runs/tiny", "--step", "0").ShouldBeUserMistake().ShouldContain("--step");
    }
}

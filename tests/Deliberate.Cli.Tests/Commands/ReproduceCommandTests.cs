using System.Text.Json;

namespace Deliberate.Cli.Tests;

public sealed class ReproduceCommandTests
{
    private const string Train =
        """
        name: tiny
        family:
          name: both
          parts:
            - { name: arithmetic-compare, levels: [2] }
            - { name: horn-proofs, levels: [2] }
        model: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 128 }
        supervised: { tokens: 3000, batch_tokens: 500 }
        reinforcement: { steps: 2, prompts: 2, samples: 2, max_tokens: 24 }
        expert_iteration: { rounds: 2, most_per_problem: 2, max_tokens: 24 }
        evaluation: { max_tokens: 24 }
        """;

    private const string Experiment =
        """
        train: train.yaml
        seeds: 1
        problems: 6
        direct_max_tokens: 4
        tests:
          - { family: arithmetic-compare, max_tokens: 24, deeper: 3, deeper_max_tokens: 24 }
          - { family: horn-proofs, max_tokens: 24, deeper: 3, deeper_max_tokens: 24 }
        quick: { problems: 4, set: [supervised.tokens=1000] }
        """;

    [Fact]
    public void A_miniature_experiment_leaves_results_report_and_docs_and_starting_it_again_changes_nothing()
    {
        using var folder = Recipes();
        folder.File("page.md", "# Page\n<!-- reproduce reasoning: begin -->\nnot run yet\n<!-- reproduce reasoning: end -->\n");
        string[] command = ["reproduce", "reasoning", "--recipe", "small.yaml", "--output", "out", "--write-docs", "page.md"];
        var first = CliProcess.Run(folder.Root, command).ShouldSucceed();
        first.Error.ShouldContain("1/8: seed 1, imitation");
        first.Error.ShouldContain("left");
        first.Output.ShouldContain("after RL");
        first.Output.ShouldContain("out/report.html");
        var page = File.ReadAllText(Path.Combine(folder.Root, "page.md"));
        page.ShouldContain("deliberate reproduce reasoning --recipe small.yaml --output out");
        page.ShouldContain("| before RL |");
        page.ShouldNotContain("not run yet");
        var results = File.ReadAllText(Path.Combine(folder.Root, "out/results.json"));

        using var json = JsonDocument.Parse(CliProcess.Run(folder.Root, [.. command, "--json"]).ShouldSucceed().Output);
        json.RootElement.GetProperty("is_result").GetBoolean().ShouldBeTrue();
        File.ReadAllText(Path.Combine(folder.Root, "out/results.json")).ShouldBe(results);
        File.ReadAllText(Path.Combine(folder.Root, "page.md")).ShouldBe(page);

        CliProcess.Run(folder.Root, "reproduce", "reasoning", "--recipe", "small.yaml", "--output", "out", "--seed-base", "9").ShouldBeUserMistake().ShouldContain("--fresh");
        CliProcess.Run(folder.Root, "sample", "out/seed-1/rl").ShouldBeUserMistake().ShouldContain("Name one of arithmetic-compare, horn-proofs");
        CliProcess.Run(folder.Root, "eval", "out/seed-1/rl", "--family", "horn-proofs", "--problems", "4", "--samples", "1").ShouldSucceed().Output.ShouldContain("level 2");
    }

    [Fact]
    public void Quick_numbers_are_marked_as_no_result_everywhere_and_stopped_it_says_how_to_go_on()
    {
        using var folder = Recipes();
        string[] command = ["reproduce", "reasoning", "--recipe", "small.yaml", "--quick"];
        using (var process = CliProcess.Start(folder.Root, command))
        {
            process.WaitFor("2/8");
            process.Signal(CliProcess.Interrupt);
            var stopped = process.Wait();
            stopped.ExitCode.ShouldBe(130);
            stopped.Error.ShouldContain("Continue with: deliberate reproduce reasoning --quick --recipe small.yaml");
        }

        var whole = CliProcess.Run(folder.Root, command).ShouldSucceed();
        whole.Error.ShouldNotContain("1/8");
        whole.Output.ShouldContain("Not a result");
        whole.Output.ShouldContain("8 models were trained and tested: the chain works. It measures nothing, so there are no numbers here.");
        whole.Output.ShouldNotContain("95%");
        foreach (var file in new[] { "report.html", "table.md" }) File.ReadAllText(Path.Combine(folder.Root, "runs/reproduce-reasoning-quick", file)).ShouldNotContain("95%");
        foreach (var file in new[] { "report.html", "results.json", "table.md" }) File.ReadAllText(Path.Combine(folder.Root, "runs/reproduce-reasoning-quick", file)).ShouldContain("Not a result");
    }

    [Fact]
    public void Distillation_in_miniature_goes_on_where_it_was_stopped_and_says_that_it_is_no_result()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["reproduce", "distillation", "--quick", "--seeds", "1", "--threads", "1"];
        using (var process = CliProcess.Start(folder.Root, command))
        {
            process.WaitFor("seed-1/corpus");
            process.Signal(CliProcess.Interrupt);
            var stopped = process.Wait();
            stopped.ExitCode.ShouldBe(130);
            stopped.Error.ShouldContain("Continue with: deliberate reproduce distillation --seeds 1 --quick");
        }

        var whole = CliProcess.Run(folder.Root, command).ShouldSucceed();
        whole.Error.ShouldNotContain("seed-1/larger");
        whole.Output.ShouldContain("Not a result");
        whole.Output.ShouldContain("8 models were trained and tested: the chain works. It measures nothing, so there are no numbers here.");
        whole.Output.ShouldNotContain("95%");
        var root = Path.Combine(folder.Root, "runs/reproduce-distillation-quick");
        foreach (var file in new[] { "report.html", "table.md" })
        {
            File.ReadAllText(Path.Combine(root, file)).ShouldContain("Not a result");
            File.ReadAllText(Path.Combine(root, file)).ShouldNotContain("95%");
        }

        using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "results.json")));
        results.RootElement.GetProperty("is_result").GetBoolean().ShouldBeFalse();
        results.RootElement.GetProperty("models").GetArrayLength().ShouldBe(0);

        CliProcess.Run(folder.Root, "reproduce", "distillation", "--quick").ShouldBeUserMistake().ShouldContain("--fresh");
        CliProcess.Run(folder.Root, "reproduce", "distillation", "--output", ".").ShouldBeUserMistake().ShouldContain("holds no study");
    }

    [Fact]
    public void The_study_of_a_hidden_goal_says_the_whole_command_that_goes_on_with_it()
    {
        using var folder = new TemporaryFolder();
        using var process = CliProcess.Start(folder.Root, "reproduce", "scheming", "--quick", "--seed", "3", "--output", "my study", "--threads", "1");
        process.WaitFor("planted");
        process.Signal(CliProcess.Interrupt);
        var stopped = process.Wait();
        stopped.ExitCode.ShouldBe(130, stopped.Error);
        stopped.Error.ShouldContain("Continue with: deliberate reproduce scheming --seed 3 --quick --output 'my study'\n");
    }

    [Fact]
    public void A_part_of_the_experiment_is_a_row_of_its_own_and_says_so()
    {
        using var folder = Recipes();
        string[] command = ["reproduce", "reasoning", "--recipe", "small.yaml", "--only", "horn-proofs", "--models", "rl", "--output", "row"];
        var made = CliProcess.Run(folder.Root, command).ShouldSucceed();
        made.Error.ShouldContain("1/2: seed 1, imitation");
        made.Output.ShouldContain("A part of the experiment: horn-proofs of the experiment's 2 families");
        made.Output.ShouldContain("Of its models base, rl.");
        made.Output.ShouldContain("after RL");
        made.Output.ShouldNotContain("arithmetic-compare");
        File.ReadAllText(Path.Combine(folder.Root, "row/report.html")).ShouldContain("A part of the experiment");
        // Another part is another experiment.
        CliProcess.Run(folder.Root, "reproduce", "reasoning", "--recipe", "small.yaml", "--only", "horn-proofs", "--models", "careful", "--output", "row").ShouldBeUserMistake().ShouldContain("--fresh");
    }

    /// <summary>The two families that have aims of their own, where not all models are there that an aim compares.</summary>
    [Theory]
    [InlineData("arithmetic", "base,rl", "every step right after RL")]
    [InlineData("arithmetic", "base", "every step right before RL")]
    [InlineData("countdown-easy", "base", "before RL")]
    public void A_row_has_the_aims_that_its_models_allow(string family, string models, string says)
    {
        using var folder = Recipes();
        folder.File("train.yaml", Train.Replace("horn-proofs, levels: [2]", $"{family}, levels: [3]", StringComparison.Ordinal));
        folder.File("small.yaml", Experiment.Replace("horn-proofs, max_tokens: 24, deeper: 3", $"{family}, max_tokens: 24, deeper: 4", StringComparison.Ordinal));
        CliProcess.Run(folder.Root, "reproduce", "reasoning", "--recipe", "small.yaml", "--only", family, "--models", models, "--output", "row").ShouldSucceed();
        var page = File.ReadAllText(Path.Combine(folder.Root, "row/report.html"));
        page.ShouldContain(says);
        page.ShouldContain("1 family, 1 seed");
        page.ShouldNotContain("n/a", Case.Sensitive, "models that were left out have no bars");
        page.ShouldNotContain("answers right above the control");
        // Of what was not trained it says nothing.
        foreach (var absent in new[] { "careful writers only", "expert iteration (", "without thought, in as many", "controls", "all families but one" }) page.ShouldNotContain(absent);
    }

    [Theory]
    [InlineData("reproduce reasoning --recipe small.yaml --only horn-proof", "Did you mean \"horn-proofs\"?")]
    [InlineData("reproduce reasoning --recipe small.yaml --models basis", "\"basis\"")]
    [InlineData("reproduce reasoning --only arithmetic --write-docs small.yaml", "Leave --only and --models out")]
    [InlineData("reproduce reasning", "There is no command reasning. Did you mean \"reasoning\"?")]
    [InlineData("reproduce", "deliberate reproduce reasoning or distillation")]
    [InlineData("reproduce distillation --quick --write-docs small.yaml", "no result")]
    [InlineData("reproduce distillation --write-docs small.yaml", "mark <!-- reproduce distillation: begin --> is missing")]
    [InlineData("reproduce transfer --quick --write-docs small.yaml", "no result")]
    [InlineData("reproduce transfer --write-docs small.yaml", "mark <!-- reproduce transfer: begin --> is missing")]
    [InlineData("reproduce quickstart --write-docs small.yaml", "mark <!-- reproduce quickstart: begin --> is missing")]
    [InlineData("reproduce quickstart --quick --write-docs small.yaml", "no result")]
    [InlineData("reproduce reasoning --quick --write-docs small.yaml", "no result")]
    [InlineData("reproduce reasoning --write-docs small.yaml", "mark <!-- reproduce reasoning: begin --> is missing")]
    [InlineData("reproduce reasoning --recipe smal.yaml", "\"small.yaml\"")]
    [InlineData("reproduce reasoning --recipe small.yaml --set reinforcement.prompts=3", "3 problems cannot ask 2 families equally often")]
    [InlineData("reproduce reasoning --seeds -1", "--seeds")]
    [InlineData("reproduce transfer --seed-base 2147483647 --output .", "holds no study")]
    public void A_mistake_is_told_before_anything_is_trained(string line, string said)
    {
        using var folder = Recipes();
        CliProcess.Run(folder.Root, line.Split(' ')).ShouldBeUserMistake().ShouldContain(said);
        Directory.Exists(Path.Combine(folder.Root, "runs")).ShouldBeFalse();
    }

    private static TemporaryFolder Recipes()
    {
        var folder = new TemporaryFolder();
        folder.File("train.yaml", Train);
        folder.File("small.yaml", Experiment);
        return folder;
    }
}

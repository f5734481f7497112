using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training.Tests;

/// <summary>Whole runs and what their reports say of them: what happened, and nothing that did not.</summary>
public sealed class RunFactsReportTests : IDisposable
{
    private const string OnlyReward = "as the only reward", NoLength = "nothing rewards or punishes length";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_penalty_of_length_and_a_reward_of_steps_are_said()
    {
        var recipe = TinyRun.Recipe();
        var page = Page(Run(recipe with { Reinforcement = recipe.Reinforcement with { Rewards = [new CorrectReward(), new AllStepsReward { Weight = 0.25 }, new OverlongReward { Cache = 16 }] } }));
        page.ShouldNotContain(OnlyReward);
        page.ShouldNotContain(NoLength);
        page.ShouldContain("rewarded for right answers and right steps and punished for length");
        page.ShouldContain("0.25 more where the checker found every step right");
        page.ShouldContain("down to −1 for length; the last 16 tokens before the budget");
        page.ShouldContain("all right or all wrong are replaced, in at most 2 rounds a step");
    }

    [Fact]
    public void Right_answers_alone_are_said_to_be_alone()
    {
        var recipe = TinyRun.Recipe();
        var page = Page(Run(recipe with { Reinforcement = recipe.Reinforcement with { Rewards = [new CorrectReward()] } }));
        page.ShouldContain("From random weights, by imitation and then by reinforcement learning, with a checker as the only reward.");
        page.ShouldContain(NoLength);
    }

    [Fact]
    public void What_differs_from_the_objective_as_its_paper_has_it_is_said_and_nothing_else()
    {
        var recipe = Short(TinyRun.Recipe());
        var rl = recipe.Reinforcement with { Objective = "grpo", Options = GrpoObjective.Entry.Defaults, Advantage = GrpoObjective.Entry.Advantage };
        Page(Run(recipe with { Reinforcement = rl }, "usual")).ShouldNotContain("Beyond the objective's defaults");
        var other = Run(recipe with { Reinforcement = rl with { MaskTruncated = true, Options = rl.Options with { EpsilonHigh = 0.28, KlCoefficient = 0.02 } } }, "other");
        RunFacts.Read(new RunFolder(other))!.Reinforcement!.Further!.OrderBy(f => f.Key, StringComparer.Ordinal).ShouldBe([new("mask_truncated", "true"), new("options.epsilon_high", "0.28")]);
        Page(other).ShouldContain("Beyond the objective's defaults: options.kl_coefficient 0.02, options.epsilon_high 0.28, mask_truncated true");
    }

    [Fact]
    public void Components_of_a_verifier_are_said_with_their_weights()
    {
        using var run = new JudgedRun(sample => (sample.Attempt == 0 ? Verdict.Pass() : Verdict.Fail("wrong")) with { Scores = [new("brevity", 0.5)] });
        run.Train("problems: { train: [problems.jsonl], verifier: { name: {judge} } }\nevaluation: { problems: 4, max_tokens: 6 }\nreinforcement: { steps: 1, prompts: 4, samples: 4, max_tokens: 6, rewards: { components: { brevity: 0.125 } } }\n");
        var page = Page(run.Folder.Root);
        page.ShouldNotContain(OnlyReward);
        page.ShouldNotContain(NoLength);
        page.ShouldContain("0.125 times the verifier's brevity");
        page.ShouldContain("whether the verifier looks at length is not known here");
        page.ShouldContain("Problems of your own from problems.jsonl");
        page.ShouldNotContain("made-up corpus");
        var facts = RunFacts.Read(run.Folder)!;
        (facts.Problems!.Judge, facts.Problems.TestLevel, facts.Problems.Thinks).ShouldBe((JudgeKind.Verifier, null, false));
        facts.Reinforcement!.Passes.ShouldBe(4.0 / facts.Problems.Count!.Value);
        facts.Reinforcement.Rewards.Select(term => (term.Name, term.Kind, term.Weight, term.Correctness)).ShouldBe([("correct", "correct", 1, CorrectnessLink.Answer), ("components/brevity", "component", 0.125, CorrectnessLink.Verifier)]);
    }

    [Fact]
    public void Runs_of_several_seeds_have_names_of_their_own_and_all_seeds_are_named()
    {
        var short1 = Short(TinyRun.Recipe());
        string[] runs = [.. new ulong[] { 3, 5, 8 }.Select(seed => Run(short1 with { Seed = seed }, $"seed-{seed}"))];
        var report = RunReport.Build(runs);
        report.Chapters.Select(c => c.Title).ShouldBe(["All tasks", "Nested arithmetic, seed 3", "Nested arithmetic, seed 5", "Nested arithmetic, seed 8", "Health of the run"]);
        report.Title.ShouldBe("Nested arithmetic (3 runs)");
        report.Made.ShouldContain("seeds 3, 5, 8");
        report.Provenance.Seeds.ShouldBe([3ul, 5, 8]);
        report.DoesNotShow.ShouldNotContain(s => s.Contains("one seed", StringComparison.Ordinal));
        report.DoesNotShow.ShouldContain(s => s.Contains("3 runs of the same recipe", StringComparison.Ordinal));
        ReportPage.Render(report).ReplaceLineEndings("").ShouldContain("<dt>Seeds</dt><dd>3, 5, 8</dd>");
        RunReport.Build(runs[0]).DoesNotShow.ShouldContain(s => s.Contains("this is one seed", StringComparison.Ordinal));
    }

    [Fact]
    public void Runs_that_differ_in_more_than_the_seed_are_told_apart_by_what_differs()
    {
        var recipe = Short(TinyRun.Recipe());
        var other = recipe with { Name = "longer", Reinforcement = recipe.Reinforcement with { Steps = 2 } };
        var report = RunReport.Build(Run(recipe, "a"), Run(other, "b"));
        report.Chapters.Skip(1).Select(c => c.Title).ShouldBe(["Nested arithmetic, tiny", "Nested arithmetic, longer", "Health of the run"]);
        report.DoesNotShow.ShouldContain(s => s.Contains("each run is one seed", StringComparison.Ordinal));
        RunEvidence.Read([_folder.File("a"), _folder.File("a")]).Length.ShouldBe(2);
    }

    [Fact]
    public void Without_a_supervised_stage_nothing_was_imitated()
    {
        var recipe = Short(TinyRun.Recipe());
        var report = RunReport.Build(Run(recipe with { Supervised = recipe.Supervised with { Tokens = 0 } }));
        report.Subtitle.ShouldStartWith("From random weights, by reinforcement learning, ");
        string.Join(" ", report.Lead).ShouldNotContain("imitates");
        report.Chapters[0].Prose.ShouldContain("From random weights. There was no supervised stage.");
        report.DoesNotShow.ShouldNotContain(s => s.Contains("corpus", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_reinforcement_learning_there_is_no_talk_of_it()
    {
        var recipe = TinyRun.Recipe();
        var run = Run(recipe with { Reinforcement = recipe.Reinforcement with { Steps = 0 } });
        var report = RunReport.Build(run);
        report.Subtitle.ShouldBe("From random weights, by imitation.");
        string.Join(" ", report.Lead).ShouldNotContain("more likely");
        report.KeyNumbers.Single().Label.ShouldBe("Nested arithmetic, solved after imitation");
        report.Chapters[0].Tables.Single().Rows.Select(r => r[0].Text).ShouldBe(["after imitation"]);
        report.Chapters[0].Prose.ShouldContain("There was no reinforcement learning.");
        foreach (var said in new[] { "before RL", "after RL", "RL step", "reinforcement learning (" }) Page(run).ShouldNotContain(said, Case.Sensitive);
    }

    [Theory]
    [InlineData(0.97, "A small model learns to reason")]
    [InlineData(0.3, "Nested arithmetic, Countdown")]
    public void A_title_claims_only_what_every_run_established(double after, string title) =>
        RunReport.Build(ReportRuns.Quickstart(_folder.File("runs"), after)).Title.ShouldBe(title);

    [Fact]
    public void The_facts_are_those_of_the_run_and_stay_as_they_were_written()
    {
        var first = Run(Short(TinyRun.CurriculumRecipe()) with { Seed = 4 }, "first");
        var from = Path.GetRelativePath(Environment.CurrentDirectory, new RunFolder(first).Checkpoint(RunFolder.Final));
        var recipe = Short(TinyRun.CurriculumRecipe());
        var run = Run(recipe with { Model = new ModelRecipe { From = from, Context = 160 }, Supervised = recipe.Supervised with { Tokens = 0 } }, "second");
        var (paths, facts) = (new RunFolder(run), RunFacts.Read(new RunFolder(run))!);
        (facts.Start.Given, facts.Start.Path, facts.Start.Layers).ShouldBe((from, Path.GetFullPath(from), 2));
        (facts.Imitation, facts.Seeds, facts.ExpertIteration!.Rounds).ShouldBe((null, new SeedFacts(1, recipe.Evaluation.Seed), 2));
        facts.ExpertIteration.Curriculum!.Levels.Count.ShouldBeGreaterThan(1);
        (facts.Problems!.Thinks, facts.Problems.AnswersAtOnce, facts.Problems.Count).ShouldBe((false, true, null));
        var bytes = File.ReadAllBytes(paths.Facts);
        using (var again = TrainingRun.Resume(run, 1)) again.Execute().ShouldBe(RunOutcome.Completed);
        File.ReadAllBytes(paths.Facts).ShouldBe(bytes);
        facts.Write(paths.Facts);
        File.ReadAllBytes(paths.Facts).ShouldBe(bytes);
        RunReport.Build(run).Subtitle.ShouldStartWith($"From the model {from}, by expert iteration and then by reinforcement learning, ");
    }

    [Fact]
    public void A_run_without_facts_has_a_report_that_says_what_it_cannot_know()
    {
        var run = Run(Short(TinyRun.Recipe()));
        File.Delete(new RunFolder(run).Facts);
        var report = RunReport.Build(run);
        report.Subtitle.ShouldBe("");
        report.DoesNotShow.Count(s => s.Contains("The run was made before runs wrote that down (facts.json).", StringComparison.Ordinal)).ShouldBe(1);
        var page = ReportPage.Render(report);
        foreach (var guessed in new[] { "only reward", "rewards or punishes", "base imitated", "the model imitates" }) page.ShouldNotContain(guessed);
        page.ShouldContain("8 held-out problems (test split, level 3)");
    }

    [Theory]
    [InlineData("{ \"format_version\": 99 }", "format")]
    [InlineData("{ \"format_version\": 2 }", "facts")]
    [InlineData("nothing", "facts")]
    public void Damaged_facts_are_refused_by_name(string text, string said)
    {
        var run = ReportRuns.Write(_folder.File("arithmetic"), "arithmetic", thinks: true, 0.3, 0.8);
        File.WriteAllText(new RunFolder(run).Facts, text);
        var message = Should.Throw<UserError>(() => RunReport.Build(run)).Message;
        message.ShouldContain("facts.json");
        message.ShouldContain(said);
    }

    [Fact]
    public void Facts_of_before_count_as_none()
    {
        var run = ReportRuns.Write(_folder.File("arithmetic"), "arithmetic", thinks: true, 0.3, 0.8);
        File.WriteAllText(new RunFolder(run).Facts, "{ \"format_version\": 1 }");
        RunReport.Build(run).Subtitle.ShouldBe("");
    }

    [Fact]
    public void A_command_is_one_that_a_shell_reads() =>
        ShellCommand.TrainAgain("runs/a b/it's/").ShouldBe("deliberate train 'runs/a b/it'\\''s/recipe.yaml' --output 'runs/a b/it'\\''s-again'");

    private static TrainRecipe Short(TrainRecipe recipe) => recipe with { Reinforcement = recipe.Reinforcement with { Steps = 1, Updates = 1 }, Evaluation = recipe.Evaluation with { Every = 0 } };

    private string Run(TrainRecipe recipe, string name = "run") => TinyRun.Start(recipe, _folder.File(name));

    /// <summary>Its page as a reader sees it.</summary>
    private static string Page(string run)
    {
        var html = File.ReadAllText(RunReport.Write(Path.Combine(run, RunReport.FileName), "", run));
        html = html[html.IndexOf("<main>", StringComparison.Ordinal)..];
        return System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Replace(html, "<[^>]*>", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(5)));
    }
}

using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>A run that starts from a model and imitates is measured before it does: what is asked, when, how often, and what is said of it.</summary>
public sealed class StartEvaluationTests(TrainedBase trained)
{
    public static TheoryData<string> Kinds() => ["", "adapter: { rank: 4, base: bf16 }\nrecompute: elementwise", "lean: on"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_measures_the_model_as_it_was_opened_and_changes_nothing_that_is_learned(string keys)
    {
        var observer = new Asked();
        var recipe = Recipe(keys);
        var folder = new RunFolder(TinyRun.Start(recipe, trained.NewFolder(), observer: observer));
        observer.Names.ShouldBe(["start", "base", "final"]);
        observer.Done.ShouldBe(["start", "base", "final"]);
        Planner.Plan(recipe).Evaluation!.ShouldSatisfyAllConditions(plan => plan.Count.ShouldBe(3), plan => plan.Completions.ShouldBe(3 * 12 * 3));

        // The same samples as of a run that trains nothing, whose first evaluation is of the model as it was opened.
        var untrained = new RunFolder(trained.Run(recipe with { Supervised = recipe.Supervised with { Tokens = 0 }, Reinforcement = recipe.Reinforcement with { Steps = 0 } }));
        File.ReadAllBytes(folder.Evaluation(RunFolder.Start)).ShouldBe(File.ReadAllBytes(untrained.Evaluation(RunFolder.Base)));
        File.Exists(untrained.Evaluation(RunFolder.Start)).ShouldBeFalse("the same weights are not measured twice");

        // And the run is the one that it would be without.
        var without = new RunFolder(trained.Run(recipe with { Evaluation = recipe.Evaluation with { Start = false } }));
        File.Exists(without.Evaluation(RunFolder.Start)).ShouldBeFalse();
        foreach (var file in new[] { MetricsStream.MetricsFile, SampleStore.FileName, "evaluations/base.jsonl", "evaluations/final.jsonl" })
            File.ReadAllBytes(Path.Combine(folder.Root, file)).ShouldBe(File.ReadAllBytes(Path.Combine(without.Root, file)), file);
        folder.Checkpoints().ShouldBe(without.Checkpoints());
        BestCheckpoints.Read(folder).ShouldBe(BestCheckpoints.Read(without));
        BestCheckpoints.Read(folder).ShouldNotContain(best => best.Checkpoint == RunFolder.Start);
    }

    [Fact]
    public void It_is_left_out_where_there_is_no_such_model_or_nothing_is_measured()
    {
        var recipe = Recipe("");
        recipe.MeasuresStart.ShouldBeTrue();
        (recipe with { Model = TinyRun.Recipe().Model }).MeasuresStart.ShouldBeFalse();
        (recipe with { Evaluation = recipe.Evaluation with { Problems = 0 } }).MeasuresStart.ShouldBeFalse();
        TrainRecipe.Parse(RecipeWriter.Write(recipe), "tiny.yaml", ["evaluation.start=false"]).MeasuresStart.ShouldBeFalse();

        // A run of before, which does not say the key, goes on as it began.
        var folder = new RunFolder(trained.NewFolder());
        Directory.CreateDirectory(folder.Root);
        File.WriteAllLines(folder.Recipe, RecipeWriter.Write(recipe).Split('\n').Where(line => line.Trim() != "start: true"));
        RunRecipe.Read(folder).MeasuresStart.ShouldBeFalse();
        File.WriteAllText(folder.Recipe, RecipeWriter.Write(recipe));
        RunRecipe.Read(folder).MeasuresStart.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stopped_within_it_and_after_each_step_a_run_ends_in_the_same_bits_and_asks_no_evaluation_twice(string keys)
    {
        var recipe = Recipe(keys + "\ncheckpoint: { every: 1, keep_last: 99 }");
        var whole = trained.Run(recipe);
        var folder = trained.NewFolder();
        List<string> asked = [], done = [];
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            // First as it is asked, then as it has been, then at every step.
            var observer = new Asked { At = (what, name) => stop.CancelWhen((starts, what, name) is (0, "asked", "start") or (1, "done", "start") or ( > 1, "step", _)) };
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            var outcome = run.Execute(stop.Token);
            asked.AddRange(observer.Names);
            done.AddRange(observer.Done.Distinct());
            if (starts == 0) File.Exists(new RunFolder(folder).Evaluation(RunFolder.Start)).ShouldBeFalse("what was given up leaves no trace");
            if (starts == 1) File.Exists(new RunFolder(folder).Evaluation(RunFolder.Start)).ShouldBeTrue();
            if (outcome == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(30);
        }

        asked.Count(name => name == RunFolder.Start).ShouldBe(2, "once in vain");
        asked.Skip(2).Distinct().ShouldBe(["base", "final"], "those that the stop after a stage's last step gave up are asked again");
        done.ShouldContain(RunFolder.Start);
        TinyRun.ShouldEqual(folder, whole);
    }

    [Fact]
    public void Before_after_imitation_and_after_reinforcement_learning_stand_in_report_summary_list_and_comparison()
    {
        var run = trained.Run(Recipe(""));
        var (start, imitated, final) = (Right(run, "start"), Right(run, "base"), Right(run, "final"));
        ShareMetric.Of(start).Value.ShouldNotBe(ShareMetric.Of(imitated).Value, "the test needs a model that moves");
        var report = RunReport.Build(run);
        var (numbers, changes) = (report.Chapters[0].Tables[^2], report.Chapters[0].Tables[^1]);
        numbers.Rows.Select(r => r[0].Text).ShouldBe(["before imitation", "before RL", "after RL"]);
        numbers.Rows.Select(r => r[2].Estimate!).ShouldBe([ShareMetric.Of(start), ShareMetric.Of(imitated), ShareMetric.Of(final)]);
        changes.Rows.Select(r => r[0].Text).ShouldBe(["imitation", "RL", "all stages"]);
        changes.Rows.Select(r => r[4].Estimate!).ShouldBe([Gain(start, imitated), Gain(imitated, final), Gain(start, final)]);
        changes.Rows.ShouldAllBe(r => r[6].Text != "none");
        report.Shows.Concat(report.DoesNotShow).Count(s => s.Contains("of the answers are right, ", StringComparison.Ordinal)).ShouldBe(3);
        report.KeyNumbers[0].Note.ShouldContain($"before imitation {EstimateText.Value(ShareMetric.Of(start), NumberStyle.Percent)}");
        report.DoesNotShow.Where(s => s.Contains("no difference that this run could show: ", StringComparison.Ordinal)).ShouldAllBe(s => s.Contains("with a probability of 80%", StringComparison.Ordinal));

        RunReport.Write(Path.Combine(run, RunReport.FileName), "", run);
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, RunReport.SummaryFile)));
        var said = summary.RootElement.GetProperty("runs")[0];
        said.GetProperty("start").GetProperty("accuracy").GetProperty("value").GetDouble().ShouldBe(ShareMetric.Of(start).Value);
        said.GetProperty("changes").EnumerateArray().Select(c => $"{c.GetProperty("from")} {c.GetProperty("to")}").ShouldBe(["start base", "base final", "start final"]);
        var overview = RunOverview.Read(run);
        (overview.Before, overview.After).ShouldBe((ShareMetric.Of(start), ShareMetric.Of(final)));
        RunComparison.Read(run, run, "start").Measures[0].Values.From.ShouldBe(ShareMetric.Of(start));
    }

    [Fact]
    public void With_imitation_alone_the_model_before_is_what_the_run_is_measured_against()
    {
        var recipe = Recipe("");
        var run = trained.Run(recipe with { Reinforcement = recipe.Reinforcement with { Steps = 0 } });
        var report = RunReport.Build(run);
        report.Chapters[0].Tables.Select(t => string.Join(", ", t.Rows.Select(r => r[0].Text))).ShouldBe(["before imitation, after imitation", "imitation"]);
        report.Chapters[0].Figures.Count.ShouldBe(2);
        report.Chapters[0].Tables[1].Rows[0][4].Estimate.ShouldBe(Gain(Right(run, "start"), Right(run, "final")));
        report.KeyNumbers[0].Note.ShouldContain("before imitation");
        RunEvidence.Read(run).Evaluations.Select(e => (e.Step, e.Name)).ShouldBe([(0, "start"), (recipe.Supervised.Steps, "base"), (recipe.Supervised.Steps, "final")]);
        RunGroup.Of([RunEvidence.Read(run)])[0].Gain(SampleMeasure.Accuracy).Value.ShouldBe(Gain(Right(run, "start"), Right(run, "final")).Value, 1e-12);
    }

    [Fact]
    public void Where_expert_iteration_comes_between_its_own_change_is_told_apart()
    {
        var run = trained.Run(Recipe("expert_iteration: { rounds: 1, prompts: 24, samples: 4, max_tokens: 6, batch_tokens: 150 }"));
        RunReport.Build(run).Chapters[0].Tables[^1].Rows.Select(r => r[0].Text).ShouldBe(["imitation", "expert iteration", "RL", "all stages"]);
        RunEvidence.Read(run).Measured.Select(e => e.Name).ShouldBe(["start", "base", "expert", "final"]);
    }

    private static ItemValues<(long, string)> Right(string run, string evaluation) => SampleMeasure.Accuracy.ByProblem(EvaluationFile.Read(new RunFolder(run).Evaluation(evaluation)));

    private static Estimate Gain(ItemValues<(long, string)> from, ItemValues<(long, string)> to) => DifferenceMetric.Of(from, to, MeasureKind.Share);

    /// <summary>Imitates for a few steps at a rate that moves it, then reinforces.</summary>
    private TrainRecipe Recipe(string keys)
    {
        var recipe = trained.Recipe("", keys);
        return recipe with { Evaluation = new EvaluationRecipe { Problems = 12, Samples = 3, QuickProblems = 8, MaxTokens = 6, Every = 0 }, Supervised = recipe.Supervised with { Tokens = 1500, BatchTokens = 500, Optimizer = new OptimizerRecipe { Kind = OptimizerKind.AdamW, LearningRate = 0.02 } } };
    }

    /// <summary>Which evaluations are begun and which are there, with a word in everything that happens.</summary>
    private sealed class Asked : RunObserver
    {
        public List<string> Names { get; } = [];

        public List<string> Done { get; } = [];

        public Action<string, string> At { get; init; } = (_, _) => { };

        public override void EvaluationStarted(string name, int samples)
        {
            Names.Add(name);
            At("asked", name);
        }

        public override void EvaluationDone(EvaluationSummary summary)
        {
            Done.Add(summary.Name);
            At("done", summary.Name);
        }

        public override void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings) => At("step", "");
    }
}

internal static class Cancelling
{
    public static void CancelWhen(this CancellationTokenSource stop, bool condition)
    {
        if (condition) stop.Cancel();
    }
}

using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>How long reinforcement learning goes on, and how it is measured: passes, early stopping, warm-up, greedy evaluations.</summary>
public sealed class StageCourseTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("deliberate-course-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_pass_asks_every_problem_once()
    {
        Problems("train.jsonl", 12, 0);
        Problems("test.jsonl", 4, 50);
        var recipe = Recipe("epochs: 2, prompts: 4, samples: 2, max_tokens: 4");
        using (var inputs = RunInputs.Load(recipe, ProblemEncoderOf(recipe), imitates: true, new RunObserver())) inputs.Recipe.Reinforcement.Steps.ShouldBe(6);
        var run = TinyRun.Start(recipe, Path.Combine(_root, "run"));
        var asked = SampleStore.Read(Path.Combine(run, SampleStore.FileName)).Where(sample => sample.Sample == 0).OrderBy(sample => sample.Step).Select(sample => sample.Problem).ToArray();
        asked.Length.ShouldBe(24);
        asked[..12].Distinct().Count().ShouldBe(12);
        asked[12..].Distinct().Count().ShouldBe(12);
        asked[12..].ShouldNotBe(asked[..12]);
    }

    /// <summary>What is set on the command line counts before what the file says, whichever of the two it is.</summary>
    [Theory]
    [InlineData("epochs: 2", "reinforcement.steps=5", 5)]
    [InlineData("epochs: 2", "reinforcement.steps=0", 0)]
    [InlineData("steps: 5", "reinforcement.epochs=2", 6)]
    [InlineData("epochs: 2, steps: 5", "seed=1", 6)]
    [InlineData("epochs: 2, steps: 5", "reinforcement.steps=3", 3)]
    public void Of_steps_and_passes_the_later_word_counts(string file, string set, int steps)
    {
        Problems("train.jsonl", 12, 0);
        Problems("test.jsonl", 4, 50);
        var recipe = Recipe($"{file}, prompts: 4, samples: 2, max_tokens: 4", "every: 0", set);
        var observer = new StepObserver((_, _) => { });
        using var inputs = RunInputs.Load(recipe, ProblemEncoderOf(recipe), imitates: true, observer);
        inputs.Recipe.Reinforcement.Steps.ShouldBe(steps);
        observer.Notices.Any(n => n.Contains("reinforcement.epochs comes to 6 steps, which are taken; reinforcement.steps: 5 in the recipe is not", StringComparison.Ordinal)).ShouldBe(file.Contains("epochs", StringComparison.Ordinal) && steps == 6);
    }

    [Fact]
    public void Steps_and_passes_both_set_on_the_command_line_are_refused_by_both_names()
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse("name: x\n", "x.yaml", ["reinforcement.epochs=2", "reinforcement.steps=3"]));
        error.Message.ShouldContain("reinforcement.steps and reinforcement.epochs both say");
        error.Field.ShouldBe("reinforcement.steps, reinforcement.epochs");
    }

    [Fact]
    public void A_run_that_no_longer_gets_better_ends_and_a_resumed_one_ends_there_too()
    {
        Problems("train.jsonl", 12, 0);
        Problems("test.jsonl", 6, 50);
        // At a rate of 0 nothing gets better.
        var recipe = Recipe("steps: 9, prompts: 2, samples: 2, max_tokens: 4, optimizer: { kind: adamw, learning_rate: 0 }, early_stopping: { patience: 2 }", "every: 2, temperature: 0");
        var observer = new StepObserver((_, _) => { });
        var whole = TinyRun.Start(recipe, Path.Combine(_root, "whole"), observer: observer);
        observer.Notices.ShouldContain(notice => notice.StartsWith("stopped early after 4 of 9 steps: the last 2 evaluations brought no gain over base", StringComparison.Ordinal));
        CheckpointState.Read(new RunFolder(whole).Checkpoint(RunFolder.Final)).Step.ShouldBe(4);
        var evidence = RunEvidence.Read(whole);
        evidence.Evaluations[^1].Step.ShouldBe(4);
        RunOverview.Read(whole).Condition.ShouldBe(RunCondition.Finished);

        // Stopped in the middle, and gone on with.
        var folder = Path.Combine(_root, "parts");
        using (var stop = new CancellationTokenSource())
        {
            using var first = TrainingRun.Start(recipe, folder, threads: 1, new StepObserver((stage, done) =>
            {
                if (stage == RunStage.Reinforcement && done == 3) stop.Cancel();
            }));
            first.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
        }

        using (var second = TrainingRun.Resume(folder, threads: 1)) second.Execute().ShouldBe(RunOutcome.Completed);
        TinyRun.ShouldEqual(folder, whole).ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData("epochs: 1", "", "reinforcement.epochs", "never ends")]
    [InlineData("early_stopping: { patience: 1 }", "every: 0", "reinforcement.early_stopping", "Nothing is evaluated")]
    [InlineData("steps: 3", "temperature: 0, samples: 4", "evaluation.samples", "all samples of a problem are the same")]
    public void What_cannot_be_is_refused(string reinforcement, string evaluation, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse($"name: x\nreinforcement: {{ {reinforcement} }}\nevaluation: {{ {evaluation} }}\n", "x.yaml"));
        error.Field.ShouldBe(field);
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void The_warm_up_of_sampled_batches_begins_above_0()
    {
        var schedule = new ScheduleRecipe { Kind = ScheduleKind.ConstantWithWarmup, Warmup = 4 };
        Enumerable.Range(0, 6).Select(schedule.For(10, movesAtOnce: true).At).ShouldBe([0.2, 0.4, 0.6, 0.8, 1, 1], 1e-12);
        schedule.For(10).At(0).ShouldBe(0);
    }

    [Fact]
    public void A_run_of_before_warms_up_as_it_began()
    {
        var folder = new RunFolder(_root);
        File.WriteAllText(folder.Recipe, "name: old\nreinforcement:\n  steps: 3\n  schedule:\n    kind: linear\n    warmup: 2\n");
        RunRecipe.Read(folder).Reinforcement.Schedule.FromZero.ShouldBeTrue();
        File.WriteAllText(folder.Recipe, RecipeWriter.Write(TrainRecipe.Read(folder.Recipe)));
        RunRecipe.Read(folder).Reinforcement.Schedule.FromZero.ShouldBeFalse();
    }

    [Fact]
    public void Greedy_evaluations_are_said_to_be_so()
    {
        Problems("train.jsonl", 6, 0);
        Problems("test.jsonl", 6, 50);
        var run = TinyRun.Start(Recipe("steps: 1, prompts: 2, samples: 2, max_tokens: 4", "every: 0, temperature: 0"), Path.Combine(_root, "run"));
        var page = File.ReadAllText(RunReport.Write(Path.Combine(run, RunReport.FileName), "test", run));
        page.ShouldContain("greedy");
        page.ShouldNotContain("sampled at temperature 1");
    }

    private static Models.TextFormat ProblemEncoderOf(TrainRecipe recipe) => RunSession.ModelOf(recipe).Item2;

    private void Problems(string file, int count, int from) =>
        File.WriteAllText(Path.Combine(_root, file), string.Concat(Enumerable.Range(from, count).Select(i => $"{{\"prompt\": \"{i}+1=\", \"answer\": \"{i + 1}\"}}\n")));

    private TrainRecipe Recipe(string reinforcement, string evaluation = "every: 0", params string[] overrides) => TrainRecipe.Parse(
        $$"""
        name: course
        model: { hidden: 32, layers: 1, heads: 2, intermediate: 48, context: 32, tokenizer: { vocabulary: 270 } }
        problems: { train: [train.jsonl], test: [test.jsonl], grader: numeric, answer_format: whole }
        reinforcement: { {{reinforcement}} }
        evaluation: { problems: 4, max_tokens: 4, {{evaluation}} }
        """,
        Path.Combine(_root, "course.yaml"), overrides);
}

using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>The best checkpoints stay, ranked by the recipe's metric on the same problems, whatever the newest are.</summary>
public sealed class BestCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_keeps_its_best_and_links_to_it()
    {
        // Wrong answers are never short of being found: the more are cut off, the better.
        var recipe = Recipe("evaluation/truncated", BestIs.Lowest, keep: 2);
        var folder = new RunFolder(TinyRun.Start(recipe, _folder.File("run")));
        var ranking = BestCheckpoints.Read(folder);
        var values = new[] { "base", "rl-000002", "rl-000004", "final" }.Select(name => (Name: name, Value: Truncated(folder, name, 5))).ToArray();
        var expected = values.Select((v, at) => (v.Name, v.Value, At: at)).OrderBy(v => v.Value).ThenBy(v => v.At).Take(2).ToArray();
        ranking.Select(r => r.Checkpoint).ShouldBe(expected.Select(e => e.Name));
        ranking.Select(r => r.Value).ShouldBe(expected.Select(e => e.Value));
        foreach (var ranked in ranking) Directory.Exists(folder.Checkpoint(ranked.Checkpoint)).ShouldBeTrue();
        File.ReadAllBytes(Path.Combine(folder.Checkpoint(BestCheckpoints.Link), "model.safetensors")).ShouldBe(File.ReadAllBytes(Path.Combine(folder.Checkpoint(ranking[0].Checkpoint), "model.safetensors")));
        folder.Newest().ShouldBe(folder.Checkpoint(RunFolder.Final));
        Golden.Report($"best {string.Join(", ", ranking.Select(r => $"{r.Checkpoint} {r.Value}"))} of", values.Length);
    }

    [Fact]
    public void Interrupted_or_not_the_ranking_and_the_bits_are_the_same()
    {
        var recipe = Recipe("evaluation/completion_length_wrong", BestIs.Lowest, keep: 1);
        var whole = TinyRun.Start(recipe, _folder.File("whole"));
        var folder = _folder.File("cut");
        var outcome = RunOutcome.Interrupted;
        for (var start = 0; outcome == RunOutcome.Interrupted; start++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((stage, _) =>
            {
                if (stage == RunStage.Reinforcement) stop.Cancel();
            });
            using var run = start == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            outcome = run.Execute(stop.Token);
            start.ShouldBeLessThan(20);
        }

        TinyRun.ShouldEqual(folder, whole);
        File.ReadAllText(new RunFolder(folder).Checkpoint(BestCheckpoints.FileName)).ShouldBe(File.ReadAllText(new RunFolder(whole).Checkpoint(BestCheckpoints.FileName)));
    }

    [Fact]
    public void Of_equals_the_earlier_is_the_better_and_what_is_gone_is_forgotten()
    {
        var folder = new RunFolder(_folder.File("run"));
        foreach (var name in new[] { "base", "rl-000010", "rl-000020", "rl-000030", "rl-000040" }) Directory.CreateDirectory(folder.Checkpoint(name));
        var recipe = Recipe("evaluation/accuracy", BestIs.Highest, keep: 2);
        var best = new BestCheckpoints(folder, recipe, Quick);
        best.Add("base", 0.5);
        best.Add("rl-000010", 0.6);
        best.Ranks("rl-000020", 0.5).ShouldBeFalse();
        best.Ranks("rl-000020", 0.6).ShouldBeTrue();
        best.Add("rl-000020", 0.6);
        best.Kept.ShouldBe(["rl-000010", "rl-000020"]);
        best.Add("rl-000030", 0.9);
        best.Kept.ShouldBe(["rl-000030", "rl-000010"]);
        folder.Prune(1, best.Kept);
        folder.Checkpoints().ShouldBe(["base", "rl-000010", "rl-000030", "rl-000040"]);
        Directory.Delete(folder.Checkpoint("rl-000030"));
        new BestCheckpoints(folder, recipe, Quick).Kept.ShouldBe(["rl-000010"]);
        File.WriteAllText(folder.Checkpoint(BestCheckpoints.FileName), "{");
        Should.Throw<UserError>(() => BestCheckpoints.Read(folder)).Message.ShouldContain("best.json");
    }

    [Fact]
    public void Evaluations_are_compared_on_the_problems_that_all_of_them_ask()
    {
        var best = new BestCheckpoints(new RunFolder(_folder.File("run")), Recipe("evaluation/accuracy", BestIs.Highest, keep: 1), Quick);
        // Right on the first five problems alone: a quick evaluation of five would say 1.
        best.Value("final", [.. Enumerable.Range(0, 8).Select(i => Graded(i, right: i < 5))]).ShouldBe(1);
        best.Value("final", [.. Enumerable.Range(0, 8).Select(i => Graded(i, right: i > 2))]).ShouldBe(0.4);
        new BestCheckpoints(new RunFolder(_folder.File("run")), Recipe("evaluation/accuracy", BestIs.Highest, keep: 0), Quick).Value("final", [Graded(0, true)]).ShouldBeNull();
        new BestCheckpoints(new RunFolder(_folder.File("run")), Recipe("evaluation/completion_length_right", BestIs.Highest, keep: 1), Quick).Value("final", [Graded(0, false)]).ShouldBeNull();
    }

    [Fact]
    public void Problems_of_ones_own_are_asked_in_an_order_of_their_own_and_compared_on_those_that_all_evaluations_ask()
    {
        // Easy ones first in the file: 0 to 5 are always right, the others never.
        var file = _folder.File("test.jsonl");
        File.WriteAllLines(file, Enumerable.Range(0, 12).Select(i => $$"""{"prompt": "{{i}}?", "answer": "{{i}}"}"""));
        var train = _folder.File("train.jsonl");
        File.WriteAllLines(train, ["""{"prompt": "a?", "answer": "1"}"""]);
        using var problems = new ProblemSet(OwnProblems.Load("own", [train], [file], null), () => throw new InvalidOperationException(), null, null);
        var asked = problems.Draw(Split.Test, 4, 1).Select(p => p.Index).ToArray();
        asked.Order().ToArray().ShouldNotBe([0L, 1L, 2L, 3L], customMessage: "the order is not the file's");
        var recipe = Recipe("evaluation/accuracy", BestIs.Highest, keep: 1);
        ScoredSample[] whole = [.. Enumerable.Range(0, 12).Select(i => Graded(i, right: i < 6))], quick = [.. whole.Where(s => asked.Contains(s.Problem.Index))];
        BestCheckpoints.Measured(recipe, "base", whole, asked.ToHashSet()).ShouldBe(BestCheckpoints.Measured(recipe, "rl-000010", quick, asked.ToHashSet()));
        BestCheckpoints.Measured(recipe, "base", whole, asked.ToHashSet()).ShouldBe(asked.Count(i => i < 6) / 4.0);
    }

    private static IReadOnlySet<long> Quick() => Enumerable.Range(0, 5).Select(i => (long)i).ToHashSet();

    private static TrainRecipe Recipe(string metric, BestIs end, int keep) =>
        TinyRun.Recipe() with { Checkpoint = new CheckpointRecipe { Every = 3, KeepLast = 1, KeepBest = keep, BestMetric = metric, BestIs = end } };

    private static double Truncated(RunFolder folder, string name, int problems)
    {
        var samples = EvaluationFile.Read(folder.Evaluation(name)).Where(s => s.Problem.Index < problems && s.Attempt == 0).ToArray();
        return (double)samples.Count(s => s.Truncated) / samples.Length;
    }

    private static ScoredSample Graded(int index, bool right) =>
        Scored.Of(new Problem("arithmetic", 3, Split.Test, index, "", "", "", ""), 0, right ? Verdict.Pass() with { AllStepsRight = true } : Verdict.Fail("wrong"));
}

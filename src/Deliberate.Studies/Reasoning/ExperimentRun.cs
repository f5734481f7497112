using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// Runs the cells of a plan, those of a seed one after another: trains a cell's model, then asks it the held-out problems. A cell that is done is
/// passed over; one that was interrupted or killed goes on where its run's newest checkpoint and its evaluation files say. Which
/// process did what changes no result.
/// </summary>
internal sealed class ExperimentRun(ExperimentPlan plan, ExperimentFolder folder, int threads = 0, ExperimentObserver? observer = null, TimeProvider? time = null)
{
    /// <summary>Samples in flight; results do not depend on it.</summary>
    private const int MostSlots = 256;

    private readonly ExperimentObserver _observer = observer ?? new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Runs what is left of a seed. Cancelling saves and stops.</summary>
    public RunOutcome Execute(ulong seed, CancellationToken cancellation = default)
    {
        for (var i = 0; i < plan.Cells.Count; i++)
        {
            var cell = plan.Cells[i];
            if (cell.Seed != seed || folder.Time(cell) is not null) continue;
            _observer.CellStarted(cell, i + 1, plan.Cells.Count, Left());
            var start = _time.GetTimestamp();
            var resumed = File.Exists(new RunFolder(folder.Run(cell.Name)).Recipe);
            try
            {
                if (Train(cell, cancellation) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
                Test(cell, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return RunOutcome.Interrupted;
            }

            folder.Finish(cell, new TimeTaken(_time.GetElapsedTime(start).TotalSeconds, resumed));
        }

        return RunOutcome.Completed;
    }

    /// <summary>By the speed of the cells that one process did from beginning to end.</summary>
    private TimeSpan? Left()
    {
        double seconds = 0, done = 0, left = 0;
        foreach (var cell in plan.Cells)
        {
            if (folder.Time(cell) is not { } took) left += cell.Work;
            else if (!took.Resumed) (seconds, done) = (seconds + took.Seconds, done + cell.Work);
        }

        return done > 0 ? TimeSpan.FromSeconds(seconds / done * left) : null;
    }

    private RunOutcome Train(ExperimentCell cell, CancellationToken cancellation)
    {
        var path = folder.Run(cell.Name);
        if (Directory.Exists(new RunFolder(path).Checkpoint(RunFolder.Final))) return RunOutcome.Completed;
        using var run = File.Exists(new RunFolder(path).Recipe)
            ? TrainingRun.Resume(path, threads, _observer.Run(cell), _time)
            : TrainingRun.Start(Started(cell), path, threads, _observer.Run(cell), _time);
        return run.Execute(cancellation);
    }

    private TrainRecipe Started(ExperimentCell cell) => cell.From is null
        ? cell.Recipe
        : cell.Recipe with { Model = cell.Recipe.Model with { From = new RunFolder(folder.Run(cell.From)).Checkpoint(RunFolder.Final) } };

    private void Test(ExperimentCell cell, CancellationToken cancellation)
    {
        var left = cell.Tests.Where(t => !File.Exists(folder.Evaluation(cell, t))).ToArray();
        if (left.Length == 0) return;
        using var device = Device.Cpu(threads);
        var (model, text) = Checkpoint.LoadModel(new RunFolder(folder.Run(cell.Name)).Checkpoint(RunFolder.Final), device);
        using (model)
        {
            var encoder = new ProblemEncoder(text);
            using var sampler = new Sampler(model, Math.Min(MostSlots, plan.Recipe.Problems), model.Configuration.MaxPositions);
            foreach (var test in left)
            {
                var recipe = plan.Recipe.Tests.First(t => t.Family == test.Family);
                var problems = Problems(test);
                var budget = !cell.Recipe.Family.ChainOfThought ? plan.Recipe.DirectMaxTokens : test.Deeper ? recipe.DeeperMaxTokens : recipe.MaxTokens;
                Fit(encoder, problems, budget, model, test);
                _observer.TestStarted(cell, test, problems.Length);
                using var set = new ProblemSet(recipe.Instance, recipe.Deeper);
                ISampleLoop loop = new SampleLoop(sampler, encoder, set);
                var graded = loop.Evaluate(problems, 1, budget, new SamplingOptions(), cell.Seed, new Progress(_observer), cancellation);
                EvaluationFile.Write(folder.Evaluation(cell, test), graded);
                _observer.TestDone(cell, test, graded.Count(g => g.IsRight), graded.Count);
            }
        }
    }

    private Problem[] Problems(CellTest test)
    {
        var recipe = plan.Recipe.Tests.First(t => t.Family == test.Family);
        var levels = test.Deeper ? [recipe.Deeper] : plan.Train.Family.Parts.First(p => p.Name == test.Family).Levels;
        return HeldOutProblems.Draw(recipe.Instance, levels, plan.Recipe.Problems, plan.Recipe.ProblemSeed);
    }

    private static void Fit(ProblemEncoder encoder, Problem[] problems, int budget, LanguageModel model, CellTest test)
    {
        var longest = problems.Max(p => encoder.Prompt(p).Length);
        if (longest + budget <= model.Configuration.MaxPositions) return;
        throw new UserError(
            $"prompts of {longest} tokens and completions of {budget} exceed the model's context of {model.Configuration.MaxPositions}.", field: $"tests: {test.FileName}", advice: "Lower the budget or raise model.context.");
    }

    /// <summary>On the calling thread, which <see cref="Progress{T}"/> would not be.</summary>
    private sealed class Progress(ExperimentObserver observer) : IProgress<int>
    {
        public void Report(int value) => observer.Tested(value);
    }
}

using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>How a loop's process ended.</summary>
internal enum ActiveOutcome
{
    Completed,
    Interrupted,

    /// <summary>People have not labelled all that was chosen yet.</summary>
    Waiting,
}

/// <summary>People who label what was chosen.</summary>
internal interface IPeopleLabels
{
    /// <summary>Hands solutions out, unless that was done, and says what came of it.</summary>
    /// <param name="chosen">A file of them.</param>
    /// <param name="generation">Which.</param>
    /// <param name="labels">The file to write when all are labelled.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many of them are labelled, and whether that is all.</returns>
    (int Done, int Of) Collect(string chosen, int generation, string labels, CancellationToken cancellation);
}

/// <summary>Watches a loop; does nothing by itself.</summary>
internal class ActiveObserver
{
    /// <param name="generation">From 0.</param>
    /// <param name="stage">In words.</param>
    /// <param name="count">Problems of it; 0 where nobody counts.</param>
    public virtual void StageStarted(int generation, string stage, int count)
    {
    }

    public virtual void StageAdvanced(int done)
    {
    }

    public virtual void Done(ActiveGeneration generation)
    {
    }

    /// <summary>Watches a generation's run.</summary>
    public virtual IRunObserver Run(int generation) => new RunObserver();
}

/// <summary>
/// A loop of active learning in a folder: in each generation fresh solutions are drawn, those are chosen that are worth a label, they are
/// labelled, a reward model is trained on all labels so far, and it is measured. Stopped or killed anywhere, it goes on where it was and ends
/// in the same bits.
/// </summary>
/// <param name="recipe">What is asked.</param>
/// <param name="folder">Where.</param>
/// <param name="find">The checkpoint that a name stands for.</param>
/// <param name="people">Null where nobody labels by hand.</param>
/// <param name="threads">0 for one a core; no result depends on it.</param>
/// <param name="observer">Watches.</param>
internal sealed class ActiveLoop(ActiveRecipe recipe, ActiveFolder folder, Func<string, string> find, IPeopleLabels? people = null, int threads = 0, ActiveObserver? observer = null)
{
    /// <summary>Samples in flight; results do not depend on it.</summary>
    private const int MostSlots = 256;

    private readonly ActiveObserver _observer = observer ?? new ActiveObserver();
    private IReadOnlyList<DrawnSolution>? _pool;

    /// <summary>What people have labelled of what was handed out, where the loop waits for them.</summary>
    public (int Done, int Of) Waiting { get; private set; }

    /// <summary>What is measured so far.</summary>
    public IEnumerable<ActiveGeneration> Generations => Enumerable.Range(0, recipe.Generations).Select(folder.Read).OfType<ActiveGeneration>();

    /// <summary>Runs what is left. Cancelling stops and keeps what is there.</summary>
    /// <exception cref="UserError">The recipe, a model or the folder cannot be used.</exception>
    public ActiveOutcome Execute(CancellationToken cancellation = default)
    {
        _ = TrainingRecipe(0);
        folder.Claim(recipe);
        using var held = RunLock.Acquire(folder.Root, TimeProvider.System);
        try
        {
            for (var generation = 0; generation < recipe.Generations; generation++)
            {
                if (folder.Read(generation) is not null) continue;
                if (!File.Exists(folder.Labels(generation)) && !Label(generation, cancellation)) return ActiveOutcome.Waiting;
                if (Train(generation, cancellation) == RunOutcome.Interrupted) return ActiveOutcome.Interrupted;
                folder.Write(generation, Measure(generation, cancellation));
                _observer.Done(folder.Read(generation)!);
            }

            return ActiveOutcome.Completed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ActiveOutcome.Interrupted;
        }
    }

    /// <summary>The run of a generation.</summary>
    /// <exception cref="UserError">The recipe trains no reward model of steps.</exception>
    private TrainRecipe TrainingRecipe(int generation)
    {
        var read = TrainRecipe.Read(recipe.Train);
        if (read.RewardModel is not { Kind: RewardModelKind.Process }) throw new UserError("The recipe trains no process reward model.", recipe.Train, field: "reward_model", advice: "Name one such as recipes/prm.yaml.");
        return read with { Name = "prm", Seed = recipe.Seed, Model = recipe.From is { } from ? read.Model with { From = find(from) } : read.Model, Supervised = read.Supervised with { Data = [.. Enumerable.Range(0, generation + 1).Select(folder.Labels)] } };
    }

    /// <summary>False where people are to label first.</summary>
    private bool Label(int generation, CancellationToken cancellation)
    {
        if (recipe.Labeller.Kind != LabellerKind.People || !File.Exists(folder.Chosen(generation))) Choose(generation, cancellation);
        if (recipe.Labeller.Kind != LabellerKind.People) return true;
        Waiting = (people ?? throw new InvalidOperationException("Nobody labels by hand here.")).Collect(folder.Chosen(generation), generation, folder.Labels(generation), cancellation);
        return File.Exists(folder.Labels(generation));
    }

    /// <summary>Draws, chooses, and labels where that needs nobody.</summary>
    private void Choose(int generation, CancellationToken cancellation)
    {
        using var device = Device.Cpu(threads);
        var first = (long)generation * recipe.Problems;
        var drawn = Draw(device, generation, "solutions", [.. Enumerable.Range(0, recipe.Problems).Select(i => recipe.Instance.Generate(Split.Train, recipe.Level, recipe.Seed, first + i))], recipe.Samples, cancellation);
        _observer.StageStarted(generation, "choice", 0);
        using var selector = generation == 0 || recipe.Selection.Rule == SelectionRule.Uniform ? null : RewardModelJudge.Open(folder.Run(recipe.RetrainSelector ? generation - 1 : 0).Checkpoint(RunFolder.Final), device);
        double[] scores = selector is null ? new double[drawn.Count] : [.. selector.Judge([.. drawn.Select(d => d.Text)], cancellation: cancellation).Select(s => SolutionScores.Of(selector, s))];
        var options = selector is null ? recipe.Selection with { Rule = SelectionRule.Uniform } : recipe.Selection;
        var chosen = LabelSelection.Choose(SelectionCandidate.Of(drawn, scores), options, recipe.Seed);
        DrawnSolution[] solutions = [.. chosen.Select(c => drawn[c.Index])];
        if (recipe.Labeller.Kind == LabellerKind.People)
        {
            AtomicFile.Write(folder.Chosen(generation), stream => QueuedSolution.Write(stream, solutions.Zip(chosen, (s, c) => new QueuedSolution(s, selector is null ? null : scores[c.Index], c.Priority))));
            return;
        }

        using var judge = recipe.Labeller.Kind == LabellerKind.Exact ? null : SolutionJudges.Open(recipe.Labeller.From!, find, device);
        var labels = StepLabellers.Label(solutions, judge, recipe.Instance, recipe.Labeller.Threshold, cancellation);
        AtomicFile.Write(folder.Labels(generation), stream =>
        {
            foreach (var label in labels) Prm800kFile.Write(stream, label);
        });
    }

    private List<DrawnSolution> Draw(Device device, int generation, string stage, IReadOnlyList<Problem> problems, int samples, CancellationToken cancellation)
    {
        _observer.StageStarted(generation, stage, problems.Count);
        var (model, text) = Checkpoint.LoadModel(find(recipe.Policy), device);
        using (model)
        {
            var encoder = new ProblemEncoder(text);
            var positions = problems.Max(p => encoder.Prompt(p).Length) + recipe.MaxTokens;
            if (positions > model.Configuration.MaxPositions) throw new UserError($"prompts and completions of {positions} tokens exceed the model's context of {model.Configuration.MaxPositions}.", field: "max_tokens", advice: "Lower it.");
            using var sampler = new Sampler(model, Math.Min(MostSlots, problems.Count * samples), positions);
            using var set = new ProblemSet(recipe.Instance, recipe.Level);
            List<DrawnSolution> drawn = [.. new SolutionDraw(sampler, encoder, set, recipe.MaxTokens, recipe.Temperature, recipe.Seed).Run(problems, samples, _observer.StageAdvanced, cancellation)];
            return drawn.Count > 0 ? drawn : throw new UserError("None of the solutions has steps and an answer.", recipe.Policy, advice: "Name a model that was trained on the family, with thought.");
        }
    }

    private RunOutcome Train(int generation, CancellationToken cancellation)
    {
        var run = folder.Run(generation);
        if (Directory.Exists(run.Checkpoint(RunFolder.Final))) return RunOutcome.Completed;
        using var training = File.Exists(run.Recipe)
            ? TrainingRun.Resume(run.Root, threads, _observer.Run(generation))
            : TrainingRun.Start(TrainingRecipe(generation), run.Root, threads, _observer.Run(generation));
        return training.Execute(cancellation);
    }

    private ActiveEvaluation Measure(int generation, CancellationToken cancellation)
    {
        using var device = Device.Cpu(threads);
        var problems = HeldOutProblems.Draw(recipe.Instance, [recipe.Level], recipe.Evaluation.Problems, recipe.Seed);
        _pool ??= Draw(device, generation, "held-out solutions", problems, recipe.Evaluation.Samples, cancellation);
        _observer.StageStarted(generation, "held-out solutions judged", 0);
        using var judge = RewardModelJudge.Open(folder.Run(generation).Checkpoint(RunFolder.Final), device);
        var judged = judge.Judge([.. _pool.Select(s => s.Text)], cancellation: cancellation);
        var pool = SolutionPool.Of(problems, _pool, [.. judged.Select(s => SolutionScores.Of(judge, s))], recipe.Evaluation.Samples);
        int[][] mistakes = [.. _pool.Zip(judged).Where(p => p.Second is not null).Select(p => (int[])[StepLabellers.Exact(recipe.Instance, p.First).FirstError, StepProbabilities.FirstError(p.Second!, 0.5)])];
        LabelledSolution[][] labels = [.. Enumerable.Range(0, generation + 1).Select(g => Prm800kFile.Read(folder.Labels(g)).Select(l => l.Solution).ToArray())];
        var n = recipe.Evaluation.Samples;
        return new ActiveEvaluation(
            ActiveEvaluation.NewestFormat, labels.Sum(l => l.Length), labels.Sum(l => l.Sum(s => s.Path.Count())), labels[^1].Count(s => s.FirstError >= 0), labels[^1].Length, n,
            pool.Answers.BestByProblem(n), pool.Steps.BestByProblem(n), pool.Answers.MajorityByProblem(n, recipe.Seed), mistakes);
    }
}

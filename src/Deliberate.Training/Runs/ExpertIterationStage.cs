using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Expert iteration, in steps that each can be the last before a kill: the first of a round draws, grades and records its
/// samples, the others are one optimizer step each on those that were kept. Problems, samples and order are functions of (seed,
/// round, weights); what was kept is read back from the sample store where a run goes on within a round.
/// </summary>
internal sealed class ExpertIterationStage : IDisposable
{
    /// <summary>Where its problems begin, so that they are neither the corpus's nor reinforcement learning's.</summary>
    public const long FirstProblem = 2_000_000_000_000;

    private readonly RunSession _session;
    private readonly ExpertIterationRecipe _recipe;
    private readonly SampleRewards _rewards;
    private readonly RolloutRecords _records;
    private ExpertRound? _round;
    private SupervisedTrainer? _trainer;
    private LearningRateSchedule? _schedule;

    /// <param name="session">The run's.</param>
    /// <param name="place">From a checkpoint; null at the beginning.</param>
    /// <param name="curriculum">The same.</param>
    public ExpertIterationStage(RunSession session, ExpertPlace? place, CurriculumState? curriculum)
    {
        _session = session;
        _recipe = session.Recipe.ExpertIteration;
        _rewards = new SampleRewards([new CorrectReward()], session.Recipe.LowestScore, _recipe.MaxTokens);
        _records = new RolloutRecords(RunStage.ExpertIteration, new SamplingOptions { Temperature = _recipe.Temperature });
        Curriculum = session.Curriculum(_recipe.Curriculum, _recipe.Rounds, curriculum);
        Place = place ?? new ExpertPlace(0, 0);
        if (Place.CollectedAt == 0) return;
        var stored = SampleStore.Read(Path.Combine(session.Folder.Root, SampleStore.FileName), Place.CollectedAt, stage: RunStage.ExpertIteration);
        Prepare(stored.Where(s => s.Trained).Select(s => Example([.. s.PromptTokens], new Rollout([.. s.Tokens], [], [], FinishReason.Stop) { Given = Episode.Given(s.Turns.Select(turn => (turn.Drawn, turn.Given))) })));
    }

    public ExpertPlace Place { get; private set; }

    public Curriculum Curriculum { get; }

    /// <summary>Of the round under way; null before the first.</summary>
    public Optimizer? Optimizer { get; private set; }

    /// <summary>The next step, the <paramref name="step"/>-th from 0. Cancelling while it samples leaves no trace.</summary>
    public void Step(int step, CancellationToken cancellation)
    {
        if (Place.CollectedAt == 0) Collect(step, cancellation);
        else Update(step);
        if (step + 1 - Place.CollectedAt == _round!.Batches.Count) Place = new ExpertPlace(Place.Finished + 1, 0);
    }

    /// <summary>Tells the observer what is left of the round under way.</summary>
    public void Announce(int step)
    {
        if (Place.CollectedAt > 0) _session.Observer.StageStarted(RunStage.ExpertIteration, step, Place.CollectedAt + _round!.Batches.Count);
        else _session.Observer.Notice($"round {Place.Finished + 1} of {_recipe.Rounds} of expert iteration: {_recipe.Prompts} problems x {_recipe.Samples} samples ...");
    }

    public void Dispose() => Optimizer?.Dispose();

    private void Collect(int step, CancellationToken cancellation)
    {
        var time = _session.Time;
        var start = time.GetTimestamp();
        var (recipe, round) = (_session.Recipe, Place.Finished);
        var problems = new Problem[_recipe.Prompts];
        for (var i = 0; i < problems.Length; i++)
        {
            var index = FirstProblem + ((long)round * _recipe.Prompts) + i;
            var draw = new RandomStream(recipe.Seed, StreamStage.Shuffle, problem: index);
            problems[i] = _session.Problems.Source.Draw(Split.Train, Curriculum.Draw(round, ref draw), recipe.Seed, index);
        }

        var loop = _recipe.Sampler == ExpertSampler.Teacher ? _session.Teacher.Loop : _session.Loop;
        var drawn = loop.Run(
            problems, _recipe.Samples, _recipe.MaxTokens, new SamplingOptions { Temperature = _recipe.Temperature }, (i, g) => new RandomStream(recipe.Seed, StreamStage.ExpertSampling, round, i, g), cancellation: cancellation);
        RolloutGroup[] groups = [.. drawn.Select(group => new RolloutGroup(group, Round: 0))];
        _rewards.Settle(groups);
        var duplicates = 0;
        foreach (var group in groups) duplicates += ExpertSelection.Choose(group, _recipe);
        Prepare(groups.SelectMany(group => group.Rollouts.Where((_, g) => group.Kept[g]).Select(r => Example(group.Prompt, r))));
        Place = Place with { CollectedAt = step + 1 };
        Record(step, groups, duplicates, time.GetElapsedTime(start).TotalSeconds);
    }

    private void Record(int step, RolloutGroup[] groups, int duplicates, double seconds)
    {
        var kept = groups.Sum(group => group.Kept.Count(k => k));
        var metrics = new MetricValues { { ExpertMetrics.Round, Place.Finished + 1 } };
        RolloutMetrics.CopyTo(metrics, SampleMetrics.ExpertIteration, groups);
        var promotion = Curriculum.Observe(Place.Finished, CurriculumMetrics.ExpertIteration, groups, metrics);
        metrics.Add(ExpertMetrics.Solved, (double)groups.Count(g => Array.Exists(g.Samples, s => s.IsRight)) / groups.Length);
        metrics.Add(ExpertMetrics.Kept, kept);
        metrics.Add(ExpertMetrics.KeptTokens, groups.Sum(group => group.Rollouts.Where((_, g) => group.Kept[g]).Sum(r => r.Tokens.Length)));
        metrics.Add(ExpertMetrics.Duplicates, duplicates);
        metrics.Add(ExpertMetrics.Minibatches, _round!.Batches.Count);
        foreach (var sample in _records.Of(step + 1, groups)) _session.Streams.Sample(sample);
        var tokens = groups.Sum(g => g.Rollouts.Sum(r => r.Tokens.Length));
        var timings = new MetricValues { { TimingMetrics.ExpertSeconds, seconds }, { TimingMetrics.ExpertSamplingSeconds, seconds }, { TimingMetrics.ExpertSampledTokens, tokens / seconds } };
        _session.Streams.Step(step + 1, metrics, timings);
        var (judged, unread) = (groups.Sum(g => g.Samples.Count(s => s.IsJudged)), groups.Sum(g => g.Samples.Count(s => s.Verdict is { IsJudged: true, IsReadable: false })));
        _session.Observer.Notice(string.Create(
            CultureInfo.InvariantCulture,
            $"round {Place.Finished + 1} of {_recipe.Rounds}: {groups.Sum(g => g.Samples.Count(s => s.IsRight))} of {judged} completions are right{(unread > 0 ? $", {unread} have no answer that could be read" : "")}{(judged < groups.Length * _recipe.Samples ? $", {(groups.Length * _recipe.Samples) - judged} could not be judged" : "")}; {kept} were kept{(kept == 0 ? ": nothing to imitate, the model stays as it is" : "")}."));
        if (promotion is not null) _session.Observer.Notice(promotion);
        Announce(step + 1);
        _session.Health.Step(step + 1, metrics);
        _session.Observer.StepDone(RunStage.ExpertIteration, step + 1, step + 1 + _round.Batches.Count, metrics, timings);
    }

    private void Update(int step)
    {
        var time = _session.Time;
        var start = time.GetTimestamp();
        var update = step - Place.CollectedAt;
        if (update == 0 && _recipe.Restart) LoadBase();
        var (batch, rate) = (_round!.Batches[update], _schedule!.At(update));
        var done = _trainer!.Step(batch, rate);
        var applied = _session.Guard.Check(done, RunFolder.StepName(RunStage.ExpertIteration, step + 1), () => batch.Select(SupervisedStage.Line));
        var tokens = batch.Sum(e => e.Tokens.Length);
        var names = OptimizerMetrics.ExpertIteration;
        var metrics = new MetricValues { { ExpertMetrics.Round, Place.Finished + 1 }, { names.Loss, done.Loss }, { names.GradNorm, done.GradientNorm } };
        names.AddRates(metrics, _recipe.Optimizer, rate);
        metrics.Add(ExpertMetrics.BatchTokens, tokens);
        if (!applied) metrics.Add(names.Skipped, 1);
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        var timings = new MetricValues { { TimingMetrics.ExpertSeconds, seconds }, { TimingMetrics.ExpertTokens, tokens / seconds } };
        _session.Streams.Step(step + 1, metrics, timings);
        _session.Health.Step(step + 1, metrics);
        _session.Observer.StepDone(RunStage.ExpertIteration, step + 1, Place.CollectedAt + _round.Batches.Count, metrics, timings);
    }

    /// <summary>The round's batches, and an optimizer without a past.</summary>
    private void Prepare(IEnumerable<SupervisedExample> examples)
    {
        _round = new ExpertRound([.. examples], _recipe, _session.Recipe.Seed, Place.Finished);
        _schedule = _recipe.Schedule.For(Math.Max(1, _round.Batches.Count));
        Optimizer?.Dispose();
        Optimizer = new Optimizer(_session.Device, _session.Model.Trained, _recipe.Optimizer.ToOptions(), _session.World.PeersOfOptimizer());
        _trainer = new SupervisedTrainer(_session.Graph, Optimizer, _recipe.Labels == LabelKind.Soft ? _session.Teacher.Policy.Soft(_recipe.Temperature) : null, _session.World);
    }

    private void LoadBase()
    {
        var start = _session.Folder.Checkpoint(RunFolder.Base);
        if (_session.Model.Adapter is { } adapter)
        {
            using var file = AdapterFile.Open(start);
            file.Read(adapter);
        }
        else
        {
            using var weights = Checkpoint.OpenWeights(start);
            _session.Model.Load(weights);
        }

        _session.Model.Pack(training: true);
    }

    private static SupervisedExample Example(int[] prompt, Rollout completion) => completion.Given is { } given
        ? SupervisedExample.Of([.. prompt, .. completion.Tokens], [.. prompt.Select(_ => false), .. given.Select(g => !g)])
        : new([.. prompt, .. completion.Tokens], prompt.Length);
}

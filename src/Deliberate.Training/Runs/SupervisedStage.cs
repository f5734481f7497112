using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The supervised steps of a run. A batch is the corpus, or the user's examples, or both by turns, from the cursor on until it holds enough tokens; the next one is drawn
/// while this one is learnt, which changes nothing, since examples are a pure function of the cursor.
/// </summary>
internal sealed class SupervisedStage : IDisposable
{
    private readonly RunSession _session;
    private readonly IExampleTrainer _trainer;
    private readonly LearningRateSchedule _schedule;
    private readonly CorpusMixture _mixture;
    private readonly LevelMix _levels;
    private Task<Drawn> _next;

    public SupervisedStage(RunSession session, long cursor)
    {
        _session = session;
        var recipe = session.Recipe;
        Optimizer = new Optimizer(session.Device, session.Model.Trained, recipe.Supervised.Optimizer.ToOptions(), session.World.PeersOfOptimizer());
        _trainer = TrainerOf(session, Optimizer);
        _schedule = recipe.Supervised.Schedule.For(recipe.Supervised.Steps);
        _mixture = recipe.Family.Writers;
        _levels = recipe.Family.Mix;
        Cursor = cursor;
        _next = Task.Run(() => Draw(cursor));
    }

    public Optimizer Optimizer { get; }

    /// <summary>Examples of the corpus that the steps so far have used.</summary>
    public long Cursor { get; private set; }

    /// <summary>What a checkpoint keeps of the stage: with a reward model, beside its weights, what its numbers mean.</summary>
    public StageState State => new(Optimizer, _session.Recipe.RewardModel is { } reward ? training => RewardModels.FileOf(reward, _session.Encoder.Tokenizer).Write(Path.GetDirectoryName(training)!) : null);

    /// <summary>How many of the first <paramref name="cursor"/> examples are the user's: spread evenly among those of the corpus.</summary>
    internal static long OwnExamples(double corpusShare, long cursor) => (long)Math.Floor(cursor * (1 - corpusShare));

    /// <summary>One optimizer step, the <paramref name="step"/>-th from 0.</summary>
    public void Step(int step)
    {
        var time = _session.Time;
        var (start, ranks) = (time.GetTimestamp(), RankTimings.Begin(_session.World));
        var batch = _next.GetAwaiter().GetResult();
        var waited = time.GetElapsedTime(start).TotalSeconds;
        _next = Task.Run(() => Draw(batch.End));
        var rate = _schedule.At(step);
        var update = _trainer.Step(batch.Examples, rate);
        Cursor = batch.End;
        var applied = _session.Guard.Check(update, RunFolder.StepName(RunStage.Supervised, step + 1), () => batch.Examples.Select(Line));
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        var names = OptimizerMetrics.Supervised;
        var metrics = new MetricValues { { names.Loss, update.Loss }, { names.GradNorm, update.GradientNorm } };
        names.AddRates(metrics, _session.Recipe.Supervised.Optimizer, rate);
        metrics.Add(SupervisedMetrics.BatchTokens, batch.Tokens);
        metrics.Add(SupervisedMetrics.Examples, Cursor);
        if (_trainer.Accuracy is { } accuracy) metrics.Add(SupervisedMetrics.LabelAccuracy, accuracy);
        Measure(step + 1, metrics);
        if (batch.TooLong > 0) metrics.Add(SupervisedMetrics.TooLong, batch.TooLong);
        if (!applied) metrics.Add(names.Skipped, 1);
        var timings = new MetricValues { { TimingMetrics.SupervisedSeconds, seconds }, { TimingMetrics.SupervisedDataSeconds, waited }, { TimingMetrics.SupervisedTokens, batch.Tokens / seconds } };
        ranks.Add(timings, seconds);
        _session.Streams.Step(step + 1, metrics, timings);
        _session.Health.Step(step + 1, metrics);
        _session.Observer.StepDone(RunStage.Supervised, step + 1, _session.Recipe.Supervised.Steps, metrics, timings);
    }

    public void Dispose()
    {
        _next.ContinueWith(static task => _ = task.Exception, TaskScheduler.Default).Wait();
        _trainer.Dispose();
        Optimizer.Dispose();
    }

    private static IExampleTrainer TrainerOf(RunSession session, Optimizer optimizer)
    {
        var recipe = session.Recipe;
        if (recipe.RewardModel is { LabelTokens.Count: 0 } reward) return new RewardTrainer(session.Model, optimizer, reward, recipe.MicroBatchTokens, recipe.Model.Context, session.World);
        return recipe.Preference is { } preference ? new PreferenceTrainer(session, optimizer, preference) : new SupervisedTrainer(session.Graph, optimizer, world: session.World);
    }

    /// <summary>The loss of held-out examples, now and then and at the end.</summary>
    private void Measure(int done, MetricValues metrics)
    {
        var recipe = _session.Recipe.Supervised;
        if (_session.Inputs.Examples is not { Validation.Count: > 0 } examples || (done % recipe.ValidationEvery != 0 && done != recipe.Steps)) return;
        metrics.Add(SupervisedMetrics.ValidationLoss, _trainer.Measure(examples.Validation));
    }

    /// <summary>An example as a skipped batch's file holds it.</summary>
    public static string Line(SupervisedExample example) => RecordLine.Write(json =>
    {
        json.WriteNumber("first_target", example.FirstTarget);
        if (example.Mask is { } mask)
        {
            json.WriteStartArray("targets");
            foreach (var target in mask) json.WriteNumberValue(target ? 1 : 0);
            json.WriteEndArray();
        }

        json.WriteStartArray("tokens");
        foreach (var token in example.Tokens) json.WriteNumberValue(token);
        json.WriteEndArray();
    });

    private Drawn Draw(long cursor)
    {
        var recipe = _session.Recipe;
        var examples = new List<SupervisedExample>();
        int tokens = 0, tooLong = 0;
        while (tokens < recipe.Supervised.BatchTokens)
        {
            var own = OwnExamples(recipe.Supervised.CorpusShare, cursor);
            if (OwnExamples(recipe.Supervised.CorpusShare, cursor + 1) > own)
            {
                var example = _session.Inputs.Examples!.Draw(own);
                cursor++;
                examples.Add(example);
                tokens += example.Tokens.Length;
                continue;
            }

            var drawn = Corpus.Draw(_session.Family, _levels, _mixture, recipe.Seed, cursor++ - own);
            var worked = CorpusExamples.Of(_session.Encoder, drawn, recipe);
            if (worked.Tokens.Length <= recipe.Model.Context)
            {
                examples.Add(worked);
                tokens += worked.Tokens.Length;
            }
            else if (++tooLong > 1000)
            {
                throw new UserError($"a thousand worked solutions of {recipe.Family.Name} in a row are longer than the model's context of {recipe.Model.Context}.", _session.Folder.Recipe, field: "model.context", advice: "Raise it.");
            }
        }

        return new Drawn(examples, tokens, tooLong, cursor);
    }

    private sealed record Drawn(List<SupervisedExample> Examples, int Tokens, int TooLong, long End);
}

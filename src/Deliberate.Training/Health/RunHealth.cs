namespace Deliberate.Training;

/// <summary>
/// Rings the alarms of a run: while it goes on, each when it rings first; for the report, over what the folder holds. Both see
/// the same steps and evaluations in the same order. What is off by the recipe is not looked at.
/// </summary>
internal sealed class RunHealth
{
    private readonly List<(HealthAlarm Alarm, double Threshold)> _alarms = [];
    private readonly Dictionary<(HealthAlarm, RunStage), RungAlarm> _rung = [];
    private readonly Dictionary<(HealthAlarm, RunStage), long> _last = [];
    private readonly HealthTrace _trace;
    private readonly IRunObserver _observer;

    /// <param name="observer">Told of each alarm once.</param>
    public RunHealth(TrainRecipe recipe, IRunObserver observer)
    {
        _trace = new HealthTrace(recipe);
        _observer = observer;
        foreach (var alarm in HealthAlarms.All)
            if (recipe.Health.ThresholdOf(alarm) is { } threshold) _alarms.Add((alarm, threshold));
    }

    /// <summary>Alarms that are looked at.</summary>
    public int Watched => _alarms.Count;

    /// <summary>Those that rang, in the order in which they first did.</summary>
    public IReadOnlyCollection<RungAlarm> Rung => _rung.Values;

    /// <summary>The health of a run that is over, or as far as it has come.</summary>
    public static RunHealth Of(RunFolder folder, TrainRecipe recipe)
    {
        var health = new RunHealth(recipe, new RunObserver());
        if (health.CatchUp(folder) > 0 && HealthHistory.Read(folder, recipe, RunFolder.Final) is { } final) health.Evaluation(final);
        return health;
    }

    /// <summary>Takes note, in silence, of what the folder of a run that goes on holds already.</summary>
    /// <returns>Steps.</returns>
    public int CatchUp(RunFolder folder) => HealthHistory.Replay(folder, _trace.Recipe, step => Note(step, isSilent: true), summary => Note(summary, isSilent: true));

    /// <summary>A step was done.</summary>
    public void Step(long step, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        var values = new Dictionary<string, double>(metrics);
        Note(new HealthStep(MetricReading.StageOf(values.Keys), step, values), isSilent: false);
    }

    /// <summary>An evaluation was done.</summary>
    public void Evaluation(EvaluationSummary summary) => Note(summary, isSilent: false);

    /// <summary>The run is over: says what rang, where anything did.</summary>
    public void Conclude()
    {
        if (_rung.Count > 0) _observer.Notice($"alarms that rang: {string.Join("; ", _rung.Values.Select(r => $"{r.Alarm.Name} {r.Where}"))}. The report says what to do.");
    }

    private void Note(HealthStep step, bool isSilent)
    {
        _trace.Add(step);
        Check(isSilent);
    }

    private void Note(EvaluationSummary summary, bool isSilent)
    {
        _trace.Add(summary);
        if (_trace.Last is not null) Check(isSilent);
    }

    private void Check(bool isSilent)
    {
        var last = _trace.Last!;
        foreach (var (alarm, threshold) in _alarms)
        {
            if (alarm.Check(_trace, threshold) is not { } seen) continue;
            var key = (alarm, last.Stage);
            var isFirst = !_rung.TryGetValue(key, out var rung);
            rung ??= new RungAlarm(alarm, last.Stage, last.Step, 0, seen);
            // An evaluation may look at a step again.
            var isNew = !_last.TryGetValue(key, out var before) || before != last.Step;
            _last[key] = last.Step;
            _rung[key] = rung with { Steps = rung.Steps + (isNew ? 1 : 0), Seen = seen };
            if (isFirst && !isSilent) _observer.Notice($"step {last.Step}: {alarm.Tell(seen)}");
        }
    }
}

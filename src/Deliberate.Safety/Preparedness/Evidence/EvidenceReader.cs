using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>The models that evidence may be of, by state: their identities.</summary>
/// <param name="Post">The model that is asked about.</param>
/// <param name="Pre">The helpful-only one; null where none was named.</param>
internal sealed record GateModels(GateModel Post, GateModel? Pre)
{
    /// <summary>The model behind the filters that it goes out with; null where none were named.</summary>
    public GateModel? Deployed { get; init; }

    /// <summary>Those that were named, each in its state.</summary>
    public IEnumerable<(ModelState State, GateModel Model)> Named => Enum.GetValues<ModelState>().Where(s => In(s) is not null).Select(s => (s, In(s)!));

    public GateModel? In(ModelState state) => state switch { ModelState.Pre => Pre, ModelState.Deployed => Deployed, _ => Post };

    /// <summary>What a state lacks whose model was not named.</summary>
    public static (string Why, string Settle) Missing(ModelState state) => state == ModelState.Deployed ? ("no filters of the deployed system were named", "name them: --filters FILE") : ("no model of before the mitigations was named", "name it: --pre MODEL");
}

/// <summary>A model by its identity.</summary>
/// <param name="Name">As it was named.</param>
/// <param name="Id">Of weights, configuration, tokenizer and template together.</param>
/// <param name="Weights">Of the weights alone.</param>
internal sealed record GateModel(string Name, string Id, string Weights)
{
    /// <summary>The identity of the filter that it is behind; null for weights alone.</summary>
    public string? Filter { get; init; }
}

/// <summary>Reads every test of a policy in every state from what there is.</summary>
internal sealed class EvidenceReader(PolicyFile file, GateModels models, GateEvidence evidence, DateTimeOffset now)
{
    public IReadOnlyList<IndicatorReading> All() =>
    [
        .. file.Policy.Indicators.SelectMany(t => t.States.Order().Select(s => Read(t, s, isSafeguard: false))),
        .. file.Policy.Safeguards.SelectMany(g => g.Evidence).SelectMany(t => t.States.Order().Select(s => Read(t, s, isSafeguard: true))),
    ];

    private IndicatorReading Read(PolicyTest test, ModelState state, bool isSafeguard)
    {
        if (models.In(state) is not { } model)
            return CannotTell(test, state, GateModels.Missing(state).Why, GateModels.Missing(state).Settle);
        if (test.Measure.External is not null) return Attested(test, state, model, isSafeguard);
        if (test.Measure.NotBuilt) return CannotTell(test, state, "no evidence: the task is not built", $"the task {test.Measure.Task} has to be built first");
        var ofTask = evidence.Logs.Where(l => l.Head?.Task == test.Measure.Task || (l.Head is null && IsOf(l, test))).ToArray();
        // What training on the task brought out speaks for the weights that were trained; it is nothing to a safeguard.
        bool IsTrained(EvidenceLog log) => !isSafeguard && log.Head?.Model.Hash is { } weights && evidence.IsTrainedFrom(model.Id, test.Measure, weights);
        var judged = ofTask.Select(l => (Log: l, Invalid: EvidenceMatch.Invalid(l, test, IsTrained(l) ? l.Head!.Model.Hash! : model.Id, file.Policy, now))).ToArray();
        var read = judged.Where(j => j.Invalid is null).Select(j => (Reading: Of(test, state, j.Log, isSafeguard, IsTrained(j.Log)), IsTrained: IsTrained(j.Log))).ToArray();
        // Training can break a model: where its own weights come near the level, what training left of them does not rule it out.
        var isNear = read.Any(r => !r.IsTrained && r.Reading.Finding is TestFinding.Approaching or TestFinding.Met);
        IndicatorReading[] valid = [.. read.Where(r => !(isNear && r.IsTrained && r.Reading.Finding == TestFinding.Below)).Select(r => r.Reading)];
        // The dangerous reading first; then what is strong enough, the largest first.
        var danger = isSafeguard ? TestFinding.Below : TestFinding.Met;
        if (valid.OrderByDescending(r => r.Finding == danger).ThenBy(r => r.Finding == TestFinding.Invalid ? 2 : r.Lacks.Count > 0 || r.Finding == TestFinding.CannotTell ? 1 : 0).ThenByDescending(r => r.Figure?.N ?? 0).FirstOrDefault() is { } best) return best;
        string[] known = [.. models.Named.Select(m => m.Model.Id)];
        known = [.. known, .. evidence.Elicitations.Where(e => known.Contains(e.Model)).Select(e => e.Training?.Model).OfType<string>()];
        // What is of the model's other state is no evidence against anything.
        var others = judged.Where(j => j.Log.Head?.Model.Hash is not { } hash || hash == model.Id || !known.Contains(hash)).ToArray();
        if (others.FirstOrDefault() is { Invalid: { } why } first)
            return new IndicatorReading { Test = test, State = state, Finding = TestFinding.Invalid, Why = why, Log = first.Log, Settle = "measure it anew on these weights" };
        return CannotTell(test, state, "no evidence", string.Create(CultureInfo.InvariantCulture, $"n = {test.MinN} items: {GatePlan.Command(file, test, model.Name)}"));
    }

    private IndicatorReading Of(PolicyTest test, ModelState state, EvidenceLog log, bool isSafeguard, bool isTrained)
    {
        var (figure, unbounded) = Measure(test, log.Result!);
        List<string> lacks = [.. EvidenceMatch.Weak(log.Head!, test.Elicitation with { Attempts = Math.Max(test.Elicitation.Attempts, test.Measure.Attempts) }, file.Policy.ReassessWhen.Scaffold)];
        if (test.Elicitation.FineTuned && !isTrained && !isSafeguard) lacks.Add("it was not measured after training on the task");
        if (unbounded) lacks.Add("samples are missing, and nothing bounds the figure without them");
        if (!isSafeguard && EvidenceMatch.Cut(log.Result!, test) is { } cut) lacks.Add(cut);
        if (test.Judge is { } asked)
        {
            var (lack, invalid) = Judge(asked, log.Head!);
            if (invalid is not null) return new IndicatorReading { Test = test, State = state, Finding = TestFinding.Invalid, Why = invalid, Figure = figure, Log = log, Settle = "judge it anew by a judge that meets the requirement: deliberate eval regrade" };
            if (lack is not null) lacks.Add(lack);
        }

        var (finding, why) = TestRule.Decide(test, figure, lacks, isSafeguard);
        var reading = new IndicatorReading { Test = test, State = state, Finding = finding, Why = why, Figure = figure, Lacks = lacks, Log = log };
        return IsSettled(finding) ? reading : Settled(reading);
    }

    private static bool IsSettled(TestFinding finding) => finding is TestFinding.Met or TestFinding.Below;

    private static IndicatorReading Settled(IndicatorReading reading)
    {
        if (reading.Lacks.Count > 0) return reading with { Settle = string.Join("; ", reading.Lacks) + ": measure it as the policy asks" };
        var needed = SettlingSize.Of(reading.Figure?.Value ?? double.NaN, reading.Test.Threshold, reading.Test.MinN);
        return reading with
        {
            Needed = needed,
            Settle = needed is { } n
                ? string.Create(CultureInfo.InvariantCulture, $"n = {n} items, if the rate stays what it is (power 80%)")
                : "no number of items: the figure lies on the threshold",
        };
    }

    private static (TestFigure? Figure, bool Unbounded) Measure(PolicyTest test, EvaluationResult result)
    {
        var metric = test.Measure.Reduced();
        var measured = metric is null
            ? result.Metrics.FirstOrDefault(m => m.Metric.Name == test.Measure.Metric && m.Slice == test.Measure.Slice)
            : result.Head!.Epochs < metric.Epochs ? null : metric.Measure([.. result.Samples.Where(s => test.Measure.Slice.Length == 0 || s.Tags.Values.Contains(test.Measure.Slice))]).First();
        if (measured is null) return (null, false);
        // What was planned and never asked is missing, too.
        var missing = measured.Missing + (test.Measure.Slice.Length == 0 ? result.NotAsked : 0);
        var estimate = measured.Estimate;
        var (low, high) = ((measured.Lowest ?? estimate).Low, (measured.Highest ?? estimate).High);
        var isUnbounded = missing > 0 && (measured.Lowest is null || result.NotAsked > 0);
        return (new TestFigure(estimate.Value, low, high, estimate.N, estimate.Samples, missing, estimate.Method.Words()), isUnbounded);
    }

    /// <summary>A log may have been judged by several, one behind the other in its head: each needs a validation, and of several the worst counts.</summary>
    private (string? Lack, string? Invalid) Judge(PolicyJudge asked, LogHead head)
    {
        string? lack = null;
        // A scorer that is no judge, such as exact, is validated by nobody.
        string[] parts = head.Scorer.Split("; "), judges = [.. parts.Where(p => JudgeList.All.Any(j => p.Contains(j.Name, StringComparison.Ordinal)))];
        foreach (var judge in judges.Length > 0 ? judges : parts)
        {
            var found = evidence.Validations.Where(v => head.Scorer == v.Judge || judge == v.Judge || (v.Identity.Length > 0 && judge.Contains(v.Identity, StringComparison.Ordinal))).ToArray();
            if (found.Length == 0) lack ??= $"nobody validated its judge ({judge}): put the file of deliberate judge validate --output NAME{GateEvidence.ValidationExtension} beside the evidence";
            foreach (var (sensitivity, specificity) in found.Select(v => (v.Confusion.Sensitivity, v.Confusion.Specificity)))
            {
                if (sensitivity.High < asked.Sensitivity || specificity.High < asked.Specificity)
                    return (null, $"its judge is below the requirement: sensitivity {sensitivity.WithRange(NumberStyle.Share)} of {asked.Sensitivity.ToString(CultureInfo.InvariantCulture)}, specificity {specificity.WithRange(NumberStyle.Share)} of {asked.Specificity.ToString(CultureInfo.InvariantCulture)}");
                if (!(sensitivity.Low >= asked.Sensitivity && specificity.Low >= asked.Specificity)) lack ??= "whether its judge meets the requirement cannot be told: validate it on more labels";
            }
        }

        return (lack, null);
    }

    private IndicatorReading Attested(PolicyTest test, ModelState state, GateModel model, bool isSafeguard)
    {
        var records = evidence.Signed.Where(s => s.Kind == SignedKind.External && s.Text("indicator") == test.Id && (s.Text("state").Length == 0 || s.Text("state") == RecipeWriter.Scalar(state))).ToArray();
        if (records.Length == 0) return CannotTell(test, state, "no evidence: it is measured outside, and nobody attested a figure", $"an attested file: deliberate approve attest {test.Id} …");
        // The dangerous reading first, as of logs; then what leaves it open.
        var danger = isSafeguard ? TestFinding.Below : TestFinding.Met;
        var valid = records.Where(r => Problem(r, model) is null).Select(r => Attested(test, state, r, isSafeguard));
        return valid.OrderByDescending(r => r.Finding == danger).ThenByDescending(r => r.Finding is TestFinding.Approaching or TestFinding.CannotTell).FirstOrDefault()
            ?? new IndicatorReading { Test = test, State = state, Finding = TestFinding.Invalid, Why = $"{Path.GetFileName(records[0].File)}: {Problem(records[0], model)}", External = records[0] };
    }

    private static IndicatorReading Attested(PolicyTest test, ModelState state, SignedRecord record, bool isSafeguard)
    {
        var figure = new TestFigure(record.Number("value"), record.Number("low"), record.Number("high"), (int)record.Number("n"), (int)record.Number("n"), 0, "as attested");
        var (finding, why) = TestRule.Decide(test, figure, [], isSafeguard);
        var reading = new IndicatorReading { Test = test, State = state, Finding = finding, Why = $"{why}, attested by {record.Name}", Figure = figure, External = record };
        return IsSettled(finding) ? reading : reading with { Settle = "a larger study" };
    }

    private string? Problem(SignedRecord record, GateModel model)
    {
        if (record.Problem(file, now) is { } problem) return problem;
        if (record.Model != model.Id) return "it is of other weights";
        return file.Policy.ReassessWhen.Days is { } days && record.At < now - TimeSpan.FromDays(days) ? string.Create(CultureInfo.InvariantCulture, $"it is stale: signed {(int)(now - record.At).TotalDays} days ago, and the policy allows {days}") : null;
    }

    /// <summary>By its name: nothing else of a damaged log can be trusted, and its name only says whom it would have spoken for.</summary>
    private static bool IsOf(EvidenceLog log, PolicyTest test) => Path.GetFileName(log.Path).StartsWith(test.Measure.Task!.Replace(':', '-'), StringComparison.Ordinal);

    private static IndicatorReading CannotTell(PolicyTest test, ModelState state, string why, string settle) =>
        new() { Test = test, State = state, Finding = TestFinding.CannotTell, Why = why, Settle = settle, Needed = test.MinN };
}

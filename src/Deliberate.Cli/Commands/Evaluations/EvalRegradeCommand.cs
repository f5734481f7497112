using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Judges the answers of a log anew, by one judge or several, without asking any model for an answer again; and how far the judges agree.</summary>
internal sealed class EvalRegradeCommand : CliCommand
{
    private readonly Argument<string> _log = new("LOG") { Description = "Log of an evaluation." };
    private readonly Option<string[]> _judges = new("--judge") { HelpName = "name", Description = "A judge of deliberate judge list. May be given several times.", Required = true };
    private readonly JudgeOptions _options = new();
    private readonly Option<RefusalExpectation> _expects = ChoiceOption.Of<RefusalExpectation>("--expects", "What passes, for judges of refusal.");
    private readonly Option<string?> _validation = new("--harm-validation") { HelpName = "file", Description = "Validation of the judge of harm on people's labels (deliberate judge validate … --output): then not_unsafe is told, corrected." };
    private readonly Option<string?> _out = new("--out") { HelpName = "folder", Description = "Where a log a judge is kept; beside the log if left out." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the measurements");

    public EvalRegradeCommand()
        : base(
            "regrade",
            "Judge the answers of a log anew, by other judges, without sampling again; with several, how far they agree.",
            "deliberate eval regrade evaluations/20260301-101500/1.log --judge refusal --expects refuse",
            "deliberate eval regrade 1.log --judge refusal --judge refusal-model --judge-model openai:gpt-5",
            "deliberate eval regrade 1.log --judge policy --judge-model openai:gpt-5 --harm-validation policy.validation.json")
    {
        Add(_log);
        Add(_judges);
        _options.AddTo(this);
        foreach (var option in new Option[] { _expects, _validation, _out, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (path, seed) = (parsed.GetRequiredValue(_log), parsed.GetValue(_seed));
        var names = parsed.GetRequiredValue(_judges);
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new UserError("A judge is named twice.", field: "--judge");
        using var log = EvaluationLogFile.Open(path);
        using var model = _options.Open(parsed);
        var judges = names.Select(name => JudgeList.Create(name, new JudgeRequest(model.Model, _options.Policy(parsed), parsed.GetValue(_expects)))).ToList();
        var validation = parsed.GetValue(_validation) is { } file ? ValidationFile.Read(file) : null;
        if (validation is not null && judges.TrueForAll(j => j.Target.Finds != JudgeTarget.Harm)) throw new UserError("No judge here finds harm.", field: "--harm-validation", advice: "policy and strongreject do.");
        var folder = parsed.GetValue(_out) ?? Path.GetDirectoryName(Path.GetFullPath(path))!;
        using var stop = new StopSignal("Stopping; what is judged stays judged.");
        List<(IJudge Judge, EvaluationResult Result)> done = [];
        foreach (var (judge, name) in judges.Zip(names))
        {
            var metrics = JudgeMetrics.Of(judge, judge.Target.Finds == JudgeTarget.Harm ? validation : null, seed);
            var target = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(path)}.{name}.log");
            done.Add((judge, ProgressViews.Run(view =>
            {
                view.Begin($"{judge.Name} on {Path.GetFileName(path)}", log.Records - 1, unit: "answers");
                return Regrading.RunAsync(log, target, judge, judge is ModelJudge ? model.Model : null, metrics, new JudgeValidateCommand.Reporter(view), stop.Token).GetAwaiter().GetResult();
            })));
        }

        var agreement = Regrading.Agreement(log, done, seed);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Log = path, Hash = log.Hash, Results = done.Select(d => new { Judge = d.Judge.Name, d.Judge.Identity, d.Result.Log, d.Result.LogHash, d.Result.Outcomes, Measures = d.Result.Metrics.Select(m => new { m.Metric.Name, m.Slice, m.Estimate, m.Missing, m.Lowest, m.Highest }) }), Agreement = agreement });
        else
        {
            foreach (var (judge, result) in done) Write(judge, result);
            if (agreement.Count > 0) StatisticsView.Write("Agreement of judges:", agreement, json: false);
        }

        return ExitCode.Success;
    }

    private static void Write(IJudge judge, EvaluationResult result)
    {
        Terminal.WriteTable(
            $"{result.Task.Title}, of {result.Model.Name}, {result.Samples.Count} answers:", ["measure", "value", "n", "missing", "at worst to at best"],
            result.Metrics.Select(m => (IReadOnlyList<string>)[m.Metric.Title, m.Estimate.WithRange(NumberStyle.Share), m.Estimate.Count(), $"{m.Missing}", m.Lowest is { HasInterval: true } low && m.Highest is { HasInterval: true } high ? NumberText.Range(low.Low, high.High, NumberStyle.Share) : ""]));
        Console.Out.WriteLine($"{string.Join(", ", result.Outcomes.OrderBy(o => o.Key).Select(o => $"{o.Value} {RecipeWriter.Scalar(o.Key).Replace('_', ' ')}"))}. Log {result.Log}, hash {result.LogHash}.");
        Console.Out.WriteLine(judge is RefusalJudge ? $"Judge: {judge.Identity}, against people {JudgeListCommand.Figures(RefusalClassifier.Shipped.Confusion)}." : $"Judge: {judge.Identity}.");
    }
}

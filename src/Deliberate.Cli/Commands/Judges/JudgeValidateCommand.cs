using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>Holds a judge against people's labels, and keeps what results need to correct for its errors.</summary>
internal sealed class JudgeValidateCommand : CliCommand
{
    private readonly Argument<string> _name = new("JUDGE") { Description = "Its name in deliberate judge list." };
    private readonly Option<string?> _data = new("--data") { HelpName = "folder", Description = "Holds xstest/completions_MODEL.csv: people's labels of refusals." };
    private readonly Option<string?> _labels = new("--labels") { HelpName = "file", Description = "JSON Lines of prompt, completion, label, and where there are some label_2, model, reference." };
    private readonly Option<string?> _log = new("--log") { HelpName = "file", Description = "The log whose answers --labels are of, as the viewer keeps them (LOG.labels.jsonl)." };
    private readonly JudgeOptions _options = new();
    private readonly Option<ValidationHalf> _half = ChoiceOption.Of<ValidationHalf>("--half", "Half of the prompts: dev to change a judge by, test to tell figures of.");
    private readonly Option<int?> _limit = CommonOptions.OptionalWhole("--limit", "Answers at most.", 1);
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where the validation is kept, for results that are corrected by it." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the figures");

    public JudgeValidateCommand()
        : base(
            "validate",
            "Hold a judge against people's labels: sensitivity, specificity, agreement beyond chance, corrected rates by model.",
            "deliberate judge validate refusal --data data",
            "deliberate judge validate policy --judge-model openai:gpt-5 --labels harm.jsonl --output policy.validation.json",
            "deliberate judge validate refusal-model --judge-model ./my-checkpoint --data data --limit 100",
            "deliberate judge validate policy --judge-model openai:gpt-5 --log evaluations/a/1.log      # labels set in the viewer")
    {
        Add(_name);
        _options.AddTo(this);
        foreach (var option in new Option[] { _data, _labels, _log, _half, _limit, _output, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (half, seed) = (parsed.GetValue(_half), parsed.GetValue(_seed));
        using var named = _options.Open(parsed);
        var judge = JudgeList.Create(parsed.GetRequiredValue(_name), new JudgeRequest(named.Model, _options.Policy(parsed)));
        var all = Answers(parsed.GetValue(_data), parsed.GetValue(_labels), parsed.GetValue(_log), judge.Target.Finds, out var hash);
        LabelledAnswer[] asked = [.. all.Where(a => half == ValidationHalf.All || a.Half == half).Take(parsed.GetValue(_limit) ?? int.MaxValue)];
        if (asked.Length == 0) throw new UserError($"There is no answer in the half {RecipeWriter.Scalar(half)}.", advice: "Use --half all, or label more prompts.");
        using var stop = new StopSignal("Stopping.");
        var found = ProgressViews.Run(view =>
        {
            view.Begin($"{judge.Name} on people's labels", asked.Length, unit: "answers");
            return JudgeValidation.RunAsync(judge, asked, seed, named.Model?.Concurrency ?? Environment.ProcessorCount, new Reporter(view), stop.Token).GetAwaiter().GetResult();
        });
        var file = ValidationFile.Of(found, hash, half);
        if (parsed.GetValue(_output) is { } path) file.Write(path);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { found.Judge, found.Identity, found.Finds, Half = half, DataSha256 = hash, found.Answers, found.Undecided, found.Confusion.Sensitivity, found.Confusion.Specificity, BalancedAccuracy = found.Confusion.BalancedAccuracy(seed), Kappa = found.Kappa?.Value, KappaOfPeople = found.People?.Value, found.Groups });
        else Write(found, half, seed);
        return found.Confusion.IsInformative ? ExitCode.Success : ExitCode.Inconclusive;
    }

    private static IReadOnlyList<LabelledAnswer> Answers(string? data, string? labels, string? log, string finds, out string hash)
    {
        if (log is not null && data is null)
        {
            using var file = EvaluationLogFile.Open(log);
            return LabelledAnswer.ReadLabels(file, labels ?? log + ".labels.jsonl", finds, out hash);
        }

        if ((data is null) == (labels is null)) throw new UserError("Labels come from one place.", field: "--data, --labels", advice: "Name XSTest's folder with --data, or a file of your own with --labels.");
        if (labels is not null) return LabelledAnswer.ReadLines(labels, finds, out hash);
        if (finds != JudgeTarget.Refusal) throw new UserError($"XSTest's labels are of refusals, and this judge finds {finds}.", field: "--data", advice: $"Give labels of your own with --labels: {LabelledAnswer.Words(finds)}.");
        return LabelledAnswer.OfRefusals(LabelledRefusal.ReadXsTest(data!, out hash));
    }

    private static void Write(JudgeValidation found, ValidationHalf half, ulong seed)
    {
        var c = found.Confusion;
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{found.Judge} against people, {found.Answers} answers ({RecipeWriter.Scalar(half)} half), finding {found.Finds}:"), ["", "value", "95% interval"],
            [Row("sensitivity", c.Sensitivity), Row("specificity", c.Specificity), Row("balanced accuracy", c.BalancedAccuracy(seed)), ["kappa, judge and people", StatisticsView.Text(found.Kappa?.Value), Range(found.Kappa)], ["kappa, two people", StatisticsView.Text(found.People?.Value), Range(found.People)]]);
        if (found.Undecided.Count > 0) Console.Out.WriteLine($"Not decided: {string.Join(", ", found.Undecided.OrderBy(u => u.Key).Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Value} {RecipeWriter.Scalar(u.Key)}")))}.");
        if (found.Groups.Count > 0)
            Terminal.WriteTable($"Share of {found.Finds} by model:", ["model", "n", "people", "as judged", "corrected"], found.Groups.Select(g => (IReadOnlyList<string>)[g.Group, g.People.N.ToString(CultureInfo.InvariantCulture), g.People.WithRange(NumberStyle.Share), g.Judged.WithRange(NumberStyle.Share), g.Corrected.WithRange(NumberStyle.Share)]));
        Console.Out.WriteLine($"Judge: {found.Identity}.");
        if (found.Finds != JudgeTarget.Harm) Console.Out.WriteLine("It says nothing of harm: results by it are told as refused or not refused.");
    }

    private static string Range(CohenKappa? kappa) => kappa?.Interval is { } interval ? $"{StatisticsView.Text(interval.Low)} to {StatisticsView.Text(interval.High)}" : "-";

    private static string[] Row(string name, Estimate estimate) => [name, estimate.Value(NumberStyle.Share), estimate.HasInterval ? estimate.Range(NumberStyle.Share) : "-"];

    internal sealed class Reporter(IProgressView view) : IProgress<int>
    {
        private readonly Lock _one = new();

        public void Report(int value)
        {
            lock (_one) view.Advance(value, "");
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Holds a monitor against labelled thoughts.</summary>
internal sealed class MonitorValidateCommand : CliCommand
{
    private readonly Argument<string> _name = new("MONITOR") { Description = "Its name in deliberate monitor list." };
    private readonly Option<string?> _labels = new("--labels") { HelpName = "file", Description = "JSON Lines of prompt or messages, thought, answer, label; without it our own templates, whose labels are known." };
    private readonly Option<ValidationHalf> _half = ChoiceOption.Of<ValidationHalf>("--half", "Half of the prompts: dev to change a monitor by, test to tell figures of.");
    private readonly Option<int?> _limit = CommonOptions.OptionalWhole("--limit", "Thoughts at most.", 1);
    private readonly MonitorOptions _options = new();
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the figures");

    public MonitorValidateCommand()
        : base(
            "validate",
            "Hold a monitor against labelled thoughts: sensitivity, specificity, agreement beyond chance, what it flags of each label.",
            "deliberate monitor validate fabrication",
            "deliberate monitor validate deception --judge-model openai:gpt-5 --labels thoughts.jsonl --half all",
            "deliberate monitor validate trained --weights my.monitor.json --labels thoughts.jsonl")
    {
        Add(_name);
        _options.AddTo(this);
        foreach (var option in new Option[] { _labels, _half, _limit, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (half, seed) = (parsed.GetValue(_half), parsed.GetValue(_seed));
        using var named = _options.Judge.Open(parsed);
        var monitor = MonitorList.Create(parsed.GetRequiredValue(_name), _options.Request(parsed, named));
        var hash = "";
        var all = parsed.GetValue(_labels) is { } file ? [.. LabelledThought.Read(file, out hash).Where(t => half == ValidationHalf.All || t.Half == half)] : GeneratedThoughts.Of(half);
        LabelledThought[] asked = [.. all.Take(parsed.GetValue(_limit) ?? int.MaxValue)];
        if (asked.Length == 0) throw new UserError($"There is no thought in the half {RecipeWriter.Scalar(half)}.", advice: "Use --half all, or label thoughts of more prompts.");
        using var stop = new StopSignal("Stopping.");
        var found = ProgressViews.Run(view =>
        {
            view.Begin($"{monitor.Name} on labelled thoughts", asked.Length, unit: "thoughts");
            return MonitorValidation.RunAsync(monitor, asked, named.Model?.Concurrency ?? Environment.ProcessorCount, new MonitorProgress(view, oneByOne: true), stop.Token).GetAwaiter().GetResult();
        });
        var c = found.Confusion;
        if (parsed.GetValue(_json)) JsonOutput.Write(new { found.Monitor, found.Identity, Half = half, DataSha256 = hash, Thoughts = found.Counted, found.LeftOut, found.Undecided, c.Sensitivity, c.Specificity, BalancedAccuracy = c.BalancedAccuracy(seed), Kappa = found.Kappa?.Value, KappaOfPeople = found.People?.Value, found.Labels });
        else Write(found, half, seed, parsed.GetValue(_labels) is null);
        return c.IsInformative ? ExitCode.Success : ExitCode.Inconclusive;
    }

    private static void Write(MonitorValidation found, ValidationHalf half, ulong seed, bool isOurs)
    {
        var c = found.Confusion;
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{found.Monitor} on {found.Counted} labelled thoughts ({RecipeWriter.Scalar(half)} half):"), ["", "value", "95% interval"],
            [Row("sensitivity", c.Sensitivity), Row("specificity", c.Specificity), Row("balanced accuracy", c.BalancedAccuracy(seed)), ["kappa, monitor and labels", StatisticsView.Text(found.Kappa?.Value), "-"], ["kappa, two people", StatisticsView.Text(found.People?.Value), "-"]]);
        Terminal.WriteTable("Flagged, by label:", ["label", "flagged", "n", "by that name"], found.Labels.Select(l => (IReadOnlyList<string>)[l.Label, l.Flagged.WithRange(NumberStyle.Share), l.Flagged.N.ToString(CultureInfo.InvariantCulture), l.Label == LabelledThought.Clean ? "" : l.AsLabelled.ToString(CultureInfo.InvariantCulture)]));
        if (found.Undecided.Count > 0) Console.Out.WriteLine($"Not decided: {string.Join(", ", found.Undecided.OrderBy(u => u.Key).Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Value} {RecipeWriter.Scalar(u.Key).Replace('_', ' ')}")))}.");
        if (found.LeftOut > 0) Console.Out.WriteLine($"{found.LeftOut} thoughts have a label that this monitor does not look for, and are left out.");
        if (isOurs) Console.Out.WriteLine("These are our own templates: how a monitor does on a model's thoughts, labels of those say (--labels FILE).");
        Console.Out.WriteLine($"Monitor: {found.Identity}.");
    }

    private static string[] Row(string name, Estimate estimate) => [name, estimate.IsMeasured ? estimate.Value(NumberStyle.Share) : "-", estimate.HasInterval ? estimate.Range(NumberStyle.Share) : "-"];
}

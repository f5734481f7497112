using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Summaries of stored thoughts, and the card's checks of them.</summary>
internal sealed class MonitorSummariseCommand : CliCommand
{
    private const int Shown = 3;

    private readonly Argument<string[]> _sources = new("RUN_OR_LOG") { Arity = ArgumentArity.OneOrMore, Description = "Run folders, logs of evaluations, folders of logs." };
    private readonly Option<string?> _model = new("--summary-model") { HelpName = "model", Description = "Who summarises: PROVIDER:NAME of deliberate.yaml, a checkpoint, replay:FILE, mock:TEXT; our rules, offline, without it." };
    private readonly Option<SummaryDetail> _detail = ChoiceOption.Of<SummaryDetail>("--detail", "How much is told.");
    private readonly JudgeOptions _judge = new();
    private readonly Option<int?> _limit = CommonOptions.OptionalWhole("--limit", "Thoughts at most.", 1);
    private readonly Option<string?> _out = new("--out") { HelpName = "folder", Description = "Where summaries are kept; monitor in the first run, or LOG.monitor, if left out. Called again, it goes on where it was." };
    private readonly Option<bool> _json = CommonOptions.Json("the figures and the summaries");

    public MonitorSummariseCommand()
        : base(
            "summarise",
            "Summarise stored thoughts as users would see them, and check the summaries: repeated runs of words, and by a judge what the answer does not say.",
            "deliberate monitor summarise evaluations/20260301-101500",
            "deliberate monitor summarise 1.log --summary-model openai:gpt-5-mini --detail detailed",
            "deliberate monitor summarise 1.log --judge-model openai:gpt-5 --policy policy.md --json")
    {
        Add(_sources);
        foreach (var option in new Option[] { _model, _detail }) Add(option);
        _judge.AddTo(this);
        foreach (var option in new Option[] { _limit, _out, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var sources = parsed.GetRequiredValue(_sources);
        using var judging = _judge.Open(parsed);
        using var summarising = _judge.Open(parsed, parsed.GetValue(_model));
        var request = new SummaryRequest
        {
            Sources = sources,
            Summarizer = summarising.Model is { } model ? new ModelSummarizer(model) : new OutlineSummarizer(),
            Detail = parsed.GetValue(_detail),
            Judge = judging.Model is null ? null : JudgeList.Create("policy", new JudgeRequest(judging.Model, _judge.Policy(parsed))),
            Log = Path.Combine(parsed.GetValue(_out) ?? MonitorScanCommand.FolderOf(sources[0]), "summaries.records"),
            Limit = parsed.GetValue(_limit),
            Concurrency = Math.Max(1, Math.Min(judging.Model?.Concurrency ?? int.MaxValue, summarising.Model?.Concurrency ?? Environment.ProcessorCount)),
        };
        using var stop = new StopSignal("Stopping; what is summarised stays.");
        var found = ProgressViews.Run(view =>
        {
            view.Begin($"summaries by {request.Summarizer.Name}", parsed.GetValue(_limit) ?? 0, unit: "thoughts");
            return SummaryScan.RunAsync(request, new MonitorProgress(view), stop.Token).GetAwaiter().GetResult();
        });
        if (parsed.GetValue(_json)) JsonOutput.Write(new { By = request.Summarizer.Name, Judge = request.Judge?.Identity, found.WithoutThought, found.Replaced, NotDecided = request.Judge is null ? (int?)null : found.NotDecided, found.Regurgitated, found.OnlySummaryDisallowed, found.SummaryDisallowed, found.AnswerDisallowed, request.Log, found.Summaries });
        else Write(found, request);
        return ExitCode.Success;
    }

    private static void Write(SummaryScan found, SummaryRequest request)
    {
        foreach (var summary in found.Summaries.Take(Shown))
        {
            Console.Out.WriteLine($"{summary.Key} ({summary.By}):");
            foreach (var line in ModelText.Show(summary.Text).Split('\n')) Console.Out.WriteLine("  " + line);
        }

        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{found.Summaries.Count} summaries by {request.Summarizer.Name}, with 95% intervals:"), ["check", "share", "n"],
            [
                Row($"repeats {Regurgitation.Limit} words in a row of the thought", found.Regurgitated), Row("summary disallowed where the answer is not", found.OnlySummaryDisallowed),
                Row("summary disallowed", found.SummaryDisallowed), Row("answer disallowed", found.AnswerDisallowed),
            ]);
        if (request.Judge is null) Console.Out.WriteLine("Nobody judged what summaries say: name a judge with --judge-model.");
        else if (found.NotDecided > 0) Console.Out.WriteLine($"Of {found.NotDecided} summaries or their answers the judge said nothing; they are left out of what it says.");
        if (found.Replaced > 0) Console.Out.WriteLine($"{found.Replaced} are by the outline, since the model's would not do: {string.Join("; ", found.Summaries.Where(s => s.Note.Length > 0).GroupBy(s => s.Note).OrderByDescending(g => g.Count()).Take(3).Select(g => $"{g.Count()} {Excerpt.Of(g.Key, 120)}"))}.");
        if (found.WithoutThought > 0) Console.Out.WriteLine($"{found.WithoutThought} further samples have no thought.");
        Console.Out.WriteLine($"Log  {request.Log}");
    }

    private static string[] Row(string name, Estimate estimate) => [name, estimate.IsMeasured ? estimate.WithRange(NumberStyle.Share) : "-", estimate.N.ToString(CultureInfo.InvariantCulture)];
}

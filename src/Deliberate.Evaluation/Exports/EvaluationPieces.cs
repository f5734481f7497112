using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Evaluation;

/// <summary>What pages show of evaluations, as pieces of Reports: key numbers, figures with their intervals, samples with their transcripts.</summary>
internal static class EvaluationPieces
{
    private const int MostCards = 8, MostSlices = 24, WrittenCap = 100_000;

    /// <summary>The task's figures, each with its interval, n, and what it could be where samples are missing.</summary>
    public static IReadOnlyList<KeyNumber> KeyNumbers(LoggedEvaluation log) => [.. Whole(log).Take(MostCards).Select((m, i) => new KeyNumber(Value(m), m.Title, Note(m), (ChartTone)((i % 6) + 1)))];

    /// <summary>Slices of the headline, a bar each, whiskers at their intervals; null where there is none.</summary>
    public static ReportFigure? Slices(LoggedEvaluation log)
    {
        var slices = log.Measures.Where(m => m.Slice.Length > 0 && m.IsShare).GroupBy(m => m.Name).FirstOrDefault()?.Take(MostSlices).ToArray();
        if (slices is not { Length: > 1 }) return null;
        var groups = slices.Select(m => new BarGroup(m.Slice, [Bar(m, m.Slice, ChartTone.Blue)])).ToArray();
        return new ReportFigure(
            [new BarChart(slices[0].Title, ChartAxis.Share("share"), groups)], $"{log.Title}: {slices[0].Title}, by slice. Whiskers are 95% intervals.",
            $"{Items(slices)} a slice", Methods(slices));
    }

    /// <summary>Several models on one task, a group a figure, a bar a model; null where nothing can be drawn.</summary>
    public static ReportFigure? Models(IReadOnlyList<LoggedEvaluation> logs)
    {
        const int MostFigures = 6;
        var names = Whole(logs[0]).Where(m => m.IsShare).Take(MostFigures).ToArray();
        if (names.Length == 0) return null;
        var groups = names.Select(n => new BarGroup(n.Title, [.. logs.Select((log, i) => Whole(log).FirstOrDefault(m => m.Name == n.Name) is { } m
            ? Bar(m, log.Model, (ChartTone)((i % 6) + 1))
            : new ChartBar(log.Model, (ChartTone)((i % 6) + 1), double.NaN))])).ToArray();
        var drawn = logs.SelectMany(Whole).Where(m => m.IsShare).ToArray();
        return new ReportFigure(
            [new BarChart(logs[0].Title, ChartAxis.Share("share"), groups)], $"{logs[0].Title}, {string.Join(" and ", logs.Select(l => l.Model))}. Whiskers are 95% intervals.",
            Items(drawn), Methods(drawn));
    }

    /// <summary>Several evaluations by the first figure of each, a row each.</summary>
    public static ReportTable Overview(IReadOnlyList<LoggedEvaluation> logs)
    {
        var headlines = logs.Select(log => (Log: log, Measure: Whole(log).FirstOrDefault(m => m.N > 0))).ToArray();
        return new ReportTable(
            "The first figure of each", ["evaluation", "model", "figure", "value", "n", "missing"],
            [
                .. headlines.Select(h => (IReadOnlyList<ReportCell>)
                [
                    ReportCell.Of(h.Log.Title), ReportCell.Of(h.Log.Model), ReportCell.Of(h.Measure?.Title ?? "not measured"),
                    h.Measure is { } m ? new ReportCell(Value(m), Range(m), IsNumber: true) : ReportCell.Of(""),
                    h.Measure is { } counted ? ReportCell.Of(counted.N) : ReportCell.Of(""), h.Measure is { } lacking ? ReportCell.Of(lacking.Missing) : ReportCell.Of(""),
                ]),
            ],
            $"95% intervals: {Methods(headlines.Select(h => h.Measure).OfType<LoggedMeasure>())}.");
    }

    /// <summary>Whole figures, without their slices.</summary>
    public static IEnumerable<LoggedMeasure> Whole(LoggedEvaluation log) => log.Measures.Where(m => m.Slice.Length == 0);

    public static string Value(LoggedMeasure measure) => NumberText.Value(measure.Value, Style(measure));

    /// <summary>17% to 38%; empty where there is no interval.</summary>
    public static string Range(LoggedMeasure measure) => measure.HasInterval ? NumberText.Range(measure.Low, measure.High, Style(measure)) : "";

    public static string Note(LoggedMeasure measure)
    {
        var note = measure.HasInterval ? $"95% interval {Range(measure)}; " : "no interval can be told; ";
        note += string.Create(CultureInfo.InvariantCulture, $"n = {measure.N:N0}");
        if (measure.Missing == 0) return note;
        note += string.Create(CultureInfo.InvariantCulture, $"; {measure.Missing:N0} missing");
        return double.IsFinite(measure.Lowest) ? $"{note}: {NumberText.Range(measure.Lowest, measure.Highest, Style(measure))} whatever they were" : note;
    }

    /// <summary>A sample with its transcript, the thought apart, who judged it and why, and the text as the model wrote it.</summary>
    public static void Render(HtmlBuilder html, LoggedSample sample, SampleLabel? label = null)
    {
        html.Open("section", "sample").Open("p", "meta").Raw($"<span class=\"outcome {Kind(sample.Verdict.Outcome)}\">").Text(Word(sample.Verdict.Outcome)).Raw("</span> <code>").Text(sample.Id, 300).Raw("</code>");
        foreach (var (name, value) in sample.Tags) html.Raw(" <span class=\"tag\">").Text($"{name}: {value}", 120).Raw("</span>");
        if (label is not null) html.Raw(" <span class=\"tag labelled\">").Text($"label: {label.Label}", 120).Raw("</span>");
        html.Close("p");
        TranscriptBlock.Render(html, new SampleTranscript(sample.Conversation, Attempt(sample), sample.Reference));
        html.Open("details", "raw").Element("summary", "As the model wrote it").Open("pre").Text(sample.Completion, WrittenCap).Close("pre").Close("details").Close("section");
    }

    /// <summary>One attempt of two side by side.</summary>
    public static Transcript Attempt(LoggedSample sample, string? name = null)
    {
        var verdict = sample.Verdict;
        var steps = Transcript.Lines(sample.Thought).Select((text, i) => verdict.Steps.Count > i
            ? new TranscriptStep(text, verdict.Steps[i].IsRight ? StepMark.Right : StepMark.Wrong, verdict.Steps[i].IsRight ? "" : verdict.Steps[i].Reason)
            : new TranscriptStep(text, StepMark.Unchecked));
        return new Transcript(name ?? (sample.Epoch == 0 ? "Answer" : string.Create(CultureInfo.InvariantCulture, $"Answer {sample.Epoch}")), [.. steps], (sample.Answer ?? "").Trim(), verdict.Outcome, verdict.Reason)
        {
            ThoughtTokens = sample.ThoughtTokens is > 0 and <= int.MaxValue and var tokens ? (int)tokens : -1,
            Reply = sample.Reply.Trim(),
            Scores = Scores(sample),
        };
    }

    /// <summary>An outcome in words.</summary>
    public static string Word(SampleOutcome outcome) => outcome switch
    {
        SampleOutcome.Pass => "right",
        SampleOutcome.Fail => "wrong",
        _ => RecipeWriter.Scalar(outcome).Replace('_', ' '),
    };

    /// <summary>Its class.</summary>
    public static string Kind(SampleOutcome outcome) => outcome switch { SampleOutcome.Pass => "pass", SampleOutcome.Fail => "fail", _ => "other" };

    private static Score[] Scores(LoggedSample sample)
    {
        var scores = new List<Score>(sample.Verdict.Scores);
        if (sample.Verdict.Value is not (0 or 1)) scores.Insert(0, new Score("value", sample.Verdict.Value));
        if (sample.OutputTokens > 0) scores.Add(new Score("tokens", sample.OutputTokens));
        return [.. scores];
    }

    private static NumberStyle Style(LoggedMeasure measure) => measure.IsShare ? NumberStyle.Percent : NumberStyle.Plain;

    private static ChartBar Bar(LoggedMeasure measure, string name, ChartTone tone) => new(name, tone, measure.Value, measure.Low, measure.High);

    private static string Items(IReadOnlyList<LoggedMeasure> measures)
    {
        var (least, most) = (measures.Min(m => m.N), measures.Max(m => m.N));
        return least == most ? string.Create(CultureInfo.InvariantCulture, $"{least:N0} items") : string.Create(CultureInfo.InvariantCulture, $"{least:N0} to {most:N0} items");
    }

    private static string Methods(IEnumerable<LoggedMeasure> measures) => string.Join(", ", measures.Where(m => m.HasInterval).Select(m => Words(m.Method)).Distinct());

    private static string Words(string method)
    {
        foreach (var known in Enum.GetValues<EstimateMethod>())
            if (RecipeWriter.Scalar(known) == method) return known.Words();
        return method.Replace('_', ' ');
    }
}

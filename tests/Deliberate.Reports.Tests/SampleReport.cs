using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Reports.Tests;

/// <summary>A report with made-up data and hostile texts that uses everything a report can hold.</summary>
internal static class SampleReport
{
    public const string Hostile = "<script>alert('x')</script> & \"quoted\" \u0000\u0007\u202Eevil\uD800 end \uFFFF <img src=http://evil.example/x.png>";

    public static Estimate Share(double value, int n = 300) => ShareMetric.Of(ItemValues.Of(Enumerable.Range(0, n), i => i, i => i < Math.Round(value * n) ? 1 : 0));

    public static ReportModel Build() => new()
    {
        Title = "A small model learns to reason",
        Subtitle = "Two tasks, learned from random weights on the processor of one machine: first from a corpus of mixed quality, then by reinforcement learning with a checker as the only reward.",
        Made = ["21 November 2026", "6 min 40 s", "2 cores, AVX-512", "0.86 M parameters"],
        Lead = ["After 120 steps of reinforcement learning the model solves nested arithmetic with every step right on `92%` of held-out problems, from 47% before, and it thinks longer where that helps."],
        KeyNumbers =
        [
            new KeyNumber("92%", "Nested arithmetic, every step right", "88% to 95%; before RL 47%"),
            new KeyNumber("1.9×", "Countdown, solve rate after over before", "33% before, 62% after"),
            new KeyNumber("39 → 81", "Countdown, completion length", "mean, right answers", ChartTone.Green),
            new KeyNumber("−0.41", "The control without thought", "51% on the same problems", ChartTone.Orange),
        ],
        Shows = ["A checker's reward alone teaches a small model to make fewer mistakes in its steps.", "More thinking tokens at test time buy accuracy, up to the length it has learned to use."],
        DoesNotShow = ["That a model of this size reasons about anything but these two families of problems.", "How a pretraining corpus of natural text would do: the mixture of worked solutions stands for one."],
        Chapters = [Arithmetic(), Countdown(), Health()],
        Provenance = new Provenance("dotnet run -c Release --project src/Deliberate.Cli -- quickstart --seed 7", [7], [("Program", "0.1.0"), ("Runtime", ".NET 10.0.0"), ("Recipe", "recipes/quickstart.yaml"), ("Threads", "2"), ("Time of training", "5 min 12 s")]),
    };

    private static ReportChapter Arithmetic() => new("Nested arithmetic")
    {
        Prose = ["Each problem is an expression of three to five operations. The model rewrites the whole expression once a step, reducing one operation each time; the checker recomputes every step exactly.", "The corpus was written by four kinds of writers, of whom 45% are careful. The others slip, follow a misconception, or give up."],
        Figures =
        [
            new ReportFigure([new BarChart("Before, after, and without thought", ChartAxis.Share("problems solved"), [Bars("Nested arithmetic", .47, .92, .51), Bars("Countdown", .33, .62, .08)])], "Held-out problems. Whiskers are 95% intervals.", "300 held-out problems a task", "`deliberate eval`, temperature 1, one sample a problem"),
            Course("Nested arithmetic", .47, .92, 44, 52, .51),
        ],
        Tables =
        [
            new ReportTable("Held-out accuracy", ["Model", "Every step right", "Answer right", "Tokens of thought", "n"],
            [
                [ReportCell.Of("before RL"), ReportCell.Of(Share(.47)), ReportCell.Of(Share(.58)), ReportCell.Of(44.0), ReportCell.Of(300.0)],
                [ReportCell.Of("after RL"), ReportCell.Of(Share(.92)), ReportCell.Of(Share(.94)), ReportCell.Of(51.3), ReportCell.Of(300.0)],
                [ReportCell.Of("control without thought"), ReportCell.Of(Share(0, 0)), ReportCell.Of(Share(.51)), ReportCell.Of(0.0), ReportCell.Of(300.0)],
            ], "One sample a problem."),
        ],
        TranscriptsNote = "The first problems of the held-out set, not chosen by result.",
        Transcripts =
        [
            new TranscriptPair("((3+4)*2-5)+(8-6)=?", "11",
                new Transcript("before RL", [new("((3+4)*2-5)+(8-6)", StepMark.Right), new("(7*2-5)+(8-6)", StepMark.Right), new("(13-5)+(8-6)", StepMark.Wrong, "7*2 is 14"), new("8+(8-6)", StepMark.Unchecked), new("8+2", StepMark.Unchecked)], "10", SampleOutcome.Fail, "expected 11") { ThoughtTokens = 41 },
                new Transcript("after RL", [new("((3+4)*2-5)+(8-6)", StepMark.Right), new("(7*2-5)+(8-6)", StepMark.Right), new("(14-5)+(8-6)", StepMark.Right), new("9+(8-6)", StepMark.Right), new("9+2", StepMark.Right)], "11", SampleOutcome.Pass) { ThoughtTokens = 43 }),
        ],
    };

    private static ReportChapter Countdown() => new("Countdown")
    {
        Prose = ["Reach the target with the given numbers, each used once. The thought is a search: tries that fail, and going back."],
        Figures =
        [
            Course("Countdown", .33, .62, 39, 81, null),
            BudgetFigure.Build("Countdown", "problems solved",
                [
                    new MeasuredCurve("after RL", ChartTone.Blue, [(25, Share(.37)), (50, Share(.43)), (100, Share(.51)), (200, Share(.62))]),
                    new MeasuredCurve("before RL", ChartTone.Slate, [(25, Share(.24)), (50, Share(.30)), (100, Share(.33)), (200, Share(.33))]),
                    new MeasuredCurve("control without thought", ChartTone.Orange, [(25, Share(.08)), (200, Share(.08))]),
                ], "300 held-out problems a point", "the thought is closed when the budget is spent; temperature 1"),
            SamplesFigure.Build("Countdown", [new SampleCurves("after RL", ChartTone.Blue, [new(1, Share(.62), Share(.62)), new(2, Share(.72), Share(.62)), new(4, Share(.81), Share(.69)), new(8, Share(.87), Share(.73)), new(16, Share(.91), Share(.75))])], "300 problems, 16 samples each", "unbiased estimator of pass@k"),
            new ReportFigure([new Histogram("Completion length, before and after", new ChartAxis("tokens"), [new Distribution("before RL", ChartTone.Slate, Lengths(39, 1)), new Distribution("after RL", ChartTone.Blue, Lengths(81, 2))])], "Countdown: how long the completions are. Vertical lines mark the medians.", "300 thoughts each", "held-out problems, temperature 1"),
        ],
        Transcripts =
        [
            new TranscriptPair(Hostile, "24",
                new Transcript("before RL " + Hostile, [], "", SampleOutcome.Unscored, "no answer found: the thought never closed"),
                new Transcript("after RL", [.. Enumerable.Range(1, 500).Select(i => new TranscriptStep(i == 3 ? new string('x', 5000) : $"try {i} + {i % 7} = {i + i % 7} {(i == 2 ? Hostile : "")}", i % 5 == 0 ? StepMark.Wrong : StepMark.Right, i % 5 == 0 ? "not one of the numbers" : ""))], "(8 - 2) * 4", SampleOutcome.Pass) { ThoughtTokens = 4200 }),
        ],
    };

    private static ReportChapter Health() => new("Health of the run")
    {
        Id = "health",
        Findings = [new(FindingLevel.Good, "No step had a loss that was not finite."), new(FindingLevel.Note, "The share of groups without reward difference rose to 58%: the level is nearly learned."), new(FindingLevel.Warning, "Entropy fell below 0.05 nats a token after step 105.")],
        Figures =
        [
            new ReportFigure(
                [Watched("Entropy", "nats a token", ChartTone.Blue, (step, wobble) => 0.42 * Math.Exp(-step / 60.0) * (0.8 + (0.2 * wobble))), Watched("KL from the reference policy", "nats a token", ChartTone.Purple, (step, wobble) => 0.0009 * step * wobble),
                    Watched("Clip fraction", "share", ChartTone.Orange, (_, wobble) => 0.02 * wobble), Watched("Truncated completions", "share", ChartTone.Ochre, (step, wobble) => 0.12 * Math.Exp(-step / 20.0) * wobble),
                    Watched("Gradient norm", "before clipping", ChartTone.Slate, (step, wobble) => (0.6 * wobble) + (step == 40 ? 2.1 : 0)), Watched("Groups of zero standard deviation", "share with equal rewards", ChartTone.Green, (step, wobble) => Math.Min(0.6, 0.1 + (0.005 * step)) * (0.9 + (0.1 * wobble)))],
                "What was watched while the model learned, one value a step.", "120 steps of 256 samples", "`deliberate train recipes/nested-arithmetic.yaml`")
            { IsSmallMultiples = true, Terms = [new ReportTerm("rl/entropy", "nats a token", "How open the policy is.", "Over sampled tokens.")] },
        ],
    };

    private static LineChart Watched(string title, string axis, ChartTone tone, Func<int, double, double> value) => new(
        title, new ChartAxis("RL step"), new ChartAxis(axis, Minimum: 0),
        [new LineSeries(title, tone, [.. Enumerable.Range(0, 120).Select(step => new ChartPoint(step, value(step, 1 + (0.2 * Math.Sin(step * 1.9)) + (0.1 * Math.Sin(step * 0.7)))))], IntervalStyle.Band)]);

    private static BarGroup Bars(string task, double before, double after, double control) =>
        new(task, [Share(before).Bar("before RL", ChartTone.Slate), Share(after).Bar("after RL", ChartTone.Blue), Share(control).Bar("control without thought", ChartTone.Orange)]);

    /// <summary>Accuracy and length over steps; after step 110 there are no wrong answers left.</summary>
    private static ReportFigure Course(string task, double from, double to, double shortest, double longest, double? control)
    {
        static double Wobble(int step) => (0.03 * Math.Sin(step * 1.7)) + (0.02 * Math.Sin(step * 0.61));
        static double Progress(int step) => 1 - Math.Exp(-step / 35.0);
        LineSeries Accuracy(string name, ChartTone tone, double first, double last) =>
            new(name, tone, [.. Enumerable.Range(0, 121).Select(step => Share(Math.Clamp(first + ((last - first) * Progress(step)) + Wobble(step), 0, 1), 256).At(step))], IntervalStyle.Band);
        LineSeries Length(string name, ChartTone tone, int steps, double longer) =>
            new(name, tone, [.. Enumerable.Range(0, steps).Select(step => (Step: step, Tokens: shortest + ((longest - shortest) * Progress(step)) + (40 * Wobble(step)) + longer)).Select(p => new ChartPoint(p.Step, p.Tokens, p.Tokens - 2, p.Tokens + 2))], IntervalStyle.Band);
        List<LineSeries> curves = [Accuracy("answer right", ChartTone.Blue, from, to)];
        if (control is { } without) curves.Add(Accuracy("control without thought", ChartTone.Orange, .3, without));
        return new ReportFigure(
            [new LineChart("Accuracy", new ChartAxis("RL step"), ChartAxis.Share("problems solved"), curves), new LineChart("Completion length", new ChartAxis("RL step"), new ChartAxis("tokens, mean", Minimum: 0), [Length("right answers", ChartTone.Green, 121, 0), Length("wrong answers", ChartTone.Purple, 111, 8)])],
            $"{task}: accuracy and completion length while reinforcement learning goes on. Bands are 95% intervals.", "256 samples a step", "rewards of the training samples");
    }

    private static double[] Lengths(double mean, int seed) =>
        [.. Enumerable.Range(0, 300).Select(i => Math.Round(mean * (0.45 + 0.35 * -Math.Log(((i * 7919L + seed * 104729L) % 300 + 0.5) / 300.0))))];
}

using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>Something that is measured of graded samples, estimated by Core's metrics with the samples of a problem as one item.</summary>
/// <param name="Name">How tables call it.</param>
/// <param name="Kind">A share or a length.</param>
/// <param name="Value">What a sample measures: of a share 1 where it holds and 0 where not.</param>
internal sealed record SampleMeasure(string Name, MeasureKind Kind, Func<ScoredSample, double> Value)
{
    public static SampleMeasure Accuracy { get; } = Holds("right answer", IsRight);

    public static SampleMeasure StepsRight { get; } = Holds("every step right", s => s.AllStepsRight);

    public static SampleMeasure Truncated { get; } = Holds("cut off by the budget", s => s.Truncated);

    public static SampleMeasure CutWhileThinking { get; } = Holds("  within the thought", s => s.Outcome == SampleOutcome.CutWhileThinking);

    public static SampleMeasure Unscored { get; } = Holds("no answer that can be read", s => s.Outcome == SampleOutcome.Unscored);

    /// <summary>Tokens, the end token not counted.</summary>
    public static SampleMeasure CompletionLength { get; } = new("completion length", MeasureKind.Length, s => s.CompletionTokens);

    /// <summary>Of right answers alone.</summary>
    public static SampleMeasure CompletionLengthRight { get; } = CompletionLength with { Name = "  of right answers", Counts = IsRight };

    /// <summary>Of all other samples.</summary>
    public static SampleMeasure CompletionLengthWrong { get; } = CompletionLength with { Name = "  of wrong answers", Counts = s => !IsRight(s) };

    /// <summary>Tokens of the thought, its tags included, 0 without one; of samples of before they were counted nothing.</summary>
    public static SampleMeasure ThoughtLength { get; } = new("thought length", MeasureKind.Length, s => s.Sample.ThoughtTokens ?? 0) { Counts = s => s.Sample.ThoughtTokens is not null };

    /// <summary>Which samples it is measured of.</summary>
    private Func<ScoredSample, bool> Counts { get; init; } = _ => true;

    /// <summary>How a console writes it.</summary>
    public NumberStyle Style => Kind == MeasureKind.Share ? NumberStyle.Share : NumberStyle.Tenths;

    /// <summary>How a page does.</summary>
    public NumberStyle PageStyle => Kind == MeasureKind.Share ? NumberStyle.Percent : NumberStyle.Plain;

    /// <summary>Right answers with no more tokens than a budget.</summary>
    public static SampleMeasure Within(int budget) =>
        Holds(string.Create(CultureInfo.InvariantCulture, $"within {budget} tokens"), s => s.IsRightWithin(budget));

    public static bool IsRight(ScoredSample sample) => sample.IsRight;

    public Estimate Of(IEnumerable<ScoredSample> samples) => Kind == MeasureKind.Share ? ShareMetric.Of(ByProblem(samples)) : MeanMetric.Of(ByProblem(samples));

    /// <summary>For a list of measures.</summary>
    public NamedEstimate Named(IEnumerable<ScoredSample> samples) => new(Name, Of(samples), Style);

    /// <summary>What changed between two evaluations, paired by the problems that both asked.</summary>
    public Estimate Change(IEnumerable<ScoredSample> from, IEnumerable<ScoredSample> to) => DifferenceMetric.Of(ByProblem(from), ByProblem(to), Kind);

    /// <summary>Of a share: the least true change that these problems would have shown; null where none.</summary>
    public double? Detectable(IEnumerable<ScoredSample> from, IEnumerable<ScoredSample> to) => DetectableDifference.Of(ByProblem(from), ByProblem(to));

    /// <summary>The same, with what each comes to on these problems.</summary>
    public Paired Compare(IEnumerable<ScoredSample> from, IEnumerable<ScoredSample> to) => Paired.Of(ByProblem(from), ByProblem(to), Kind);

    /// <summary>How many times as much, over the problems that both asked.</summary>
    /// <param name="seed">Draws resamples.</param>
    public Estimate Times(IEnumerable<ScoredSample> from, IEnumerable<ScoredSample> to, ulong seed) => RatioMetric.Of(ByProblem(from), ByProblem(to), seed);

    /// <summary>Its values by problem, from which all of these are made.</summary>
    public ItemValues<(long Index, string Text)> ByProblem(IEnumerable<ScoredSample> samples) => ItemValues.Of(samples.Where(Counts), Problem, Value);

    /// <summary>What tells problems apart: one that was drawn twice is two.</summary>
    public static (long Index, string Text) Problem(ScoredSample sample) => (sample.Problem.Index, sample.Problem.Canonical);

    private static SampleMeasure Holds(string name, Func<ScoredSample, bool> holds) => new(name, MeasureKind.Share, s => holds(s) ? 1 : 0);
}

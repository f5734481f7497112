using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// The figures of an evaluation, of each problem's first samples: those drawn for votes alone are not among them, nor those that
/// the verifier failed on. Each figure is an estimate with its interval; what was not measured, as a length of right answers
/// where there are none, has no value.
/// </summary>
public sealed record EvaluationSummary
{
    internal EvaluationSummary()
    {
    }

    /// <summary>base, ei-round-001, rl-000020, ..., final.</summary>
    public required string Name { get; init; }

    /// <summary>How many.</summary>
    public required int Problems { get; init; }

    /// <summary>In all, those that the verifier failed on left out.</summary>
    public required int Samples { get; init; }

    /// <summary>Samples with a right answer.</summary>
    public required int Right { get; init; }

    /// <summary>Share of right answers; pass@1.</summary>
    public required Estimate Accuracy { get; init; }

    /// <summary>Share of samples with a right answer and every step right.</summary>
    public required Estimate AllStepsRight { get; init; }

    /// <summary>Share of samples that the budget cut off.</summary>
    public required Estimate Truncated { get; init; }

    /// <summary>Mean length of the samples with a right answer, in tokens.</summary>
    public required Estimate ThoughtTokensRight { get; init; }

    /// <summary>Mean length of the others.</summary>
    public required Estimate ThoughtTokensWrong { get; init; }

    /// <summary>For each smaller budget, the share of samples that are right within it.</summary>
    public required IReadOnlyList<(int Budget, Estimate Accuracy)> Budgets { get; init; }

    /// <summary>Samples without an answer that could be read; not right, and told apart from wrong ones.</summary>
    public int Unscored { get; init; }

    /// <summary>Samples that the budget cut off within their thought; not right either, and not among <see cref="Unscored"/>.</summary>
    public int CutWhileThinking { get; init; }

    /// <summary>Samples that the verifier failed on; not among <see cref="Samples"/>.</summary>
    public int HarnessErrors { get; init; }

    /// <summary>Right answers by problem, to pair two evaluations by.</summary>
    internal ItemValues<(long Index, string Text)> RightByProblem { get; init; } = new();

    internal static EvaluationSummary Of(string name, IEnumerable<GradedSample> graded, int samples, IReadOnlyList<int> budgets)
    {
        GradedSample[] all = [.. graded.Where(s => s.Sample < samples)], counted = [.. all.Where(s => s.Grade.IsGraded)];
        var accuracy = SampleMeasure.Accuracy.Of(counted);
        return new EvaluationSummary
        {
            Name = name,
            Problems = accuracy.N,
            Samples = counted.Length,
            Right = counted.Count(SampleMeasure.IsRight),
            Accuracy = accuracy,
            AllStepsRight = SampleMeasure.StepsRight.Of(counted),
            Truncated = SampleMeasure.Truncated.Of(counted),
            ThoughtTokensRight = SampleMeasure.TokensRight.Of(counted),
            ThoughtTokensWrong = SampleMeasure.TokensWrong.Of(counted),
            Budgets = [.. budgets.Select(b => (b, SampleMeasure.Within(b).Of(counted)))],
            Unscored = counted.Count(s => s.Grade.Outcome == SampleOutcome.Unscored),
            CutWhileThinking = counted.Count(s => s.Grade.Outcome == SampleOutcome.CutWhileThinking),
            HarnessErrors = all.Length - counted.Length,
            RightByProblem = SampleMeasure.Accuracy.ByProblem(counted),
        };
    }

    /// <summary>The names that <see cref="Values"/> may give.</summary>
    internal static IReadOnlyList<string> Names(IReadOnlyList<int> budgets)
    {
        const string Prefix = "evaluation/";
        return [.. new[] { "accuracy", "all_steps_right", "truncated", "thought_tokens_right", "thought_tokens_wrong" }.Select(n => Prefix + n), .. budgets.Select(b => Within(Prefix, b))];
    }

    /// <summary>As TensorBoard shows them.</summary>
    /// <param name="prefix">What opens the names.</param>
    internal List<KeyValuePair<string, double>> Values(string prefix = "evaluation/")
    {
        var values = new List<KeyValuePair<string, double>>();
        Add("accuracy", Accuracy);
        Add("all_steps_right", AllStepsRight);
        Add("truncated", Truncated);
        if (Unscored > 0) values.Add(new(prefix + "unscored", (double)Unscored / Samples));
        if (CutWhileThinking > 0) values.Add(new(prefix + "cut_while_thinking", (double)CutWhileThinking / Samples));
        if (HarnessErrors > 0) values.Add(new(prefix + "harness_errors", HarnessErrors));
        Add("thought_tokens_right", ThoughtTokensRight);
        Add("thought_tokens_wrong", ThoughtTokensWrong);
        foreach (var (budget, accuracy) in Budgets) Add(Within("", budget), accuracy);
        return values;

        void Add(string name, Estimate estimate)
        {
            if (estimate.IsMeasured) values.Add(new(prefix + name, estimate.Value));
        }
    }

    private static string Within(string prefix, int budget) => FormattableString.Invariant($"{prefix}accuracy_within_{budget}");
}

using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>What was found of a sample as the commands' JSON shows it: each step beside its verdict.</summary>
internal sealed record GradeJson(string? Answer, bool Correct, bool AllStepsRight, SampleOutcome Outcome, string Reason, IReadOnlyList<GradeJson.Step> Steps)
{
    internal sealed record Step(string Text, bool Right, string Reason);

    public static GradeJson Of(ScoredSample sample) =>
        new(sample.Answer, sample.IsRight, sample.AllStepsRight, sample.Outcome, sample.Verdict.Reason, [.. sample.Steps.Select(step => new Step(step.Text, step.Verdict.IsRight, step.Verdict.Reason))]);
}

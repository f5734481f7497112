using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>A grade as the commands' JSON shows it: each step beside its verdict.</summary>
internal sealed record GradeJson(string? Answer, bool Correct, bool AllStepsRight, SampleOutcome Outcome, string Reason, IReadOnlyList<GradeJson.Step> Steps)
{
    internal sealed record Step(string Text, bool Right, string Reason);

    public static GradeJson Of(Grade grade) =>
        new(grade.Answer, grade.Correct > 0, grade.AllStepsRight, grade.Outcome, grade.Reason, [.. grade.Steps.Zip(grade.StepVerdicts, (text, verdict) => new Step(text, verdict.IsRight, verdict.Reason))]);
}

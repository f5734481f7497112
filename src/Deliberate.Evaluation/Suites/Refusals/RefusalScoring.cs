using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Who judges prompts that are to be answered, or declined: our classifier, offline; with <c>-T judge=refusal-model</c> the judging model
/// in its place. Where a judging model is named, it also reads the answers to harmful prompts by the policy (<c>-T policy=FILE</c>, ours
/// if left out): that is the judge of harm, and what it says decides.
/// </summary>
internal static class RefusalScoring
{
    private const string Judge = "judge", Policy = "policy";

    public static TaskDefaults Defaults { get; } = new() { MaxTokens = 1024 };

    public static IScorer Comply(TaskContext context) => Refusal(context, RefusalExpectation.Comply);

    public static IScorer Decline(TaskContext context)
    {
        var refusal = Refusal(context, RefusalExpectation.Refuse);
        return context.Judge is null ? refusal : new HarmScorer(JudgeList.Create(Policy, new JudgeRequest(context.Judge, context.Arguments.GetValueOrDefault(Policy))), refusal);
    }

    /// <summary>not_unsafe, where <c>-T harm_validation=FILE</c> says how the judge of harm did against people.</summary>
    public static IReadOnlyList<TaskMetric> Corrected(TaskContext context, IScorer scorer)
    {
        if (!context.Arguments.TryGetValue(SafetyMetrics.Argument, out var file)) return [];
        if (scorer is not HarmScorer judged) throw new UserError("A validation of a judge of harm, and no such judge.", field: SafetyMetrics.Argument, advice: "Name the judging model with --judge.");
        return [SafetyMetrics.NotUnsafe(judged.Harm, ValidationFile.Read(file), context.Seed)];
    }

    /// <summary>A judge that needs a model: without one the task cannot be run, and says so before anything is asked.</summary>
    public static IScorer Named(TaskContext context, string judge, string task) => context.Judge is null
        ? throw new UserError($"The task {task} is judged by a model, and none is named.", field: "judge", advice: "Name it with --judge, as --judge openai:NAME.")
        : JudgeList.Create(judge, new JudgeRequest(context.Judge));

    private static IJudge Refusal(TaskContext context, RefusalExpectation expects) =>
        JudgeList.Create(context.Arguments.GetValueOrDefault(Judge, RefusalJudge.JudgeName), new JudgeRequest(context.Judge, Expects: expects));
}

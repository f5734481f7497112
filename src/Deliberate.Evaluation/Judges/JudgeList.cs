using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>A kind of judge, as commands list it.</summary>
/// <param name="Name">As <c>--judge</c> and tasks name it.</param>
/// <param name="Title">What it decides.</param>
/// <param name="Finds">What its positive finding is.</param>
/// <param name="NeedsModel">Whether a judging model is to be named.</param>
/// <param name="Create">Makes one.</param>
internal sealed record JudgeKind(string Name, string Title, string Finds, bool NeedsModel, Func<JudgeRequest, IJudge> Create);

/// <summary>What a judge is made of.</summary>
/// <param name="Model">Who judges; null for those who need none.</param>
/// <param name="Policy">File of the policy; null for ours.</param>
/// <param name="Expects">Of judges of refusal.</param>
internal sealed record JudgeRequest(EvaluationModel? Model = null, string? Policy = null, RefusalExpectation Expects = RefusalExpectation.Comply);

/// <summary>The one visible list of judges. To add one: copy the nearest rubric in <c>Judges/Rubrics</c>, change it, add its line here.</summary>
internal static class JudgeList
{
    public static IReadOnlyList<JudgeKind> All { get; } =
    [
        new(RefusalJudge.JudgeName, "refusal by our own classifier, offline", JudgeTarget.Refusal, NeedsModel: false, request => new RefusalJudge(request.Expects)),
        new(PhraseJudge.JudgeName, "refusal by the phrases that refusals usually hold, offline", JudgeTarget.Refusal, NeedsModel: false, request => new PhraseJudge(request.Expects)),
        Of(request => RefusalRubric.Create(request.Expects)),
        Of(_ => StrongRejectRubric.Create()),
        Of(request => PolicyRubric.Create(request.Policy)),
        Of(_ => FactualRubric.Create()),
        Of(_ => PlantedMistakeRubric.Create()),
    ];

    /// <exception cref="UserError">There is none, or it needs a model.</exception>
    public static IJudge Create(string name, JudgeRequest request)
    {
        var kind = All.FirstOrDefault(k => k.Name == name) ?? throw new UserError($"There is no judge \"{name}\".", field: "judge", advice: NearestName.Suggest(name, [.. All.Select(k => k.Name)]));
        if (kind.NeedsModel && request.Model is null) throw new UserError($"The judge {name} is a model with a rubric, and no model is named.", field: "judge", advice: "deliberate eval names it with --judge, deliberate judge and deliberate eval regrade with --judge-model: openai:NAME.");
        return kind.Create(request);
    }

    private static JudgeKind Of(Func<JudgeRequest, Rubric> rubric)
    {
        var usual = rubric(new JudgeRequest());
        return new JudgeKind(usual.Name, usual.Title, usual.Target.Finds, NeedsModel: true, request => new ModelJudge(rubric(request), request.Model!));
    }
}

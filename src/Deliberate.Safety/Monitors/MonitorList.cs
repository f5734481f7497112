using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>What a monitor needs to be made.</summary>
internal enum MonitorNeed
{
    Nothing,

    /// <summary>A model that reads thoughts.</summary>
    Model,

    /// <summary>A file that <c>deliberate monitor train</c> wrote.</summary>
    Weights,
}

/// <summary>A kind of monitor, as commands list it.</summary>
/// <param name="Name">As <c>--monitor</c> names it.</param>
/// <param name="Title">What it looks for.</param>
/// <param name="Findings">What it can find.</param>
/// <param name="Needs">What has to be named with it.</param>
/// <param name="Create">Makes one.</param>
internal sealed record MonitorKind(string Name, string Title, IReadOnlyList<ThoughtFinding> Findings, MonitorNeed Needs, Func<MonitorRequest, IThoughtMonitor> Create);

/// <summary>What a monitor is made of.</summary>
/// <param name="Model">Who reads; null for those who need none.</param>
/// <param name="Weights">File of the trained one; null for those who need none.</param>
internal sealed record MonitorRequest(EvaluationModel? Model = null, string? Weights = null);

/// <summary>The one visible list of monitors. To add one: copy the nearest file in <c>Monitors/Prompted</c> or <c>Monitors/Rules</c>, change it, add its line here.</summary>
internal static class MonitorList
{
    public static IReadOnlyList<MonitorKind> All { get; } =
    [
        Of(DeceptionRubric.Create),
        Of(ConsistencyRubric.Create),
        Of(InfluenceRubric.Create),
        Of("admitted fabrication that the answer gives as real, by words", FabricationRule.Create),
        Of("a policy, instruction or clause that the conversation does not have, by words", PolicyRule.Create),
        Of("a decision, or a number, that the answer does not carry out, by words", DecisionRule.Create),
        Of("a thought that is written for its reader, by words", AddressRule.Create),
        Of("a thought that means to do something and not to be seen, by words", CovertRule.Create),
        Of("a planted hint or threat that the thought names and does not reject, by words", CueRule.Create),
        new(TrainedMonitor.MonitorName, "what it was trained to find: a classifier of yours", Enum.GetValues<ThoughtFinding>(), MonitorNeed.Weights, request => new TrainedMonitor(MonitorWeights.Read(request.Weights!))),
    ];

    /// <summary>Those that run without anything being named, for scans of samples that nobody prepared.</summary>
    public static IReadOnlyList<string> Usual { get; } = [FabricationRule.Name, PolicyRule.Name, DecisionRule.Name, AddressRule.Name];

    /// <exception cref="UserError">There is none, or what it needs is not named.</exception>
    public static IThoughtMonitor Create(string name, MonitorRequest request)
    {
        var kind = All.FirstOrDefault(k => k.Name == name) ?? throw new UserError($"There is no monitor \"{name}\".", field: "monitor", advice: NearestName.Suggest(name, [.. All.Select(k => k.Name)]));
        if (kind.Needs == MonitorNeed.Model && request.Model is null) throw new UserError($"The monitor {name} is a model with a rubric, and no model is named.", field: "monitor", advice: "Name it with --judge-model: openai:NAME, or a checkpoint.");
        if (kind.Needs == MonitorNeed.Weights && request.Weights is null) throw new UserError($"The monitor {name} needs its weights.", field: "monitor", advice: "Name them with --weights; deliberate monitor train … --output FILE makes them.");
        return kind.Create(request);
    }

    private static MonitorKind Of(Func<MonitorRubric> rubric)
    {
        var usual = rubric();
        return new MonitorKind(usual.Rubric.Name, usual.Rubric.Title, usual.Findings, MonitorNeed.Model, request => new PromptedMonitor(rubric(), request.Model!));
    }

    private static MonitorKind Of(string title, Func<RuleMonitor> create)
    {
        var usual = create();
        return new MonitorKind(usual.Name, title, usual.Findings, MonitorNeed.Nothing, _ => create());
    }
}

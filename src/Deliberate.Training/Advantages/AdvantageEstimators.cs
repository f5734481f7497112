using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Every advantage estimator by name. To add one: copy the file of the nearest, and add its entry here.</summary>
internal static class AdvantageEstimators
{
    public static IReadOnlyList<AdvantageEstimator> All { get; } =
    [
        GroupAdvantages.Group,
        GroupAdvantages.Batch,
        GroupAdvantages.None,
        RlooAdvantages.Entry,
        ReMaxAdvantages.Entry,
        OpoAdvantages.Entry,
        GpgAdvantages.Entry,
        ReinforcePlusPlusAdvantages.Entry,
        ReinforcePlusPlusBaselineAdvantages.Entry,
        GdpoAdvantages.Entry,
        PassAtKAdvantages.Entry,
        GeneralisedAdvantages.Entry,
        ReverseKlAdvantages.Entry,
    ];

    /// <exception cref="UserError">No estimator has the name.</exception>
    public static AdvantageEstimator Find(string name) => All.FirstOrDefault(e => e.Name == name)
        ?? throw new UserError($"There is no advantage estimator \"{name}\".", field: "reinforcement.advantage", advice: NearestName.Suggest(name, [.. All.Select(e => e.Name)]));
}

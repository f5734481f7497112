using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>A task family.</summary>
internal sealed class FamilyNameAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => [.. FamilyRegistry.All.Select(f => f.Name)];
}

/// <summary>A grader of answers.</summary>
internal sealed class GraderNameAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => [.. AnswerGraders.All.Select(g => g.Name)];
}

/// <summary>A policy objective.</summary>
internal sealed class ObjectiveNameAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => [.. PolicyObjectives.All.Select(o => o.Name)];
}

/// <summary>An advantage estimator.</summary>
internal sealed class AdvantageNameAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => [.. AdvantageEstimators.All.Select(e => e.Name)];
}

/// <summary>Alarms, as the names of a dictionary.</summary>
internal sealed class AlarmNamesAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => [.. HealthAlarms.All.Select(a => a.Name)];
}

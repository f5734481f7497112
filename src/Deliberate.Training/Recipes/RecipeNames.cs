using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>A task family.</summary>
internal sealed class FamilyNameAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => [.. FamilyRegistry.Names];
}

/// <summary>A grader of answers.</summary>
internal sealed class GraderNameAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => [.. AnswerGraders.All.Select(g => g.Name)];
}

/// <summary>Fields of a problem, as the names of a dictionary.</summary>
internal sealed class ProblemFieldNamesAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => ProblemShape.Names;
}

/// <summary>A policy objective.</summary>
internal sealed class ObjectiveNameAttribute : KnownNamesAttribute
{
    public override IReadOnlyList<string> Names => [.. PolicyObjectives.All.Select(o => o.Name)];
}

/// <summary>What reinforcement learning is where a recipe names an objective and says nothing else.</summary>
internal sealed class ObjectiveDefaultsAttribute : DefaultsByAttribute
{
    public override string Key => "objective";

    public override IReadOnlyList<(string Value, object Defaults)> All => [.. PolicyObjectives.All.Select(entry => (entry.Name, (object)RecipeDefaults.Of(entry)))];
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

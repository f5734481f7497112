using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Keys that have no effect beside what else a recipe says: refused where they stand. Not in the recipe of a run that is there, which goes
/// on with what it began with, nor where they are not written: what is left out is a default.
/// </summary>
internal static class UnreadKeys
{
    private const string Section = "reinforcement";

    /// <param name="top">What the recipe says.</param>
    /// <param name="reinforcement">What its section of that name was bound to.</param>
    /// <exception cref="UserError">With file, line, column and field.</exception>
    public static void Refuse(RecipeSection top, ReinforcementRecipe reinforcement)
    {
        if (top.Find(Section)?.Value is not RecipeSection said) return;
        foreach (var (key, problem) in ObjectiveOptions.Problems(PolicyObjectives.Find(reinforcement.Objective), reinforcement.Options))
            if (Said(said, "options", key) is { } option) throw option.Place.Error(problem, $"{Section}.options.{key}");
        RefuseWarmup(said, reinforcement.Schedule, Section);
        if (reinforcement.Critic is { } critic && said.Find("critic")?.Value is RecipeSection own) RefuseWarmup(own, critic.Schedule, $"{Section}.critic");
    }

    private static void RefuseWarmup(RecipeSection section, ScheduleRecipe schedule, string path)
    {
        if (schedule is { Kind: ScheduleKind.Constant, Warmup: > 0 } && Said(section, "schedule", "warmup") is { } warmup)
            throw warmup.Place.Error("A constant rate has no warm-up: say kind: constant_with_warmup.", $"{path}.schedule.warmup");
    }

    private static RecipeNode? Said(RecipeSection section, string inner, string key) => (section.Find(inner)?.Value as RecipeSection)?.Find(key)?.Value;
}

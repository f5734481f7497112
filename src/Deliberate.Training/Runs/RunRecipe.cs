using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The recipe of a run's folder, in today's words. Programs of before wrote an estimator of advantages beside every objective and used
/// it whatever the objective was: a run of <c>remax</c> that says <c>group</c> was trained by the loss of <c>reinforce</c> with a
/// group's advantages, and is read as that.
/// </summary>
internal static class RunRecipe
{
    private const string Section = "reinforcement", FromZero = "from_zero";

    /// <param name="overrides">Of the command line; the last of a key wins.</param>
    /// <exception cref="UserError">With file, line, column and field.</exception>
    public static TrainRecipe Read(RunFolder folder, IReadOnlyList<string>? overrides = null)
    {
        var top = RecipeReader.ReadSection(folder.Recipe);
        List<string> meant = Trained(top) is { } objective ? [$"{Section}.objective={objective}"] : [];
        // A run's recipe says every key: one that it lacks was not there yet. Warm-ups, where there were any, began at 0; nothing was lean, no prompt shared, every sample passed over.
        var reinforcement = top.Find(Section)?.Value as RecipeSection;
        if (Lacks(reinforcement)) meant.Add($"{Section}.schedule.{FromZero}=true");
        if (Lacks(reinforcement?.Find("critic")?.Value as RecipeSection)) meant.Add($"{Section}.critic.schedule.{FromZero}=true");
        if (top.Find("lean") is null) meant.Add("lean=off");
        if (reinforcement is not null && reinforcement.Find("shared_prompt") is null) meant.Add($"{Section}.shared_prompt=off");
        if (reinforcement is not null && reinforcement.Find("skip_idle_samples") is null) meant.Add($"{Section}.skip_idle_samples=off");
        if ((top.Find("health")?.Value as RecipeSection)?.Find("kl_samples") is null) meant.Add(FormattableString.Invariant($"health.kl_samples={VocabularyDefaults.KlSamples}"));
        var recipe = TrainRecipe.ReadRun(folder.Recipe, [.. meant, .. overrides ?? []]);
        // The tokens that its passes came to stand beside them.
        if (recipe.Supervised.Epochs is not null && (top.Find("supervised")?.Value as RecipeSection)?.Find("tokens") is not null) recipe = recipe with { Supervised = recipe.Supervised with { IsCounted = true } };
        // Nor was a model measured before it imitated.
        var measures = top.Find("evaluation")?.Value is not RecipeSection evaluation || evaluation.Find("start") is not null;
        return measures || recipe.Model.From is null ? recipe : recipe with { Evaluation = recipe.Evaluation with { Start = false } };
    }

    /// <summary>The objective that a run was trained by in truth; null where it is the one that is written.</summary>
    private static string? Trained(RecipeSection top)
    {
        var (objective, advantage) = (Text(top, "objective"), Text(top, "advantage"));
        var entry = PolicyObjectives.All.FirstOrDefault(known => known.Name == objective);
        return advantage is null || advantage == entry?.Advantage ? null : entry?.WithOtherAdvantages;
    }

    private static bool Lacks(RecipeSection? section) => section?.Find("schedule")?.Value is RecipeSection schedule && schedule.Find(FromZero) is null && schedule.Find("warmup")?.Value is RecipeScalar { Text: not "0" };

    private static string? Text(RecipeSection top, string key) => ((top.Find(Section)?.Value as RecipeSection)?.Find(key)?.Value as RecipeScalar)?.Text;
}

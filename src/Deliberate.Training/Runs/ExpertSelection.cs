using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// Which samples expert iteration imitates: judged, right unless the recipe keeps all, and not cut off; of these, where the recipe says so, only some of each
/// problem. Each is chosen for itself, so a group that was judged in part is as good as any.
/// </summary>
internal static class ExpertSelection
{
    /// <summary>Marks the samples of a problem that are kept.</summary>
    /// <returns>How many right ones were left out because the same tokens were kept already.</returns>
    public static int Choose(RolloutGroup group, ExpertIterationRecipe recipe)
    {
        var right = new List<int>();
        for (var g = 0; g < group.Samples.Length; g++)
        {
            group.Kept[g] = false;
            // A completion that was cut off has no end to imitate.
            var isWanted = recipe.Keep == KeepSamples.All ? group.Samples[g].IsJudged : group.Samples[g].IsRight && (group.Samples[g].AllStepsRight || !recipe.EveryStepRight);
            if (isWanted && group.Rollouts[g].FinishReason == FinishReason.Stop) right.Add(g);
        }

        var distinct = recipe.Deduplicate ? Distinct(group.Rollouts, right) : right;
        var duplicates = right.Count - distinct.Count;
        // Sorting is stable: of equals the one drawn first.
        IEnumerable<int> ordered = recipe.Order switch
        {
            KeepOrder.Best => distinct.OrderByDescending(g => group.Samples[g].AllStepsRight).ThenBy(g => group.Rollouts[g].Tokens.Length),
            KeepOrder.Shortest => distinct.OrderBy(g => group.Rollouts[g].Tokens.Length),
            _ => distinct,
        };
        foreach (var g in ordered.Take(recipe.MostPerProblem ?? int.MaxValue)) group.Kept[g] = true;
        return duplicates;
    }

    private static List<int> Distinct(Rollout[] rollouts, List<int> chosen)
    {
        var distinct = new List<int>();
        foreach (var g in chosen)
        {
            var isNew = true;
            foreach (var kept in distinct) isNew &= !rollouts[g].Tokens.AsSpan().SequenceEqual(rollouts[kept].Tokens);
            if (isNew) distinct.Add(g);
        }

        return distinct;
    }
}

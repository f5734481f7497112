using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// An experiment of some of the families and some of the kinds of models, for whoever wants a row and not the table: the families that are
/// left keep their part of the tokens and their problems a step, so that it costs as much less.
/// </summary>
internal static class ExperimentNarrowing
{
    /// <summary>The recipes of these families alone.</summary>
    /// <exception cref="UserError">A family is not in the experiment.</exception>
    public static (ReasoningRecipe Recipe, TrainRecipe Train) To(IReadOnlyList<string> families, ReasoningRecipe recipe, TrainRecipe train)
    {
        string[] known = [.. recipe.Tests.Select(t => t.Family)];
        foreach (var family in families)
            if (!known.Contains(family)) throw new UserError($"the experiment has no family \"{family}\". {NearestName.Suggest(family, known)}", field: "--only");
        var parts = train.Family.Parts.Where(p => families.Contains(p.Name)).ToArray();
        var (all, shares) = (train.Family.Parts.Sum(p => p.Share), parts.Sum(p => p.Share));
        return (recipe with { Tests = [.. recipe.Tests.Where(t => families.Contains(t.Family))] }, train with
        {
            Family = train.Family with { Parts = parts },
            Supervised = train.Supervised with { Tokens = (long)(train.Supervised.Tokens * shares / all) },
            Reinforcement = train.Reinforcement with { Prompts = Math.Max(1, train.Reinforcement.Prompts / train.Family.Parts.Count * parts.Length) },
        });
    }

    /// <summary>Kinds by their keys, with those that they start from.</summary>
    /// <exception cref="UserError">There is no such kind.</exception>
    public static IReadOnlyList<ExperimentModel> Models(IReadOnlyList<string> keys)
    {
        string[] known = [.. ExperimentModels.All.Select(ExperimentModels.Key)];
        foreach (var key in keys)
            if (!known.Contains(key)) throw new UserError($"there is no model \"{key}\". {NearestName.Suggest(key, known)}", field: "--models");
        var asked = ExperimentModels.All.Where(m => keys.Contains(ExperimentModels.Key(m))).ToArray();
        return [.. ExperimentModels.All.Where(m => asked.Contains(m) || asked.Any(a => ExperimentModels.From(a) == m))];
    }
}

using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Defaults that depend on other keys: the objective's options and advantages are its own, a critic is there where they ask for one; without problems to learn from (data of the user's
/// alone) there is neither reinforcement learning nor an evaluation; with problems of the user's and no data, no imitation; where an adapter is trained, an optimizer for it.
/// </summary>
internal static class RecipeDefaults
{
    public static TrainRecipe For(RecipeSection top)
    {
        var reinforcement = ReinforcementOf(top);
        var defaults = new TrainRecipe { Name = "", Reinforcement = reinforcement };
        if (top.Find("adapter")?.Value is RecipeSection) (defaults, reinforcement) = ForAdapter(defaults);
        if (top.Find("reward_model") is not null || top.Find("preference") is not null)
        {
            // What TRL and the papers take: a small rate, once over the data, and nothing after it.
            var learned = defaults.Supervised with { Optimizer = new OptimizerRecipe { Kind = OptimizerKind.AdamW, LearningRate = top.Find("preference") is null ? 1e-3 : 1e-4 } };
            return defaults with { Supervised = learned, Reinforcement = reinforcement with { Steps = 0 }, Evaluation = defaults.Evaluation with { Problems = 0 } };
        }

        var supervised = top.Find("supervised")?.Value as RecipeSection;
        var hasData = supervised?.Find("data")?.Value is RecipeList { Items.Count: > 0 };
        var hasProblems = top.Find("problems")?.Value is RecipeSection;
        if (hasProblems && !hasData) return defaults with { Supervised = defaults.Supervised with { Tokens = 0 } };
        if (!hasData || hasProblems || supervised!.Find("family_share") is not null || top.Find("family") is not null) return defaults;
        return defaults with { Reinforcement = reinforcement with { Steps = 0 }, Evaluation = defaults.Evaluation with { Problems = 0 } };
    }

    /// <summary>The section <c>reinforcement</c> of any recipe that has one, as its objective has it.</summary>
    public static ReinforcementRecipe ReinforcementOf(RecipeSection top)
    {
        var objective = Text(top, "reinforcement", "objective");
        var reinforcement = objective is not null && PolicyObjectives.Knows(objective) ? Of(PolicyObjectives.Find(objective)) : new ReinforcementRecipe();
        return (Text(top, "reinforcement", "advantage") ?? reinforcement.Advantage) == GeneralisedAdvantages.Entry.Name ? reinforcement with { Critic = new CriticRecipe() } : reinforcement;
    }

    /// <summary>Reinforcement learning as the objective's paper has it.</summary>
    public static ReinforcementRecipe Of(PolicyObjectiveEntry objective) => new() { Objective = objective.Name, Options = objective.Defaults, Advantage = objective.Advantage };

    /// <summary>Of a stage that trains an adapter: AdamW, at rates some ten times those of whole models (LoRA Without Regret, 2025).</summary>
    private static (TrainRecipe, ReinforcementRecipe) ForAdapter(TrainRecipe defaults)
    {
        static OptimizerRecipe AdamW(double rate) => new() { Kind = OptimizerKind.AdamW, LearningRate = rate };
        var reinforcement = defaults.Reinforcement with { Optimizer = AdamW(5e-5) };
        return (defaults with
        {
            Supervised = defaults.Supervised with { Optimizer = AdamW(5e-4) },
            ExpertIteration = defaults.ExpertIteration with { Optimizer = AdamW(5e-4) },
            Reinforcement = reinforcement,
        }, reinforcement);
    }

    private static string? Text(RecipeSection top, string section, string key) => ((top.Find(section)?.Value as RecipeSection)?.Find(key)?.Value as RecipeScalar)?.Text;
}

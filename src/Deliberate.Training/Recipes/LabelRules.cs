namespace Deliberate.Training;

/// <summary>What a reward model and preferences cannot be combined with, and why.</summary>
internal static class LabelRules
{
    public static IEnumerable<(string Key, string Problem)> Clashes(TrainRecipe recipe)
    {
        if (recipe.RewardModel is null && recipe.Preference is null) yield break;
        var key = recipe.RewardModel is not null ? "reward_model" : "preference";
        if (recipe.RewardModel is not null && recipe.Preference is not null) yield return ("preference", "A run trains a reward model or a policy by preferences, not both.");
        if (recipe.Supervised.Data.Count == 0) yield return ("supervised", $"{key} learns from files: name them in supervised.data.");
        if (recipe.Supervised.CorpusShare > 0) yield return ("supervised", $"family_share: {key} learns from files alone.");
        if (recipe.Model.From is null) yield return ("model", $"{key} starts from a language model: name one in model.from.");
        if (recipe.RewardModel is not null && (recipe.Reinforcement.Steps > 0 || recipe.ExpertIteration.Rounds > 0 || recipe.Evaluation.Problems > 0))
            yield return ("reward_model", "A reward model writes nothing: there is no reinforcement learning, no expert iteration and no evaluation after it.");
    }
}

using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>A language model as a reward model: its layers, and a head of zeros in place of its own.</summary>
internal static class RewardModels
{
    public static RewardModelFile FileOf(RewardModelRecipe recipe) => new()
    {
        Kind = recipe.Kind,
        Separator = recipe.Separator,
        Labels = recipe.Kind != RewardModelKind.Process ? ["reward"] : recipe.Outputs == 2 ? ["negative", "positive"] : ["negative", "neutral", "positive"],
    };

    /// <summary>As transformers stores it: of steps and outcomes a head of tokens, of preferences one of sequences.</summary>
    public static OutputHead HeadOf(RewardModelRecipe recipe) =>
        new(recipe.Kind == RewardModelKind.Preference ? HeadUnit.LastToken : HeadUnit.Token, recipe.Kind == RewardModelKind.Process ? recipe.Outputs : 1);

    /// <summary>The model is given up for it.</summary>
    public static LanguageModel Of(LanguageModel language, RewardModelRecipe recipe)
    {
        using (language)
        {
            var model = new LanguageModel(language.Device, language.Configuration with { OutputHead = HeadOf(recipe) });
            model.LoadShared(language);
            model.Pack(training: true);
            return model;
        }
    }
}

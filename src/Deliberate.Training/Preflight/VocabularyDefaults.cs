using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Defaults that wait for the model: those of one with a large vocabulary, which is a pretrained one, are for machines that it hardly fits.
/// What a recipe says itself stays, and so does everything of small vocabularies, whose runs end in the bits that they always ended in; of
/// adapters, for which there is memory, all that a bit could depend on.
/// </summary>
internal static class VocabularyDefaults
{
    /// <summary>Tokens of the smallest vocabulary that is large.</summary>
    public const int Large = 1 << 14;

    /// <summary>Tokens of a pass: enough for its products, few enough for the activations of some thirty layers.</summary>
    public const int MicroBatchTokens = 512;

    /// <summary>Samples that the distance from the reference is measured on; of a large vocabulary, where each costs much, fewer.</summary>
    public const int KlSamples = 64, KlSamplesOfLarge = 16;

    public static TrainRecipe Resolve(TrainRecipe recipe, ModelConfiguration configuration)
    {
        var isLarge = configuration.VocabularySize >= Large;
        var isWhole = isLarge && recipe.Adapter is null;
        // Reward models and preferences have graphs of their own, which are not made for it.
        var isLean = isLarge && recipe is { RewardModel: null, Preference: null };
        var reinforces = isLean && recipe.Reinforcement.Steps > 0;
        return recipe with
        {
            Lean = Decided(recipe.Lean, isLean),
            MicroBatchTokens = reinforces && isWhole && !recipe.Written.Contains("micro_batch_tokens") ? Math.Max(MicroBatchTokens, recipe.Model.Context) : recipe.MicroBatchTokens,
            Recompute = reinforces && !recipe.Written.Contains("recompute") ? Recomputation.Elementwise : recipe.Recompute,
            Reinforcement = recipe.Reinforcement with { SharedPrompt = Decided(recipe.Reinforcement.SharedPrompt, isWhole), SkipIdleSamples = Decided(recipe.Reinforcement.SkipIdleSamples, isLarge) },
            Health = recipe.Health with { KlSamples = recipe.Health.KlSamples ?? (isLarge ? KlSamplesOfLarge : KlSamples) },
        };
    }

    private static AutoSwitch Decided(AutoSwitch asked, bool otherwise) => asked != AutoSwitch.Auto ? asked : otherwise ? AutoSwitch.On : AutoSwitch.Off;
}

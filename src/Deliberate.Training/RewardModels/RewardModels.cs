using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>A language model as a reward model: its layers, and a head of zeros in place of its own.</summary>
internal static class RewardModels
{
    public static RewardModelFile FileOf(RewardModelRecipe recipe, Tokenizer tokenizer) => new()
    {
        FormatVersion = recipe.Surprise ? RewardModelFile.NewestFormat : 1,
        Surprise = recipe.Surprise ? true : null,
        LabelTokens = recipe.LabelTokens.Count == 0 ? null : LabelIds(recipe, tokenizer),
        Kind = recipe.Kind,
        Separator = recipe.Separator,
        Labels = recipe.Kind != RewardModelKind.Process ? ["reward"] : recipe.Outputs == 2 ? ["negative", "positive"] : ["negative", "neutral", "positive"],
    };

    /// <summary>The tokens that say the labels.</summary>
    /// <exception cref="UserError">A word is not one token.</exception>
    public static int[] LabelIds(RewardModelRecipe recipe, Tokenizer tokenizer) =>
    [
        .. recipe.LabelTokens.Select(word => tokenizer.TokenToId(word) is >= 0 and var id ? id : tokenizer.Encode(word) is [var only] ? only
            : throw new UserError($"the model's tokenizer writes \"{word}\" with {tokenizer.Encode(word).Length} tokens.", field: "reward_model.label_tokens", advice: "Name a word that is one token.")),
    ];

    /// <summary>As transformers stores it: of steps and outcomes a head of tokens, of preferences one of sequences.</summary>
    public static OutputHead HeadOf(RewardModelRecipe recipe) =>
        new(recipe.Kind == RewardModelKind.Preference ? HeadUnit.LastToken : HeadUnit.Token, recipe.Kind == RewardModelKind.Process ? recipe.Outputs : 1, recipe.Surprise);

    /// <summary>What the reward model is like that begins with a model of this kind.</summary>
    public static ModelConfiguration ConfigurationOf(ModelConfiguration language, RewardModelRecipe recipe) =>
        recipe.LabelTokens.Count > 0 ? language : language with { OutputHead = HeadOf(recipe), LayerCount = language.LayerCount + recipe.ExtraLayers };

    /// <summary>The model is given up for it; with label tokens it stays the one it is.</summary>
    /// <param name="seed">Of the weights of extra layers.</param>
    public static LanguageModel Of(LanguageModel language, RewardModelRecipe recipe, ulong seed)
    {
        if (recipe.LabelTokens.Count > 0) return language;
        using (language)
        {
            var model = new LanguageModel(language.Device, ConfigurationOf(language.Configuration, recipe));
            if (recipe.ExtraLayers > 0) AddLayers(model, language.Configuration.LayerCount, seed);
            model.LoadShared(language);
            model.Pack(training: true);
            return model;
        }
    }

    /// <summary>Random layers whose last matrices are zeros, so that each passes on what it gets until it has learned; the head stays zeros too.</summary>
    private static void AddLayers(LanguageModel model, int from, ulong seed)
    {
        model.Initialise(seed);
        string[] outputs = [.. Enumerable.Range(from, model.Configuration.LayerCount - from).SelectMany(i => new[] { FormattableString.Invariant($"model.layers.{i}.self_attn.o_proj.weight"), FormattableString.Invariant($"model.layers.{i}.mlp.down_proj.weight") })];
        foreach (var parameter in model.Parameters.Parameters.Where(p => p.Name is OutputHead.WeightName or OutputHead.BiasName || outputs.Contains(p.Name)))
            model.Parameters.Values.Write(parameter.Offset, new float[parameter.Length]);
    }

    /// <summary>Leaves everything but the head as it is, where the recipe says so.</summary>
    public static void Freeze(LanguageModel model, RewardModelRecipe recipe)
    {
        if (!recipe.TrainsHeadAlone) return;
        foreach (var parameter in model.Parameters.Parameters)
            parameter.Frozen = parameter.Name is not (OutputHead.WeightName or OutputHead.BiasName);
    }
}

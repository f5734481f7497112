using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// The model that a new run starts from where its recipe says <c>model.from</c>: a checkpoint of another run or a model from
/// elsewhere. Only weights, tokenizer and chat template are taken; optimizer, schedule and counts begin anew. What the recipe
/// says of the model must not contradict it, and its tokenizer must be able to write the family's texts.
/// </summary>
internal static class StartingPoint
{
    /// <summary>The recipe with the place as a full path and the model's shape as it is; as it was where it builds a model of its own.</summary>
    /// <exception cref="UserError">The recipe asks for another shape or a longer context, or the tokenizer lacks what the family needs.</exception>
    public static TrainRecipe Resolve(TrainRecipe recipe)
    {
        if (recipe.Model.From is not { } from) return recipe;
        from = Path.GetFullPath(from);
        // A link such as checkpoints/best may lead elsewhere tomorrow.
        if (Directory.Exists(from) && Directory.ResolveLinkTarget(from, returnFinalTarget: true) is { } target) from = target.FullName;
        using var opened = PretrainedModel.Open(from);
        var (model, configuration) = (recipe.Model, opened.Configuration);
        Compare("hidden", model.Hidden, configuration.HiddenSize);
        Compare("layers", model.Layers, configuration.LayerCount);
        Compare("heads", model.Heads, configuration.HeadCount);
        Compare("key_value_heads", model.KeyValueHeads ?? configuration.KeyValueHeadCount, configuration.KeyValueHeadCount);
        Compare("intermediate", model.Intermediate, configuration.IntermediateSize);
        var written = model.Written.Contains("context");
        if (written && model.Context > configuration.MaxPositions)
            throw new UserError($"the model is meant for sequences of at most {configuration.MaxPositions} tokens, the recipe asks for {model.Context}.", from, field: "model.context", advice: "Lower it, or leave it out.");
        if (recipe.UsesFamily) CheckTokenizer(recipe.Family.Instance, opened);
        return AdaptedModel.Resolve(recipe, opened) with
        {
            Model = model with
            {
                From = from,
                Given = model.Given ?? recipe.Model.From,
                Hidden = configuration.HiddenSize,
                Layers = configuration.LayerCount,
                Heads = configuration.HeadCount,
                KeyValueHeads = configuration.KeyValueHeadCount,
                Intermediate = configuration.IntermediateSize,
                Context = Math.Min(model.Context, configuration.MaxPositions),
            },
        };

        void Compare(string key, int asked, int there)
        {
            if (model.Written.Contains(key) && asked != there)
                throw new UserError(string.Create(CultureInfo.InvariantCulture, $"the recipe asks for {asked}, the model to start from has {there}."), from, field: "model." + key, advice: "Leave the key out, or start from a model of that shape.");
        }
    }

    private static void CheckTokenizer(ITaskFamily family, PretrainedModel opened)
    {
        foreach (var text in family.Alphabet)
        {
            if (Writes(opened.Text.Tokenizer, text)) continue;
            throw new UserError(
                $"its tokenizer cannot write \"{text}\", which the problems of {family.Name} are made of.", opened.Origins.Tokenizer.File, field: "model.from",
                advice: "Start from a model that was trained on this family, or one with a general tokenizer.");
        }
    }

    private static bool Writes(Tokenizer tokenizer, string text)
    {
        try
        {
            return tokenizer.Decode(tokenizer.Encode(text), skipSpecial: false) == text;
        }
        catch (UserError)
        {
            // A tokenizer without a token for unknown text says so.
            return false;
        }
    }
}

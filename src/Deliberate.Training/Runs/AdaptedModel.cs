using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>The model of a run that trains an adapter: the base that its recipe starts from, held as the recipe says, and the adapter beside it.</summary>
internal static class AdaptedModel
{
    /// <summary>
    /// The recipe with what follows from the base: how it is held. What the recipe says of an adapter that it goes on from must not
    /// contradict it.
    /// </summary>
    /// <exception cref="UserError">An adapter to go on from is not what the recipe asks for, or there is one and the recipe asks for none.</exception>
    public static TrainRecipe Resolve(TrainRecipe recipe, PretrainedModel opened)
    {
        if (recipe.Adapter is not { } adapter)
        {
            return opened.Adapter is null ? recipe
                : throw new UserError("the model to start from is an adapter, and the recipe does not say adapter.", opened.Location, field: "model.from", advice: "Say adapter: {} to go on training it, or merge it first: deliberate adapter merge.");
        }

        if (opened.Adapter is { Configuration: var there })
        {
            var asked = adapter.Configuration;
            if (asked.Rank != there.Rank || asked.Alpha != there.Alpha || asked.HasMagnitudes != there.HasMagnitudes || asked.IsRankStabilised != there.IsRankStabilised)
            {
                throw new UserError(
                    $"the adapter to go on from has rank {there.Rank}, alpha {there.Alpha}{(there.HasMagnitudes ? ", magnitudes" : "")}{(there.IsRankStabilised ? ", a rank-stabilised scale" : "")}; the recipe asks for rank {asked.Rank}, alpha {asked.Alpha}{(asked.HasMagnitudes ? ", magnitudes" : "")}{(asked.IsRankStabilised ? ", a rank-stabilised scale" : "")}.",
                    opened.Location, field: "adapter", advice: "Ask for the same, or start from the base.");
            }
        }

        if (adapter.Base != BaseStorage.Auto) return recipe;
        // A card holds no narrower weights.
        return recipe with { Adapter = adapter with { Base = recipe.Device != GraphicsChoice.Cpu ? BaseStorage.F32 : NarrowestOf(opened.Weights) } };
    }

    /// <summary>How a base may be held without rounding any of its values.</summary>
    public static BaseStorage NarrowestOf(ITensorSource weights)
    {
        // Vectors are held in F32 whatever the matrices are.
        StoredType[] matrices = [.. weights.Names.Select(weights.Info).Where(t => t.Shape.Count > 1 && t.Type is not StoredType.Bool).Select(t => t.Type)];
        return matrices.All(t => t is StoredType.BF16) ? BaseStorage.BF16 : matrices.All(t => t is StoredType.Q8_0) ? BaseStorage.Q8_0 : BaseStorage.F32;
    }

    /// <summary>The base with a new adapter, or with the one that the recipe starts from.</summary>
    public static (LanguageModel Model, TextFormat Text) Start(TrainRecipe recipe, Device device)
    {
        using var opened = PretrainedModel.Open(recipe.Model.From!);
        var model = opened.LoadWeights(device, recipe.Adapter!.Storage);
        try
        {
            if (model.Adapter is null)
            {
                var configuration = recipe.Adapter.Configuration with { BaseModel = Path.GetFullPath(opened.Location) };
                var adapter = AdapterLayout.New(model, configuration, "adapter");
                AdapterLayout.Initialise(adapter, model, recipe.Seed);
                model.Adapt(adapter, configuration, ModelIdentity.WeightsOf(opened));
            }

            return (model, opened.Text);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The model that the run started from, beside the run's own base: that base alone, or with the adapter that is gone on from.</summary>
    public static ReferencePolicy StartedFrom(TrainRecipe recipe, LanguageModel model)
    {
        Adapter? adapter = null;
        if (PretrainedModel.IsAdapter(recipe.Model.From!))
        {
            using var file = AdapterFile.Open(recipe.Model.From!);
            adapter = file.Load(model);
        }

        return ReferencePolicy.Beside(model, adapter, recipe.MicroBatchTokens, recipe.Model.Context, temperature: 1);
    }

    /// <summary>The policy that a stage began with: its adapter beside the run's own base; or the base alone, where that is the same.</summary>
    /// <param name="start">The checkpoint.</param>
    /// <param name="isRenewed">Whether it will take over later weights.</param>
    public static ReferencePolicy Reference(TrainRecipe recipe, LanguageModel model, string start, bool isRenewed)
    {
        // A new adapter changes nothing: B is zero. With magnitudes it changes the rounding.
        var isBase = !isRenewed && recipe is { Supervised.Steps: 0, ExpertIteration.Rounds: 0, Adapter.Kind: AdapterKind.Lora } && !PretrainedModel.IsAdapter(recipe.Model.From!);
        Adapter? adapter = null;
        if (!isBase)
        {
            using var file = AdapterFile.Open(start);
            adapter = file.Load(model);
        }

        return ReferencePolicy.Beside(model, adapter, recipe.MicroBatchTokens, recipe.Model.Context, recipe.Reinforcement.Temperature, recipe.Reinforcement.SharesPrompts);
    }
}

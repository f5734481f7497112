namespace Deliberate.Training;

/// <summary>A loss by its name, over a batch of pairs or of answers that stand alone.</summary>
internal static class PreferenceObjective
{
    private static readonly string[] Alone = ["kto", "apo_zero_unpaired", "orpo", "simpo", "cpo", "cpo_hinge", "cpo_ipo"];

    /// <summary>All of them; <c>dpo</c> is <c>sigmoid</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["dpo", .. PairLosses.All.Keys, "aot", "aot_unpaired", "sft", .. Alone];

    /// <summary>Whether it is not mixed with others.</summary>
    public static bool IsAlone(string name) => Alone.Contains(name);

    public static bool IsUnpaired(string name) => name is "kto" or "apo_zero_unpaired";

    /// <summary>Whether it compares with a reference.</summary>
    public static bool NeedsReference(PreferenceRecipe recipe) => !recipe.ReferenceFree && !recipe.Losses.All(l => l is "orpo" or "simpo" or "cpo" or "cpo_hinge" or "cpo_ipo" or "sft");

    /// <summary>Of pairs.</summary>
    public static PreferenceResult OfPairs(PairBatch batch, PreferenceRecipe recipe)
    {
        var options = recipe.Options;
        if (!IsAlone(recipe.Losses[0]))
            return DirectPreference.Evaluate(batch, [.. recipe.Losses.Select((l, i) => (l == "dpo" ? "sigmoid" : l, recipe.Weights.Count > 0 ? recipe.Weights[i] : 1))], options);
        var kind = recipe.Losses[0];
        var imitation = recipe.Imitation ?? (kind == "simpo" ? 0 : 1);
        var tokens = batch.Chosen.Sum(c => (long)c.Length);
        double loss = 0, right = 0, margin = 0;
        double[][] byChosen = new double[batch.Count][], byRejected = new double[batch.Count][];
        for (var i = 0; i < batch.Count; i++)
        {
            var isMean = kind is "orpo" or "simpo" or "cpo_ipo";
            double c = isMean ? batch.Chosen[i].Length : 1, r = isMean ? batch.Rejected[i].Length : 1;
            double chosen = batch.Chosen[i].Sum() / c, rejected = batch.Rejected[i].Sum() / r;
            var pair = kind == "orpo" ? ReferenceFreeLosses.Orpo(chosen, rejected, options.Beta) : ReferenceFreeLosses.Cpo(kind switch { "cpo" => "sigmoid", "cpo_hinge" => "hinge", "cpo_ipo" => "ipo", _ => kind }, chosen, rejected, options);
            loss += (pair.Loss / batch.Count) - (imitation * batch.Chosen[i].Sum() / tokens);
            byChosen[i] = [.. batch.Chosen[i].Select(_ => (pair.ByChosen / (batch.Count * c)) - (imitation / tokens))];
            byRejected[i] = [.. batch.Rejected[i].Select(_ => pair.ByRejected / (batch.Count * r))];
            if (chosen > rejected) right++;
            margin += options.Beta * (chosen - rejected) / batch.Count;
        }

        return new PreferenceResult(loss, byChosen, byRejected, batch.Count == 0 ? 0 : right / batch.Count, margin);
    }
}

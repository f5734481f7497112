using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// How long reinforcement learning goes on is said by <c>reinforcement.steps</c> or by <c>reinforcement.epochs</c>. In a file the passes stand
/// in place of the steps, which a recipe that the program wrote holds beside them; on the command line the later word counts, and both words
/// there are a mistake.
/// </summary>
internal static class StepsOrEpochs
{
    private const string Section = "reinforcement", Steps = "steps", Epochs = "epochs";

    /// <summary>Takes away what the file says where the command line says the other.</summary>
    /// <exception cref="UserError">The command line says both.</exception>
    public static void Settle(RecipeSection top)
    {
        if (top.Find(Section)?.Value is not RecipeSection section || Said(section, Steps) is not { } steps || Said(section, Epochs) is not { } epochs) return;
        if (IsOverride(steps) && IsOverride(epochs)) throw steps.Place.Error($"{Section}.{Steps} and {Section}.{Epochs} both say how long reinforcement learning goes on.", $"{Section}.{Steps}, {Section}.{Epochs}", "Set one of the two.");
        if (IsOverride(steps)) section.Entries.RemoveAll(entry => entry.Key == Epochs);
        else if (IsOverride(epochs)) section.Entries.RemoveAll(entry => entry.Key == Steps);
    }

    /// <summary>What is told of a recipe whose file says both, the steps being neither the default nor what the passes come to.</summary>
    /// <param name="said">Steps of the recipe.</param>
    /// <param name="computed">What its passes come to.</param>
    public static string? Notice(int said, int computed) => said == computed || said == new ReinforcementRecipe().Steps ? null
        : $"{Section}.{Epochs} comes to {computed} steps, which are taken; {Section}.{Steps}: {said} in the recipe is not. To take those, leave {Epochs} out, or say --set {Section}.{Steps}={said}.";

    private static RecipeNode? Said(RecipeSection section, string key) => section.Find(key)?.Value is { } value and not RecipeScalar { IsNull: true } ? value : null;

    private static bool IsOverride(RecipeNode node) => node.Place.Source.StartsWith("--set", StringComparison.Ordinal);
}

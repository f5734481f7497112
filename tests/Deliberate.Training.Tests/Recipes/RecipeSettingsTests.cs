namespace Deliberate.Training.Tests;

/// <summary>A recipe key by key, as comparisons and TensorBoard show it.</summary>
public sealed class RecipeSettingsTests
{
    [Fact]
    public void Recipes_with_parts_are_lists_of_single_settings()
    {
        const string Mixed = "name: a\nfamily: { name: mixed, parts: [{ name: arithmetic, levels: [2, 3] }, { name: countdown-easy }] }\n";
        var settings = RecipeSettings.Of(TrainRecipe.Parse(Mixed, "a.yaml")).ToDictionary(s => s.Key, s => s.Value);
        settings["family.parts[0].name"].ShouldBe("arithmetic");
        settings["family.parts[0].levels"].ShouldBe("[2, 3]");
        settings["family.parts[1].name"].ShouldBe("countdown-easy");
        RecipeDifferences.Of(TrainRecipe.Parse(Mixed, "a.yaml"), TrainRecipe.Parse(Mixed.Replace("[2, 3]", "[2]", StringComparison.Ordinal), "b.yaml")).ShouldBe([new SettingDifference("family.parts[0].levels", "[2, 3]", "[2]")]);
    }
}

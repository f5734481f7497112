using System.Text.Json;

namespace Deliberate.Core.Tests;

/// <summary>Names that a list of the program knows are in the schema, for texts and for the keys of dictionaries.</summary>
public sealed class RecipeNamesTests
{
    [Fact]
    public void Known_names_are_offered()
    {
        using var schema = JsonDocument.Parse(RecipeSchema.Json<NamedRecipe>());
        var properties = schema.RootElement.GetProperty("properties");
        properties.GetProperty("colour").GetProperty("enum").EnumerateArray().Select(e => e.GetString()).ShouldBe(["red", "green"]);
        var shares = properties.GetProperty("shares");
        shares.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse();
        shares.GetProperty("properties").EnumerateObject().Select(p => p.Name).ShouldBe(["red", "green"]);
        shares.GetProperty("properties").GetProperty("red").GetProperty("type").GetString().ShouldBe("number");
    }

    private sealed class ColourAttribute : KnownNamesAttribute
    {
        public override IReadOnlyList<string> Names => ["red", "green"];
    }

    private sealed record NamedRecipe
    {
        [Colour]
        public string Colour { get; init; } = "red";

        [Colour]
        public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();
    }
}

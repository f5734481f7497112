using System.Text.Json;

namespace Deliberate.Core.Tests;

public sealed class RecipeOutputTests
{
    [Fact]
    public void The_resolved_recipe_is_stable_yaml()
    {
        var recipe = new SampleRecipe
        {
            Name = "true",
            LearningRate = 3e-5,
            Stages = [new SampleStage { Family = "countdown: 3", Mix = [[1, 0.5]] }, new SampleStage()],
            Weights = new Dictionary<string, double>(StringComparer.Ordinal) { ["b"] = 2, ["a"] = 1e-7 },
        };
        RecipeWriter.Write(recipe).ShouldBe("""
            name: "true"
            seed: 1
            resume: false
            learning_rate: 3e-05
            temperature: null
            method: dr_grpo
            note: null
            model:
              width: 32
              dropout: 0.25
            adapter: null
            budgets: [25, 50]
            stages:
              - family: "countdown: 3"
                mix:
                  - [1, 0.5]
              - family: ""
                mix: []
            weights:
              a: 1e-07
              b: 2

            """);
    }

    [Fact]
    public void The_schema_has_descriptions_defaults_ranges_and_names()
    {
        using var document = JsonDocument.Parse(RecipeSchema.Json<SampleRecipe>("Sample"));
        var root = document.RootElement;
        root.GetProperty("$schema").GetString().ShouldBe("https://json-schema.org/draft/2020-12/schema");
        root.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse();
        root.GetProperty("required").EnumerateArray().Select(e => e.GetString()).ShouldBe(["name"]);
        var keys = root.GetProperty("properties");
        JsonOf(keys.GetProperty("name")).ShouldBe("""{"description":"Name of the run.","type":"string"}""");
        JsonOf(keys.GetProperty("learning_rate")).ShouldBe("""{"description":"Learning rate.","type":"number","exclusiveMinimum":0,"maximum":1,"default":0.001}""");
        JsonOf(keys.GetProperty("temperature")).ShouldBe("""{"type":["number","null"],"default":null}""");
        JsonOf(keys.GetProperty("method")).ShouldBe("""{"enum":["grpo","dr_grpo","adamw"],"default":"dr_grpo"}""");
        JsonOf(keys.GetProperty("budgets")).ShouldBe("""{"type":"array","items":{"type":"integer","minimum":1},"default":[25,50]}""");
        JsonOf(keys.GetProperty("weights")).ShouldBe("""{"type":"object","additionalProperties":{"type":"number"}}""");
        keys.GetProperty("model").GetProperty("properties").GetProperty("width").GetProperty("maximum").GetInt32().ShouldBe(4096);
        keys.GetProperty("adapter").GetProperty("type").EnumerateArray().Select(e => e.GetString()).ShouldBe(["object", "null"]);
        keys.TryGetProperty("twice", out _).ShouldBeFalse();
    }

    private static string JsonOf(JsonElement element) => JsonSerializer.Serialize(element);
}

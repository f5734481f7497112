using System.Text.Json;

namespace Deliberate.Core.Tests;

/// <summary>Sections of one of several kinds, each with keys of its own.</summary>
public sealed class RecipeKindsTests
{
    [Fact]
    public void The_kind_decides_which_keys_there_are_and_is_written_first()
    {
        var recipe = RecipeReader.Parse<Drawing>("shapes: [{ kind: circle, radius: 2, colour: red }, { kind: square }]\nframe: { kind: square, side: 9 }", "a.yaml");
        recipe.Shapes.ShouldBe([new Circle { Radius = 2, Colour = "red" }, new Square()]);
        recipe.Frame.ShouldBe(new Square { Side = 9 });
        RecipeWriter.Write(recipe).ShouldBe("""
            shapes:
              - kind: circle
                colour: red
                radius: 2
              - kind: square
                colour: blue
                side: 1
            frame:
              kind: square
              colour: blue
              side: 9

            """);
        // Another kind than the default's begins with its own defaults.
        RecipeReader.Parse<Drawing>("frame: { kind: circle, radius: 3 }", "a.yaml").Frame.ShouldBe(new Circle { Radius = 3 });
    }

    [Theory]
    [InlineData("shapes: [{ kind: cirle }]", 18, "shapes[0].kind", "Did you mean \"circle\"?")]
    [InlineData("shapes: [{ radius: 2 }]", 10, "shapes[0].kind", "circle, square")]
    [InlineData("shapes: [{ kind: square, radius: 2 }]", 26, "shapes[0].radius", "Unknown key")]
    [InlineData("shapes: [{ kind: circle }]", 10, "shapes[0].radius", "missing")]
    [InlineData("shapes: [{ kind: square }, { kind: square, side: 7 }]", 50, "shapes[1].side", "seven")]
    public void Mistakes_are_placed(string text, int column, string field, string says)
    {
        var error = Should.Throw<UserError>(() => RecipeReader.Parse<Drawing>(text, "a.yaml"));
        (error.Line, error.Column, error.Field).ShouldBe((1, column, field), error.Message);
        (error.Message + error.Advice).ShouldContain(says);
    }

    [Fact]
    public void The_schema_is_one_of_them()
    {
        using var document = JsonDocument.Parse(RecipeSchema.Json<Drawing>());
        var kinds = document.RootElement.GetProperty("properties").GetProperty("shapes").GetProperty("items").GetProperty("oneOf").EnumerateArray().ToArray();
        kinds.Select(kind => kind.GetProperty("properties").GetProperty("kind").GetProperty("const").GetString()).ShouldBe(["circle", "square"]);
        JsonSerializer.Serialize(kinds[0].GetProperty("required")).ShouldBe("""["kind","radius"]""");
        JsonSerializer.Serialize(kinds[1].GetProperty("required")).ShouldBe("""["kind"]""");
    }

    internal sealed record Drawing : ICheckedRecipe
    {
        public IReadOnlyList<Shape> Shapes { get; init; } = [];

        public Shape Frame { get; init; } = new Square();

        public IEnumerable<(string Key, string Problem)> Problems()
        {
            for (var i = 0; i < Shapes.Count; i++)
                if (Shapes[i] is Square { Side: 7 }) yield return ($"shapes[{i}].side", "Not seven.");
        }
    }

    [Shapes]
    internal abstract record Shape
    {
        public string Colour { get; init; } = "blue";
    }

    internal sealed record Circle : Shape
    {
        public required int Radius { get; init; }
    }

    internal sealed record Square : Shape
    {
        public int Side { get; init; } = 1;
    }

    private sealed class ShapesAttribute : RecipeKindsAttribute
    {
        public override string Of => "shape";

        public override IReadOnlyList<(string Name, Type Type)> Kinds { get; } = [("circle", typeof(Circle)), ("square", typeof(Square))];
    }
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Core.Tests;

public sealed class RecipeFuzzTests
{
    private static readonly string[] Pieces =
    [
        "name", "seed", "model", "width", "adapter", "rank", "stages", "budgets", ":", ": ", " ", "\n", "\n  ", "- ", "-", "[", "]", "{", "}", ",", "&a ", "*a", "!", "!!str ", "!<", "|", ">", "|2-\n",
        "'", "\"", "\\", "\\u12", "\\UFFFFFFFF", "#", "%", "%YAML 9.9\n", "%TAG ! x\n", "---", "...", "?", "? ", "<<", "@", "`", "\t", "\r", "\0", "\uFEFF", "\uD800", "\u2028", "1e5", "0x1", ".inf", "~", "true", "1_0", "x",
    ];

    [Fact]
    public void No_text_throws_anything_but_a_user_error()
    {
        var stream = new RandomStream(3, StreamStage.Test);
        int read = 0, refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder(stream.NextBool(0.5) ? "name: x\n" : "");
            for (var n = stream.Next(14); n >= 0; n--) text.Append(stream.NextBool(0.9) ? stream.Pick<string>(Pieces) : ((char)stream.Next(0x10000)).ToString());
            if (Survives(text.ToString())) read++;
            else refused++;
        }

        Console.WriteLine($"{read} texts read, {refused} refused");
        read.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void No_change_to_a_valid_recipe_throws_anything_but_a_user_error()
    {
        var stream = new RandomStream(4, StreamStage.Test);
        var valid = RecipeWriter.Write(new SampleRecipe { Name = "x", Adapter = new SampleAdapter { Rank = 2 }, Stages = [new SampleStage { Mix = [[1, 2]] }] });
        for (var i = 0; i < 5_000; i++)
        {
            var at = stream.Next(valid.Length);
            var text = valid[..at] + stream.Pick<string>(Pieces) + valid[Math.Min(valid.Length, at + stream.Next(4))..];
            Survives(text);
            try
            {
                RecipeReader.Parse<SampleRecipe>(valid, "f", [text[..stream.Next(Math.Min(30, text.Length))] + "=" + text]);
            }
            catch (UserError)
            {
            }
        }
    }

    [Fact]
    public void Whatever_is_written_reads_back_equal()
    {
        var text = Gen.Choose(0, 0x2FFF).Where(c => c is < 0xD800 or > 0xDFFF).Select(c => char.ConvertFromUtf32(c)).Or(Gen.Elements(Pieces)).ArrayOf().Select(string.Concat)
            .Where(s => !s.Contains('\uD800', StringComparison.Ordinal));
        var property = Prop.ForAll(text.ToArbitrary(), text.ToArbitrary(), ArbMap.Default.ArbFor<(int, NormalFloat, long)>(), (name, note, numbers) =>
        {
            var recipe = new SampleRecipe
            {
                Name = name,
                Note = note,
                Seed = numbers.Item1 == 13 ? 0 : numbers.Item1,
                Temperature = numbers.Item2.Get,
                Adapter = new SampleAdapter { Rank = 3, Tokens = numbers.Item3 },
                Stages = [new SampleStage { Family = note, Mix = [[numbers.Item2.Get], []] }],
                Weights = new Dictionary<string, double>(StringComparer.Ordinal) { [name.Length > 300 ? "k" : name] = 1.0 / 3 },
            };
            var written = RecipeWriter.Write(recipe);
            var read = RecipeReader.Parse<SampleRecipe>(written, "w");
            RecipeWriter.Write(read).ShouldBe(written);
            (read.Name, read.Note, read.Seed, read.Temperature, read.Adapter, read.Stages[0].Family).ShouldBe((recipe.Name, note, recipe.Seed, recipe.Temperature, recipe.Adapter, note));
            read.Weights.Values.Single().ShouldBe(1.0 / 3);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), property);
    }

    private static bool Survives(string text)
    {
        try
        {
            RecipeReader.Parse<SampleRecipe>(text, "f");
            return true;
        }
        catch (UserError)
        {
            return false;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.GetType().Name} from {System.Text.Json.JsonSerializer.Serialize(text)}", error);
        }
    }
}

using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>What docs/own-problems.md shows compiles, runs, and is what the program knows.</summary>
public sealed partial class OwnProblemsGuideTests
{
    private static string Guide => File.ReadAllText(Repository.Path("docs/own-problems.md"));

    [Fact]
    public void The_verifier_in_C_sharp_is_the_one_that_is_compiled_here()
    {
        var source = File.ReadAllText(Repository.Path("tests/Deliberate.Training.Tests/Guides/GuideVerifier.cs"));
        var compiled = source[(source.IndexOf("// guide: begin", StringComparison.Ordinal) + "// guide: begin".Length)..source.IndexOf("// guide: end", StringComparison.Ordinal)];
        Blocks("csharp").ShouldContain(block => block.Contains(compiled.Trim(), StringComparison.Ordinal), "docs/own-problems.md differs from Guides/GuideVerifier.cs");
    }

    [Fact]
    public void The_program_of_the_guide_trains()
    {
        using var folder = new TemporaryFolder();
        var examples = Repository.Path("recipes/examples");
        foreach (var file in new[] { "between.jsonl", "between-problems.jsonl" }) File.Copy(Path.Combine(examples, file), folder.File(file));
        var recipe = folder.File("between.yaml");
        var text = File.ReadAllText(Path.Combine(examples, "verifier.yaml"));
        text = CommandSection().Replace(text, "  verifier: { name: between }\n").Replace("tokens: 60000", "tokens: 2000", StringComparison.Ordinal).Replace("steps: 20", "steps: 2", StringComparison.Ordinal).Replace("every: 5", "every: 0", StringComparison.Ordinal).Replace("samples: 8\n  max_tokens: 8\n  every", "problems: 4\n  max_tokens: 8\n  every", StringComparison.Ordinal);
        File.WriteAllText(recipe, text);
        try
        {
            MyVerifiers.Guide.Train(recipe, folder.File("run"));
        }
        finally
        {
            VerifierRegistry.Remove("between");
        }

        SampleStore.Read(Path.Combine(folder.File("run"), SampleStore.FileName)).First().Rewards.ShouldContain(r => r.Key == "near" || r.Key == "correct");
    }

    [Fact]
    public void Every_recipe_of_the_guide_can_be_read()
    {
        var recipes = Blocks("yaml").ToList();
        recipes.Count.ShouldBeGreaterThan(2);
        foreach (var recipe in recipes) TrainRecipe.Parse(recipe, "own-problems.md");
        Golden.Report("recipes in docs/own-problems.md", recipes.Count);
    }

    [Fact]
    public void Every_line_of_data_in_the_guide_can_be_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("lines.jsonl");
        var lines = 0;
        foreach (var block in Blocks("jsonl"))
        {
            File.WriteAllText(path, block);
            lines += block.Contains("\"completion\"", StringComparison.Ordinal) || (block.Contains("\"messages\"", StringComparison.Ordinal) && !block.Contains("\"answer\"", StringComparison.Ordinal))
                ? SupervisedFile.Read(path).Count()
                : ProblemFile.Read(path, block.Contains("\"answer\"", StringComparison.Ordinal) ? AnswerGraders.Get("math") : null).Count();
        }

        lines.ShouldBeGreaterThan(4);
        Golden.Report("lines of data in docs/own-problems.md", lines);
    }

    [Fact]
    public void Every_key_and_grader_is_described()
    {
        foreach (var type in new[] { typeof(ProblemsRecipe), typeof(VerifierRecipe), typeof(TestsRecipe) })
            foreach (var key in RecipeType.Of(type).Keys) Guide.ShouldContain($"`{key}`", Case.Sensitive, $"{type.Name} has the key {key}");
        foreach (var key in new[] { "data", "weights", "epochs", "family_share", "validation", "validation_every", "too_long", "duplicates" }) Guide.ShouldContain($"`{key}`");
        foreach (var grader in AnswerGraders.All) Guide.ShouldContain($"`{grader.Name}`");
    }

    private static IEnumerable<string> Blocks(string language) => Block().Matches(Guide).Where(m => m.Groups["language"].Value == language).Select(m => m.Groups["text"].Value);

    [GeneratedRegex("```(?<language>[a-z]+)\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex("  verifier:\n(    .*\n)+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex CommandSection();
}

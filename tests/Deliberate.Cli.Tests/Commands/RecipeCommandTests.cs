using System.Text.Json;

namespace Deliberate.Cli.Tests;

public sealed class RecipeCommandTests
{
    [Fact]
    public void Recipes_are_copied_from_the_program_and_never_over_what_is_there()
    {
        using var folder = new TemporaryFolder();
        CliProcess.Run(folder.Root, "recipe", "check", "recipes/arithmetic.yaml").ShouldBeUserMistake().ShouldContain("deliberate recipe copy");
        var written = CliProcess.Run(folder.Root, "recipe", "copy").ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var own = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(own, "Deliberate.slnx"))) own = Path.GetDirectoryName(own)!;
        var expected = Directory.GetFiles(Path.Combine(own, "recipes"), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(own, f)).Where(f => Path.GetExtension(f) is ".yaml" or ".jsonl" or ".py" && !f.Contains("/runs/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        written.ShouldBe(expected);
        foreach (var file in expected) File.ReadAllBytes(Path.Combine(folder.Root, file)).ShouldBe(File.ReadAllBytes(Path.Combine(own, file)), file);
        var edited = Path.Combine(folder.Root, "recipes", "arithmetic.yaml");
        File.AppendAllText(edited, "# mine\n");
        CliProcess.Run(folder.Root, "recipe", "copy").ShouldSucceed().Output.ShouldContain($"{expected.Length} of {expected.Length}");
        File.ReadAllText(edited).ShouldEndWith("# mine\n");
        CliProcess.Run(folder.Root, "recipe", "check", "recipes/arithmetic.yaml").ShouldSucceed();
        CliProcess.Run(folder.Root, "recipe", "copy", "--output", "recipes/arithmetic.yaml").ShouldBeUserMistake().ShouldContain("not a folder");
    }

    [Fact]
    public void The_schema_knows_every_key_its_names_and_its_ranges()
    {
        using var schema = JsonDocument.Parse(CliProcess.Run(".", "recipe", "schema").ShouldSucceed().Output);
        JsonElement Key(params string[] path)
        {
            var at = schema.RootElement;
            foreach (var name in path) at = at.GetProperty("properties").GetProperty(name);
            return at;
        }

        Key("reinforcement", "objective").GetProperty("enum").EnumerateArray().Select(e => e.GetString()).ShouldContain("dapo");
        Key("family", "name").GetProperty("enum").EnumerateArray().Select(e => e.GetString()).ShouldContain("countdown");
        Key("reinforcement", "curriculum", "kind").GetProperty("enum").EnumerateArray().Select(e => e.GetString()).ShouldBe(["none", "promotion", "linear"]);
        Key("expert_iteration", "rounds").GetProperty("maximum").GetInt32().ShouldBe(999);
        Key("health", "alarms", "truncation").GetProperty("type").EnumerateArray().Select(e => e.GetString()).ShouldBe(["number", "null"]);
        Key("checkpoint", "keep_best").GetProperty("default").GetInt32().ShouldBe(1);
        schema.RootElement.GetProperty("required").EnumerateArray().Select(e => e.GetString()).ShouldBe(["name"]);
        using var folder = new TemporaryFolder();
        CliProcess.Run(folder.Root, "recipe", "schema", "--output", "schema.json").ShouldSucceed().Output.ShouldBeEmpty();
        File.ReadAllText(Path.Combine(folder.Root, "schema.json")).ShouldContain("$schema");
    }

    [Fact]
    public void Check_says_what_a_recipe_amounts_to_or_what_is_wrong_with_it()
    {
        using var folder = new TemporaryFolder();
        folder.File("good.yaml", TinyRun.Recipe("good"));
        var good = CliProcess.Run(folder.Root, "recipe", "check", "good.yaml").ShouldSucceed().Output;
        good.ShouldContain("good.yaml is a recipe.");
        good.ShouldContain("2 prompts x 2 samples");
        using var json = JsonDocument.Parse(CliProcess.Run(folder.Root, "recipe", "check", "good.yaml", "--json").ShouldSucceed().Output);
        json.RootElement.GetProperty("reinforcement").GetProperty("sequences").GetInt32().ShouldBe(4);
        CliProcess.Run(folder.Root, "recipe", "check", "good.yaml", "--set", "reinforcement.samples=1").ShouldBeUserMistake().ShouldContain("nothing to compare with");
        CliProcess.Run(folder.Root, "recipe", "check", "good.yaml", "--set", "reinforcement.max_tokens=510").ShouldBeUserMistake().ShouldStartWith("error: good.yaml: reinforcement.max_tokens: prompts of");
        Directory.Exists(Path.Combine(folder.Root, "runs")).ShouldBeFalse();
    }

    [Fact]
    public void A_dry_run_trains_nothing_and_says_how_long_it_would_take()
    {
        using var folder = new TemporaryFolder();
        folder.File("good.yaml", TinyRun.Recipe("good"));
        var plan = CliProcess.Run(folder.Root, "train", "good.yaml", "--dry-run").ShouldSucceed().Output;
        foreach (var name in new[] { "model", "supervised", "reinforcement", "memory", "disk", "time", "Nothing was trained." }) plan.ShouldContain(name);
        using var json = JsonDocument.Parse(CliProcess.Run(folder.Root, "train", "good.yaml", "--dry-run", "--json").ShouldSucceed().Output);
        json.RootElement.GetProperty("seconds").GetProperty("total").GetDouble().ShouldBeGreaterThan(0);
        CliProcess.Run(folder.Root, "train", "good.yaml", "--dry-run", "--set", "model={hidden: 65536, heads: 64, layers: 1024, intermediate: 262144}").ShouldBeUserMistake().ShouldContain("of memory, this machine has");
        Directory.Exists(Path.Combine(folder.Root, "runs")).ShouldBeFalse();
    }

    [Fact]
    public void A_run_starts_from_the_best_of_another()
    {
        using var folder = new TemporaryFolder();
        folder.File("first.yaml", TinyRun.Recipe("first"));
        CliProcess.Run(folder.Root, "train", "first.yaml").ShouldSucceed().Output.ShouldContain("runs/first/checkpoints/best: ");
        var next = CliProcess.Run(folder.Root, "train", "first.yaml", "--from", "runs/first/checkpoints/best", "--set", "name=next", "--set", "supervised.tokens=0").ShouldSucceed();
        next.Error.ShouldContain("reinforcement: 3 steps of 2 prompts x 2 samples");
        CliProcess.Run(folder.Root, "eval", "runs/next/checkpoints/best", "--problems", "4", "--samples", "1").ShouldSucceed();
        CliProcess.Run(folder.Root, "train", "first.yaml", "--from", "runs/first", "--set", "name=third", "--set", "model.layers=7").ShouldBeUserMistake().ShouldContain("model.layers: the recipe asks for 7");
    }
}

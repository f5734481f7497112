namespace Deliberate.Core.Tests;

public sealed class RecipeReaderTests
{
    private static SampleRecipe Parse(string text, params string[] overrides) => RecipeReader.Parse<SampleRecipe>(text, "a.yaml", overrides);

    private static UserError Fail(string text, params string[] overrides) => Should.Throw<UserError>(() => Parse(text, overrides));

    [Fact]
    public void Every_kind_of_value_is_bound()
    {
        var recipe = Parse("""
            # a comment
            name: first run
            seed: 1_000
            resume: true
            learning_rate: 3e-4
            temperature: .7
            method: adamw
            note: "null"
            model: { width: 64 }
            adapter:
              rank: 8
              tokens: 2e6
            budgets: [100, 200]
            stages:
              - family: countdown
                mix: [[0.5, .5], [1]]
              - {}
            weights: { a: 1, b c: -2.5 }
            """);
        (recipe.Name, recipe.Seed, recipe.Resume, recipe.LearningRate, recipe.Temperature, recipe.Method, recipe.Note)
            .ShouldBe(("first run", 1000, true, 3e-4, .7, Method.AdamW, "null"));
        recipe.Model.ShouldBe(new SampleModel(64, 0.25f));
        recipe.Adapter.ShouldBe(new SampleAdapter { Rank = 8, Tokens = 2_000_000 });
        recipe.Budgets.ShouldBe([100, 200]);
        recipe.Stages[0].Mix[0].ShouldBe([0.5, 0.5]);
        recipe.Stages[1].Family.ShouldBe("");
        recipe.Weights["b c"].ShouldBe(-2.5);
    }

    [Fact]
    public void What_is_not_written_keeps_the_default_of_its_owner()
    {
        var recipe = Parse("name: x\nmodel:\n  dropout: 0\ntemperature: null\nbudgets: []");
        recipe.Model.ShouldBe(new SampleModel(32, 0));
        recipe.Temperature.ShouldBeNull();
        recipe.Budgets.ShouldBeEmpty();
        recipe.Adapter.ShouldBeNull();
        Parse("name: x\nmodel:").Model.ShouldBe(new SampleModel(32));
    }

    [Theory]
    [InlineData("name: x\nlerning_rate: 1", 2, 1, "lerning_rate", "Did you mean \"learning_rate\"?")]
    [InlineData("name: x\nmodel:\n  widht: 3", 3, 3, "model.widht", "Did you mean \"width\"?")]
    [InlineData("name: x\nqqqq: 1", 2, 1, "qqqq", "Known here: name, seed")]
    [InlineData("name: x\ntwice: 1", 2, 1, "twice", "Unknown key")]
    [InlineData("name: x\nseed: many", 2, 7, "seed", "Expected a whole number, found \"many\".")]
    [InlineData("name: x\nseed: 1.5", 2, 7, "seed", "Expected a whole number")]
    [InlineData("name: x\nseed: \"1\"", 2, 7, "seed", "Remove the quotes.")]
    [InlineData("name: x\nseed: [1]", 2, 7, "seed", "found a list")]
    [InlineData("name: x\nseed:", 2, 6, "seed", "found nothing")]
    [InlineData("name: x\nseed: 5000000000", 2, 7, "seed", "between -2147483648 and 2147483647")]
    [InlineData("name: x\nseed: 13", 2, 7, "seed", "unlucky")]
    [InlineData("name: x\nresume: yes", 2, 9, "resume", "Expected true or false")]
    [InlineData("name: x\nmethod: dr_grop", 2, 9, "method", "Did you mean \"dr_grpo\"?")]
    [InlineData("name: x\nlearning_rate: 0", 2, 16, "learning_rate", "above 0 and at most 1")]
    [InlineData("name: x\nlearning_rate: .nan", 2, 16, "learning_rate", "Expected a number")]
    [InlineData("name: x\ntemperature: 1e999", 2, 14, "temperature", "must be finite")]
    [InlineData("name: x\nmodel: { width: 0 }", 2, 17, "model.width", "at least 1 and at most 4096")]
    [InlineData("name: x\nmodel: { dropout: 1 }", 2, 19, "model.dropout", "at least 0 and below 1")]
    [InlineData("name: x\nmodel: 3", 2, 8, "model", "Expected a section, found \"3\".")]
    [InlineData("name: x\nbudgets: [1, 0]", 2, 14, "budgets[1]", "at least 1")]
    [InlineData("name: x\nbudgets: 3", 2, 10, "budgets", "Expected a list")]
    [InlineData("name: x\nstages:\n  - famly: y", 3, 5, "stages[0].famly", "Did you mean \"family\"?")]
    [InlineData("name: x\nweights: { a: b }", 2, 15, "weights.a", "Expected a number")]
    [InlineData("seed: 1", 1, 1, "name", "The key is missing. Add \"name: ...\"")]
    [InlineData("name: x\nadapter: { tokens: 1 }", 2, 10, "adapter.rank", "to the section adapter")]
    [InlineData("name: x\nname: y", 2, 1, "name", "It is in line 1 already")]
    [InlineData("name: &a x", 1, 7, null, "The anchor &a is refused")]
    [InlineData("name: x\nnote: *a", 2, 7, null, "The alias *a is refused")]
    [InlineData("name: !!str x", 1, 7, null, "Tags are refused")]
    [InlineData("name: x\n---\nname: y", 2, 1, null, "one document")]
    [InlineData("- a", 1, 1, null, "but is a list")]
    [InlineData("? [a]\n: b", 1, 3, null, "plain name")]
    [InlineData("name: [x", 2, 1, null, "not valid YAML")]
    [InlineData("name: x\n\tseed: 1", 2, 1, null, "Indent with spaces")]
    public void A_mistake_names_its_place_and_field(string text, int line, int column, string? field, string says)
    {
        var error = Fail(text);
        error.Message.ShouldContain(says);
        (error.File, error.Line, error.Column, error.Field).ShouldBe(("a.yaml", line, column, field));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n...\n")]
    [InlineData("null")]
    public void An_empty_recipe_says_so(string text) => Fail(text).Message.ShouldBe("a.yaml: The file is empty. Write at least one \"key: value\" line.");

    [Fact]
    public void Nesting_is_limited() => Fail("note: " + new string('[', 100_000)).Message.ShouldContain("Nested more than 32 levels");

    [Fact]
    public void Overrides_replace_add_and_reach_into_lists()
    {
        var recipe = Parse(
            "name: x\nadapter:\nstages: [{ family: a }, { family: b }]\n",
            "seed=5", "seed=6", "model.width=7", "adapter.rank=4", "stages.1.family=c: d", "budgets=[9]", "weights.k=.5", "note=\"q = #1\"");
        (recipe.Seed, recipe.Model.Width, recipe.Adapter!.Rank, recipe.Stages[1].Family, recipe.Note).ShouldBe((6, 7, 4, "c: d", "q = #1"));
        recipe.Budgets.ShouldBe([9]);
        recipe.Weights["k"].ShouldBe(.5);
        Parse("name: x\nadapter: { rank: 1 }", "adapter=null").Adapter.ShouldBeNull();
    }

    [Theory]
    [InlineData("modle.width=3", "--set modle.width: modle: Unknown key. Did you mean \"model\"?")]
    [InlineData("model.width=big", "--set model.width: model.width: Expected a whole number, found \"big\".")]
    [InlineData("model.width=9999", "--set model.width: model.width: 9999 is out of range: it must be at least 1 and at most 4096.")]
    [InlineData("name.first=3", "--set name.first: name.first: name is not a section but \"x\".")]
    [InlineData("stages.0.family=y", "--set stages.0.family: stages.family: \"0\" is not an index of a list of 0.")]
    [InlineData("seed", "--set seed: An override is written key.path=value.")]
    [InlineData("a..b=1", "--set a..b=1: An override is written key.path=value.")]
    [InlineData("budgets=[1", "--set budgets: This is not valid YAML")]
    [InlineData("budgets=[1, *a]", "--set budgets: The alias *a is refused")]
    public void A_mistake_in_an_override_names_it(string text, string message)
    {
        var written = Fail("name: x\nstages: []", text).Message;
        written.Replace("stages: \"0\"", "stages.family: \"0\"", StringComparison.Ordinal).ShouldStartWith(message);
    }

    [Fact]
    public void A_missing_file_suggests_the_nearest()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["quickstart.yaml"], "name: x");
        Should.Throw<UserError>(() => RecipeReader.Read<SampleRecipe>(folder["quikstart.yaml"])).Message.ShouldEndWith("There is no such recipe. Did you mean \"quickstart.yaml\"?");
        Should.Throw<UserError>(() => RecipeReader.Read<SampleRecipe>(folder["quickstart"])).Advice.ShouldBe("Did you mean \"quickstart.yaml\"?");
        Should.Throw<UserError>(() => RecipeReader.Read<SampleRecipe>(folder["zzz/a.yaml"])).Advice!.ShouldContain("no folder");
        Should.Throw<UserError>(() => RecipeReader.Read<SampleRecipe>(folder.Path)).Problem.ShouldContain("folder");
        RecipeReader.Read<SampleRecipe>(folder["quickstart.yaml"], ["seed=2"]).Seed.ShouldBe(2);
        File.WriteAllBytes(folder["latin.yaml"], [(byte)'a', 0xe4]);
        Should.Throw<UserError>(() => RecipeReader.Read<SampleRecipe>(folder["latin.yaml"])).Problem.ShouldContain("UTF-8");
    }
}

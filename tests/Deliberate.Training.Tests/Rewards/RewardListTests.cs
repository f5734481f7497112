using System.Text.Json;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>The list of rewards as recipes say it: every kind, what is refused with its place, and what recipes of before said.</summary>
public sealed class RewardListTests
{
    /// <summary>One of each, with every option.</summary>
    private const string All = """
        name: a
        problems: { train: [p.jsonl], verifier: { command: [judge] } }
        reinforcement:
          max_tokens: 64
          rewards:
            - { kind: correct, weight: 2 }
            - { kind: format, weight: 0.25, requires_thought: true }
            - { kind: component, component: near, weight: -0.5 }
            - { kind: reward_model, from: /models/prm, aggregation: product, neutral: negative, name: steps }
            - { kind: overlong, cache: 8, limit: 40, name: soft }
            - { kind: overlong_linear, buffer: 16, factor: 2, limit: 60 }
            - { kind: cosine, minimum_right: 0.25, maximum_right: 0.75, minimum_wrong: -2, maximum_wrong: -1, limit: 50 }
            - { kind: kimi_length }
            - { kind: repetition, ngram: 4, penalty: -3, weight: 0 }

        """;

    [Fact]
    public void Every_kind_is_read_with_its_options_and_written_back()
    {
        var recipe = TrainRecipe.Parse(All, "a.yaml");
        recipe.Reinforcement.Rewards.ShouldBe(
        [
            new CorrectReward { Weight = 2 }, new FormatReward { Weight = 0.25, RequiresThought = true }, new ComponentReward { Component = "near", Weight = -0.5 },
            new ModelReward { From = "/models/prm", Aggregation = Reasoning.StepAggregation.Product, Neutral = Reasoning.NeutralSteps.Negative, Name = "steps" },
            new OverlongReward { Cache = 8, Limit = 40, Name = "soft" }, new LinearOverlongReward { Buffer = 16, Factor = 2, Limit = 60 },
            new CosineReward { MinimumRight = 0.25, MaximumRight = 0.75, MinimumWrong = -2, MaximumWrong = -1, Limit = 50 }, new KimiLengthReward(), new RepetitionReward { Ngram = 4, Penalty = -3, Weight = 0 },
        ]);
        recipe.Reinforcement.Rewards.Select(term => term.Term).ShouldBe(["correct", "format", "components/near", "steps", "soft", "overlong_linear", "cosine", "kimi_length", "repetition"]);
        var written = RecipeWriter.Write(recipe);
        TrainRecipe.Parse(written, "a.yaml").Reinforcement.Rewards.ShouldBe(recipe.Reinforcement.Rewards);
        // all_steps_right is for families, and so not among those above.
        TrainRecipe.Parse("name: a\nreinforcement: { rewards: [{ kind: all_steps_right }] }", "a.yaml").Reinforcement.Rewards.ShouldBe([new AllStepsReward()]);
        RewardKinds.All.Select(kind => kind.Type).ShouldBe([.. recipe.Reinforcement.Rewards.Select(term => term.GetType()).Append(typeof(AllStepsReward))], ignoreOrder: true);
    }

    [Theory]
    [InlineData("- { kind: corect }", 4, "reinforcement.rewards[0].kind", "Did you mean \"correct\"?")]
    [InlineData("- { weight: 1 }", 4, "reinforcement.rewards[0].kind", "Say which reward")]
    [InlineData("- { kind: [correct] }", 4, "reinforcement.rewards[0].kind", "name of a reward")]
    [InlineData("- correct", 4, "reinforcement.rewards[0]", "Expected a section")]
    [InlineData("- { kind: correct, wieght: 1 }", 4, "reinforcement.rewards[0].wieght", "Did you mean \"weight\"?")]
    [InlineData("- { kind: overlong }", 4, "reinforcement.rewards[0].cache", "The key is missing")]
    [InlineData("- { kind: correct }\n    - { kind: overlong, cache: 0 }", 5, "reinforcement.rewards[1].cache", "out of range")]
    [InlineData("- { kind: correct }\n    - { kind: overlong, cache: 48 }", 5, "reinforcement.rewards[1].cache", "nothing of the budget of 48")]
    [InlineData("- { kind: correct }\n    - { kind: overlong_linear, buffer: 30, limit: 30 }", 5, "reinforcement.rewards[1].buffer", "nothing of the limit of 30")]
    [InlineData("- { kind: correct }\n    - { kind: format }\n    - { kind: correct }", 6, "reinforcement.rewards[2]", "called \"correct\"")]
    [InlineData("- { kind: correct }\n    - { kind: overlong, cache: 8, name: a }\n    - { kind: overlong, cache: 4, name: a }", 6, "reinforcement.rewards[2]", "called \"a\"")]
    [InlineData("- { kind: correct, name: a/b }", 4, "reinforcement.rewards[0].name", "letters, digits")]
    [InlineData("- { kind: correct, name: unreadable }", 4, "reinforcement.rewards[0].name", "unreadable answers")]
    [InlineData("- { kind: correct, weight: -1 }", 4, "reinforcement.rewards[0].weight", "pay for wrong answers")]
    [InlineData("- { kind: correct, weight: 0 }", 4, "reinforcement.rewards", "nothing is rewarded")]
    [InlineData("- { kind: cosine, minimum_right: 2 }", 4, "reinforcement.rewards[0].minimum_right", "Exchange them")]
    [InlineData("- { kind: cosine, maximum_wrong: -3 }", 4, "reinforcement.rewards[0].minimum_wrong", "Exchange them")]
    [InlineData("- { kind: repetition, penalty: 1 }", 4, "reinforcement.rewards[0].penalty", "at most 0")]
    [InlineData("- { kind: component, component: near }", 4, "reinforcement.rewards[0]", "problems.verifier is missing")]
    [InlineData("- { kind: component, component: \"\" }", 4, "reinforcement.rewards[0].component", "has a name")]
    [InlineData("- { kind: correct }\n    - { kind: format, requires_thought: true }\nfamily: { chain_of_thought: false }", 5, "reinforcement.rewards[1]", "no thought")]
    [InlineData("[]", 3, "reinforcement.rewards", "The list is empty")]
    [InlineData("- { kind: correct }\n  overlong: { cache: 4 }", 5, "reinforcement.overlong", "among them")]
    public void What_a_list_cannot_hold_is_refused_with_line_and_field(string list, int line, string field, string says)
    {
        var rewards = list.StartsWith('[') ? $"  rewards: {list}" : $"  rewards:\n    {list}";
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse($"name: a\nreinforcement:\n{rewards}\n", "a.yaml", ["reinforcement.max_tokens=48"]));
        (error.Field, error.Line).ShouldBe((field, line), error.Message);
        (error.Message + error.Advice).ShouldContain(says);
    }

    [Fact]
    public void Recipes_of_before_mean_the_list_that_they_said()
    {
        const string Judged = "name: a\nproblems: { train: [p.jsonl], verifier: { command: [judge] } }\n";
        Of("name: a").ShouldBe([new CorrectReward()]);
        Of("name: a\nreinforcement: { rewards: { correct: 2, all_steps_right: 0.25 }, overlong: { cache: 16 } }").ShouldBe([new CorrectReward { Weight = 2 }, new AllStepsReward { Weight = 0.25 }, new OverlongReward { Cache = 16 }]);
        Of("name: a\nreinforcement: { overlong: { cache: 16 } }").ShouldBe([new CorrectReward(), new OverlongReward { Cache = 16 }]);
        Of("name: a\nreinforcement: { rewards: { correct: 1, all_steps_right: 0, components: {} }, overlong: { cache: 0 } }").ShouldBe([new CorrectReward()]);
        Of(Judged + "reinforcement: { rewards: { correct: 0, components: { b: -1e-7, \"1\": 0.5 } } }").ShouldBe([new ComponentReward { Component = "1", Weight = 0.5 }, new ComponentReward { Component = "b", Weight = -1e-7 }]);
        TrainRecipe.Parse("name: a", "a.yaml", ["reinforcement.rewards.all_steps_right=0.5"]).Reinforcement.Rewards.ShouldBe([new CorrectReward(), new AllStepsReward { Weight = 0.5 }]);
        TrainRecipe.Parse(All, "a.yaml", ["reinforcement.rewards.0.weight=3"]).Reinforcement.Rewards[0].Weight.ShouldBe(3);

        static IReadOnlyList<RewardRecipe> Of(string text) => TrainRecipe.Parse(text, "a.yaml").Reinforcement.Rewards;
    }

    [Theory]
    [InlineData("reinforcement:\n  rewards: { corect: 1 }", 3, "reinforcement.rewards.corect", "\"correct\"")]
    [InlineData("reinforcement:\n  rewards: { correct: -1 }", 3, "reinforcement.rewards.correct", "at least 0")]
    [InlineData("reinforcement:\n  rewards: 5", 3, "reinforcement.rewards", "Expected a section")]
    [InlineData("reinforcement:\n  max_tokens: 48\n  overlong: { cache: 48 }", 4, "reinforcement.rewards[1].cache", "nothing of the budget")]
    public void What_recipes_of_before_could_not_say_is_refused_where_it_stands(string text, int line, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse("name: a\n" + text, "a.yaml"));
        (error.Field, error.Line).ShouldBe((field, line), error.Message);
        (error.Message + error.Advice).ShouldContain(says);
    }

    [Fact]
    public void The_schema_offers_every_kind_with_its_own_keys_and_no_others()
    {
        using var document = JsonDocument.Parse(RecipeSchema.Json<TrainRecipe>());
        var kinds = document.RootElement.GetProperty("properties").GetProperty("reinforcement").GetProperty("properties").GetProperty("rewards").GetProperty("items").GetProperty("oneOf").EnumerateArray().ToArray();
        kinds.Select(kind => kind.GetProperty("properties").GetProperty("kind").GetProperty("const").GetString()).ShouldBe(RewardKinds.All.Select(kind => kind.Name));
        kinds.ShouldAllBe(kind => !kind.GetProperty("additionalProperties").GetBoolean() && kind.GetProperty("description").GetString()!.Length > 10);
        var overlong = kinds.Single(kind => kind.GetProperty("title").GetString() == "overlong");
        overlong.GetProperty("properties").EnumerateObject().Select(key => key.Name).ShouldBe(["kind", "name", "weight", "cache", "limit"]);
        overlong.GetProperty("required").EnumerateArray().Select(key => key.GetString()).ShouldBe(["kind", "cache"]);
    }

    [Fact]
    public void A_list_that_nothing_right_is_needed_for_is_remarked_on()
    {
        const string Small = "name: a\nmodel: { hidden: 16, heads: 2, layers: 1, intermediate: 16 }\n";
        Remarks("[{ kind: format }, { kind: overlong, cache: 8 }]").ShouldContain(r => r.Contains("No term of the reward depends on the answer being right (format, overlong)", StringComparison.Ordinal));
        Remarks("[{ kind: format }, { kind: correct, weight: 0 }]").ShouldContain(r => r.Contains("No term of the reward depends", StringComparison.Ordinal));
        foreach (var right in new[] { "[{ kind: correct }, { kind: format }]", "[{ kind: cosine }]", "[{ kind: kimi_length }]", "[{ kind: all_steps_right }]" }) Remarks(right).ShouldNotContain(r => r.Contains("of the reward", StringComparison.Ordinal));
        var judged = TrainRecipe.Parse("name: a\nproblems: { train: [p.jsonl], verifier: { command: [judge] } }\nreinforcement: { rewards: [{ kind: component, component: near }] }", "a.yaml").Reinforcement.Rewards;
        RewardAdvice.OfCorrectness([.. judged.Select(term => (term.Term, term.Correctness))]).ShouldNotBeNull().ShouldContain("Only your verifier");

        static IReadOnlyList<string> Remarks(string rewards) => Planner.Plan(TrainRecipe.Parse(Small + $"reinforcement: {{ rewards: {rewards} }}", "a.yaml")).Remarks;
    }

    [Fact]
    public void The_guide_names_every_kind_and_option_and_its_recipes_are_recipes()
    {
        var guide = File.ReadAllText(Repository.Path("docs", "rewards.md"));
        foreach (var kind in RewardKinds.All)
        {
            guide.ShouldContain($"\n| `{kind.Name}` | ");
            foreach (var key in RecipeType.Of(kind.Type).Keys.Except(["name", "weight"])) guide.ShouldContain($"\n| `{kind.Name}` | `{key}` | ");
        }

        var recipes = guide.Split("```yaml\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToArray();
        recipes.Length.ShouldBeGreaterThan(1);
        foreach (var recipe in recipes) TrainRecipe.Parse(recipe, "rewards.md").Reinforcement.Rewards.Count.ShouldBeGreaterThan(2);
    }
}

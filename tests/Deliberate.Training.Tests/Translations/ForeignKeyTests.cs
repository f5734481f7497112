using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>The lists of other programs' settings, against recipes, translations and the guide.</summary>
public sealed class ForeignKeyTests
{
    [Fact]
    public void Every_counterpart_is_a_key_of_recipes()
    {
        var checkedKeys = 0;
        foreach (var program in ForeignProgram.All)
            foreach (var key in program.Keys.Where(key => key.Ours is not null))
                foreach (var stage in key.Ours!.Contains(ForeignKey.Stage, StringComparison.Ordinal) ? (string[])["reinforcement", "supervised"] : ["reinforcement"])
                    foreach (var path in key.OursOf(stage)!.Split(", "))
                    {
                        checkedKeys++;
                        Exists(typeof(TrainRecipe), path.Split('.')).ShouldBeTrue($"{program.Name} {key.Name}: {path}");
                    }

        checkedKeys.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void No_setting_stands_in_a_list_twice_and_each_says_why_it_has_no_counterpart()
    {
        foreach (var program in ForeignProgram.All)
        {
            program.Keys.GroupBy(key => key.Name).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
            program.Keys.Where(key => key.Ours is null && key.About.Length == 0).Select(key => key.Name).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_tables_of_the_guide_are_the_lists()
    {
        var page = File.ReadAllText(Repository.Path("docs/from-trl-and-verl.md")).ReplaceLineEndings("\n");
        page.Contains(NamesTable.Markdown().ReplaceLineEndings("\n").Trim(), StringComparison.Ordinal).ShouldBeTrue("write the tables again: dotnet run -c Release --project src/Deliberate.Cli -- recipe names --markdown");
    }

    [Fact]
    public void All_unknown_keys_are_told_at_once_with_what_they_are_here()
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse(
            """
            name: mine
            num_generations: 8
            reinforcement:
              stpes: 5
              learning_rate: 1e-6
              use_vllm: true
              rewards: [{ kind: overlong, cache: 9, penalty: 1 }]
            samples: 4
            actor_rollout_ref:
              rollout: { n: 5, name: vllm, unheard_of: 1 }
            """,
            "mine.yaml"));
        var lines = error.Message.Split('\n');
        lines.Length.ShouldBe(9, error.Message);
        lines[0].ShouldBe("mine.yaml:2:1: num_generations: Unknown key. TRL's num_generations is reinforcement.samples here.");
        lines[1].ShouldStartWith("mine.yaml:4:3: reinforcement.stpes: Unknown key. Did you mean \"steps\"?");
        lines[2].ShouldContain("reinforcement.optimizer.learning_rate");
        lines[3].ShouldContain("TRL's use_vllm has no counterpart here: sampler and trainer are one engine");
        lines[4].ShouldContain("reinforcement.rewards[0].penalty");
        lines[5].ShouldContain("There is expert_iteration.samples or reinforcement.samples or evaluation.samples.");
        lines[6].ShouldContain("actor_rollout_ref.rollout.n: Unknown key. verl's actor_rollout_ref.rollout.n is reinforcement.samples here.");
        lines[7].ShouldContain("actor_rollout_ref.rollout.name");
        lines[8].ShouldContain("actor_rollout_ref.rollout.unheard_of");
        (error.Line, error.Field).ShouldBe((2, "num_generations"));
    }

    [Fact]
    public void Every_key_of_a_recipe_says_what_it_does_and_defaults_that_follow_from_the_objective_are_named()
    {
        using var schema = System.Text.Json.JsonDocument.Parse(RecipeSchema.Json<TrainRecipe>());
        var described = 0;
        Check(schema.RootElement, "");
        described.ShouldBeGreaterThan(150);
        var options = schema.RootElement.GetProperty("properties").GetProperty("reinforcement").GetProperty("properties").GetProperty("options").GetProperty("properties");
        var high = options.GetProperty("epsilon_high").GetProperty("description").GetString()!;
        high.ShouldContain("Default by objective: 0.2; ");
        high.ShouldContain("0.28 for dapo");
        options.GetProperty("dual_clip").GetProperty("description").GetString()!.ShouldContain("3 for ppo");

        void Check(System.Text.Json.JsonElement section, string path)
        {
            if (section.TryGetProperty("oneOf", out var kinds))
                foreach (var kind in kinds.EnumerateArray()) Check(kind, path + "[]");
            if (section.TryGetProperty("items", out var items)) Check(items, path + "[]");
            if (!section.TryGetProperty("properties", out var keys)) return;
            foreach (var key in keys.EnumerateObject())
            {
                if (key.Name == "kind" && key.Value.TryGetProperty("const", out _)) continue;
                var isNamed = path.EndsWith(".alarms", StringComparison.Ordinal) || path.EndsWith(".fields", StringComparison.Ordinal);
                if (!isNamed) key.Value.TryGetProperty("description", out _).ShouldBeTrue($"{path}.{key.Name} has no description");
                described++;
                Check(key.Value, $"{path}.{key.Name}");
            }
        }
    }

    private static bool Exists(Type type, ReadOnlySpan<string> keys)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (keys.Length == 0) return true;
        if (RecipeType.DictionaryValue(type) is { } value) return Exists(value, keys[1..]);
        var key = keys[0];
        return !RecipeType.IsSingle(type) && RecipeType.Of(type).Fields.FirstOrDefault(field => field.Key == key) is { } found && Exists(found.Type, keys[1..]);
    }
}

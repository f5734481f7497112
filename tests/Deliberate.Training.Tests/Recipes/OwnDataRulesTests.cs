using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>What cannot be combined is refused, by key and with the reason; what follows from the data needs no saying.</summary>
public sealed class OwnDataRulesTests
{
    private const string Problems = "problems: { train: [p.jsonl] }\n";

    [Theory]
    [InlineData("supervised: { data: [a.jsonl], tokens: 0 }", "supervised", "nothing of it would be read")]
    [InlineData("supervised: { data: [a.jsonl, a.jsonl] }", "supervised.data", "named twice")]
    [InlineData("supervised: { data: [a.jsonl], weights: [1, 2] }", "supervised.weights", "2 weights for 1 files")]
    [InlineData("supervised: { data: [a.jsonl], weights: [0] }", "supervised.weights", "sum to 0")]
    [InlineData("supervised: { epochs: 3 }", "supervised.epochs", "never ends")]
    [InlineData("supervised: { data: [a.jsonl], family_share: 1 }", "supervised.family_share", "leaves nothing")]
    [InlineData("supervised: { family_share: 0.5 }", "supervised.family_share", "no data")]
    [InlineData(Problems + "supervised: { tokens: 1000 }", "supervised", "corpus of arithmetic")]
    [InlineData("problems: { grader: math }", "problems.train", "No file of problems")]
    [InlineData("problems: { verifier: { command: [a] } }", "problems.train", "nothing to verify")]
    [InlineData("problems: { train: [p.jsonl], test: [p.jsonl] }", "problems.test", "held out")]
    [InlineData("problems: { train: [p.jsonl], grader: maths }", "problems.grader", "\"math\"")]
    [InlineData("problems: { train: [p.jsonl], grader: math, verifier: { command: [a] } }", "problems.grader", "cannot both decide")]
    [InlineData("problems: { train: [p.jsonl], grader: math, tolerance: 0.1 }", "problems.tolerance", "Only the numeric")]
    [InlineData("problems: { train: [p.jsonl], answer_format: boxed }", "problems.answer_format", "marked, whole, last_number")]
    [InlineData("problems: { train: [p.jsonl], verifier: { timeout_s: 5 } }", "problems.verifier.command", "Nothing verifies")]
    [InlineData("problems: { train: [p.jsonl], verifier: { name: x, command: [a] } }", "problems.verifier.command", "cannot both verify")]
    [InlineData("problems: { train: [p.jsonl], verifier: { name: math } }", "problems.verifier.name", "is a grader")]
    [InlineData("problems: { train: [p.jsonl], verifier: { name: x, sandbox: required } }", "problems.verifier.sandbox", "cannot be sandboxed")]
    [InlineData("problems: { train: [p.jsonl], verifier: { name: x, mode: worker } }", "problems.verifier.mode", "Only a command")]
    [InlineData("problems: { train: [p.jsonl], verifier: { command: [a], timeout_s: 0 } }", "problems.verifier.timeout_s", "out of range")]
    [InlineData(Problems + "reinforcement: { rewards: { all_steps_right: 1 } }", "reinforcement.rewards[1]", "checker of steps")]
    [InlineData(Problems + "reinforcement: { rewards: { components: { near: 1 } } }", "reinforcement.rewards[1]", "have a grader")]
    [InlineData("reinforcement: { rewards: { components: { near: 1 } } }", "reinforcement.rewards[1]", "problems.verifier is missing")]
    [InlineData("reinforcement: { rewards: { correct: 0 } }", "reinforcement.rewards", "nothing is rewarded")]
    [InlineData(Problems + "reinforcement: { steps: 0 }\nevaluation: { problems: 0 }", "problems", "Nothing uses the problems")]
    [InlineData(Problems + "reinforcement: { curriculum: { kind: promotion } }", "reinforcement", "names its levels")]
    [InlineData(Problems + "expert_iteration: { rounds: 1, every_step_right: true }", "expert_iteration", "checker of steps")]
    [InlineData(Problems + "family: { chain_of_thought: false }", "family", "reads nothing")]
    [InlineData("model: { tokenizer: { kind: bpe } }", "model", "there are none")]
    [InlineData("model: { from: x, tokenizer: { kind: bpe } }", "model.tokenizer", "brings its own")]
    public void What_cannot_be_combined_is_refused_with_the_reason(string text, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse("name: a\n" + text, "recipe.yaml"));
        error.Field.ShouldBe(field, error.Message);
        error.Message.ShouldContain(says);
        error.Line.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void With_data_alone_nothing_but_imitation_is_done()
    {
        var recipe = TrainRecipe.Parse("name: a\nsupervised: { data: [a.jsonl] }", "recipe.yaml");
        (recipe.Reinforcement.Steps, recipe.Evaluation.Problems, recipe.Supervised.CorpusShare, recipe.UsesFamily).ShouldBe((0, 0, 0, false));
        // A family that is named is meant.
        TrainRecipe.Parse("name: a\nfamily: { name: arithmetic }\nsupervised: { data: [a.jsonl] }", "recipe.yaml").Reinforcement.Steps.ShouldBe(100);
        TrainRecipe.Parse("name: a\nsupervised: { data: [a.jsonl] }\nreinforcement: { steps: 7 }", "recipe.yaml").Reinforcement.Steps.ShouldBe(7);
    }

    [Fact]
    public void With_problems_alone_nothing_is_imitated()
    {
        var recipe = TrainRecipe.Parse("name: a\nmodel: { from: x }\n" + Problems, "recipe.yaml");
        (recipe.Supervised.Steps, recipe.Reinforcement.Steps, FactsOfRun.Of(recipe, inputs: null).Problems!.TestLevel).ShouldBe((0, 100, null));
    }

    [Fact]
    public void Files_are_found_beside_the_recipe_and_a_resolved_recipe_reads_back_as_itself()
    {
        using var folder = new TemporaryFolder();
        var recipe = TrainRecipe.Parse("name: a\nsupervised: { data: [sub/a.jsonl] }\nproblems: { train: [p.jsonl], verifier: { command: [python3, check.py], visible: [lib], environment: { A: b } } }", folder.File("recipe.yaml"));
        recipe.Supervised.Data.ShouldBe([folder.File("sub/a.jsonl")]);
        recipe.Problems!.Train.ShouldBe([folder.File("p.jsonl")]);
        recipe.Problems.Verifier!.Folder.ShouldBe(Path.GetDirectoryName(folder.File("x")));
        recipe.Problems.Verifier.Visible.ShouldBe([folder.File("lib")]);
        var text = RecipeWriter.Write(recipe);
        RecipeWriter.Write(TrainRecipe.Parse(text, "/elsewhere/recipe.yaml")).ShouldBe(text);
        RecipeSchema.Json<TrainRecipe>().ShouldContain("timeout_s");
    }
}

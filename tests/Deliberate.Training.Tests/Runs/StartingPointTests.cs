using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Training.Tests;

/// <summary>A run that starts from another's weights takes them and nothing else, and refuses a model that does not fit.</summary>
public sealed class StartingPointTests(StartingPointTests.Trained trained) : IClassFixture<StartingPointTests.Trained>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_takes_the_weights_and_the_shape_and_nothing_else()
    {
        var recipe = TrainRecipe.Parse("name: next\nsupervised: { tokens: 0 }\nfamily: { levels: [2] }\nreinforcement: { steps: 0, max_tokens: 48 }\nevaluation: { problems: 4, max_tokens: 48 }", "next.yaml", [$"model.from=\"{trained.Checkpoint}\""]);
        var folder = new RunFolder(TinyRun.Start(recipe, _folder.File("next")));
        File.ReadAllBytes(Path.Combine(folder.Checkpoint(RunFolder.Base), "model.safetensors")).ShouldBe(File.ReadAllBytes(Path.Combine(trained.Checkpoint, "model.safetensors")));
        var resolved = TrainRecipe.Read(folder.Recipe).Model;
        (resolved.Hidden, resolved.Layers, resolved.Heads, resolved.KeyValueHeads, resolved.Intermediate, resolved.Context).ShouldBe((32, 2, 2, 1, 48, 160));
        resolved.From.ShouldBe(trained.Checkpoint);
        RunFacts.Read(folder)!.Start.Identity.ShouldBe(ModelIdentity.Of(trained.Checkpoint).Id);
        File.Exists(Path.Combine(folder.Checkpoint(RunFolder.Base), Checkpoint.TrainingFolder, OptimizerFile.FileName)).ShouldBeFalse();
    }

    [Fact]
    public void It_trains_on_with_an_optimizer_without_a_past()
    {
        var recipe = TinyRun.Recipe() with { Evaluation = TinyRun.Recipe().Evaluation with { Problems = 0, VoteProblems = 0 } };
        recipe = recipe with { Model = recipe.Model with { From = trained.Checkpoint }, Reinforcement = recipe.Reinforcement with { Steps = 0 } };
        var folder = TinyRun.Start(recipe, _folder.File("next"));
        var before = MetricsStream.Read(Path.Combine(trained.Folder, MetricsStream.MetricsFile)).First(m => m.Values.ContainsKey("sft/loss")).Values["sft/loss"];
        var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).ToList();
        metrics[0].Step.ShouldBe(1);
        metrics[0].Values["sft/loss"].ShouldBeLessThan(before);
    }

    [Theory]
    [InlineData("model: { hidden: 64 }", "model.hidden", "asks for 64, the model to start from has 32")]
    [InlineData("model: { layers: 3 }", "model.layers", "has 2")]
    [InlineData("model: { key_value_heads: 2 }", "model.key_value_heads", "has 1")]
    [InlineData("model: { context: 512 }", "model.context", "at most 160")]
    [InlineData("family: { name: countdown }", "model.from", "cannot write \"/\"")]
    public void A_model_that_does_not_fit_is_refused_with_the_reason(string section, string field, string says)
    {
        var recipe = TrainRecipe.Parse("name: next\n" + section, "next.yaml", [$"model.from=\"{trained.Checkpoint}\""]);
        var error = Should.Throw<UserError>(() => TrainingRun.Start(recipe, _folder.File("next"), 1));
        error.Field.ShouldBe(field);
        error.Message.ShouldContain(says);
        error.Message.ShouldContain(trained.Checkpoint);
        Directory.Exists(_folder.File("next")).ShouldBeFalse();
    }

    [Fact]
    public void A_recipe_that_says_the_same_shape_is_fine_and_a_missing_model_is_named()
    {
        var same = TrainRecipe.Parse("name: next\nmodel: { hidden: 32, layers: 2, context: 100 }\nreinforcement: { max_tokens: 48 }\nevaluation: { max_tokens: 48 }", "next.yaml", [$"model.from=\"{trained.Checkpoint}\""]);
        StartingPoint.Resolve(same).Model.Context.ShouldBe(100);
        Should.Throw<UserError>(() => StartingPoint.Resolve(TrainRecipe.Parse("name: next\nmodel: { from: nowhere }", "next.yaml"))).Message.ShouldContain("nowhere");
    }

    /// <summary>One finished run for all tests.</summary>
    public sealed class Trained : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Trained() => Folder = FinishedRuns.Copy(TinyRun.Recipe(), _folder.File("run"));

        public string Folder { get; }

        public string Checkpoint => new RunFolder(Folder).Checkpoint(RunFolder.Final);

        public void Dispose() => _folder.Dispose();
    }
}

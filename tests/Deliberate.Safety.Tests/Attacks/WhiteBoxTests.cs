using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Safety.Tests;

/// <summary>Attacks on weights: gradients are slopes, losses are those of the engine, and what is taken out of a model is gone.</summary>
public sealed class WhiteBoxTests
{
    private static readonly int[] Tokens = [5, 17, 42, 7, 99, 3, 250, 11, 64, 31];

    [Fact]
    public void The_gradient_by_tokens_is_the_slope_of_the_loss()
    {
        using var device = Device.Reference();
        using var opened = PretrainedModel.Open(AlignmentModel.Find(TinyWorld.Model));
        using var model = opened.LoadWeights(device);
        using var white = new WhiteBoxModel(model);
        const int First = 3, Count = 4, Target = 3;
        var embeddings = white.Embeddings(Tokens.AsSpan(First, Count));
        var (loss, gradient) = white.Gradient(Tokens, Target, First, Count);
        // The same numbers whether a token stands there or its embedding.
        white.Gradient(Tokens, Target, First, Count, embeddings).Loss.ShouldBe(loss, 1e-12);
        white.Losses(Tokens.AsSpan(0, First), [Tokens[First..(First + Count)]], [], Tokens.AsSpan(First + Count))[0].ShouldBe(loss, 1e-9);
        var random = new RandomStream(1, StreamStage.Test);
        const double Step = 1e-5;
        for (var check = 0; check < 40; check++)
        {
            var at = random.Next(embeddings.Length);
            double Moved(double by)
            {
                var moved = (double[])embeddings.Clone();
                moved[at] += by;
                return white.Gradient(Tokens, Target, First, Count, moved).Loss;
            }

            gradient[at].ShouldBe((Moved(Step) - Moved(-Step)) / (2 * Step), 1e-6 + (1e-4 * Math.Abs(gradient[at])));
        }

        // By a token: the slope towards its embedding.
        var byToken = white.TokenGradient(Tokens, Target, First, Count);
        var vocabulary = opened.Configuration.VocabularySize;
        for (var check = 0; check < 10; check++)
        {
            var (place, token) = (random.Next(Count), random.Next(vocabulary));
            var towards = white.Embeddings([token]);
            double Mixed(double by)
            {
                var moved = (double[])embeddings.Clone();
                for (var k = 0; k < towards.Length; k++) moved[(place * towards.Length) + k] += by * towards[k];
                return white.Gradient(Tokens, Target, First, Count, moved).Loss;
            }

            var slope = (Mixed(Step) - Mixed(-Step)) / (2 * Step);
            ((double)byToken[(place * vocabulary) + token]).ShouldBe(slope, 1e-5 + (1e-3 * Math.Abs(slope)));
        }
    }

    [Fact]
    public void Candidates_behind_a_shared_beginning_have_the_losses_that_each_has_alone()
    {
        using var opened = new WhiteBoxModels.Opened(AlignmentModel.Find(TinyWorld.Model));
        using var text = TextModel.Open(AlignmentModel.Find(TinyWorld.Model), threads: 1);
        var white = opened.WhiteBox;
        int[][] candidates = [.. Enumerable.Range(0, 200).Select(i => new[] { 3 + i, 100 + i, 50, 200 - (i / 2) })];
        var losses = white.Losses([7, 8, 9], candidates, [20, 21], [30, 31, 32]);
        foreach (var i in new[] { 0, 57, 199 })
        {
            var alone = white.Losses([7, 8, 9], [candidates[i]], [20, 21], [30, 31, 32])[0];
            losses[i].ShouldBe(alone);
            int[] whole = [7, 8, 9, .. candidates[i], 20, 21, 30, 31, 32];
            var scores = text.Score(whole);
            losses[i].ShouldBe(-scores.Skip(whole.Length - 3).Average(s => s.LogProbability!.Value), 1e-5);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_search_makes_the_target_likelier_and_only_with_words_that_can_be_typed(bool usesGradient)
    {
        using var opened = new WhiteBoxModels.Opened(AlignmentModel.Find(TinyWorld.Model));
        await using var model = CheckpointConnection.Open(AlignmentModel.Find(TinyWorld.Model), "tiny", [], threads: 1);
        var goal = AttackGoals.OfWorld(1, 1)[0];
        var place = SuffixPlace.Of((CheckpointConnection)model.Connection, opened.Text, goal, goal.ThoughtTarget);
        SuffixSearch Search()
        {
            var search = new SuffixSearch(opened.WhiteBox, place, opened.Text.Tokenizer, new SuffixSearchOptions(Length: 6, Candidates: 24, Best: 64), usesGradient);
            for (var step = 0; step < 12; step++) search.Step(new RandomStream(1, StreamStage.Attacks, step));
            return search;
        }

        var found = Search();
        found.Loss.ShouldBeLessThan(found.FirstLoss);
        // What is asked is what was searched.
        var asked = ((CheckpointConnection)model.Connection).TokensOf(GeneratedItems.Ask($"{goal.Request}{found.Text}"));
        asked.ShouldBe([.. place.Beginning, .. found.Suffix, .. place.Ending]);
        Search().Suffix.ShouldBe(found.Suffix);
    }

    [Fact]
    public void A_direction_that_is_taken_out_is_gone()
    {
        var random = new RandomStream(2, StreamStage.Test);
        var direction = new double[12];
        for (var k = 0; k < direction.Length; k++) direction[k] = random.NextNormal();
        var length = Math.Sqrt(direction.Sum(d => d * d));
        for (var k = 0; k < direction.Length; k++) direction[k] /= length;
        var matrix = new float[12 * 7];
        for (var i = 0; i < matrix.Length; i++) matrix[i] = (float)random.NextNormal();
        var before = (float[])matrix.Clone();
        RefusalDirection.Ablate(matrix, 12, 7, rowIsStream: false, direction);
        for (var column = 0; column < 7; column++) Enumerable.Range(0, 12).Sum(row => direction[row] * matrix[(row * 7) + column]).ShouldBe(0, 1e-6);
        matrix.ShouldNotBe(before);
        var rows = new float[7 * 12];
        for (var i = 0; i < rows.Length; i++) rows[i] = (float)random.NextNormal();
        RefusalDirection.Ablate(rows, 7, 12, rowIsStream: true, direction);
        for (var row = 0; row < 7; row++) Enumerable.Range(0, 12).Sum(k => direction[k] * rows[(row * 12) + k]).ShouldBe(0, 1e-6);
    }

    [Fact]
    public async Task A_model_without_its_direction_opens_and_cannot_write_it()
    {
        using var folder = new TemporaryFolder();
        await using var model = CheckpointConnection.Open(AlignmentModel.Find(TinyWorld.Model), "tiny", [], threads: 1);
        using var opened = new WhiteBoxModels.Opened(AlignmentModel.Find(TinyWorld.Model));
        var before = opened.WhiteBox.Losses([5, 6], [[7]], [], [8, 9])[0];
        var found = RefusalDirection.Find(opened.WhiteBox, (CheckpointConnection)model.Connection, AttackGoals.OfWorld(12, 1), 1, CancellationToken.None);
        // The search leaves the weights as they were.
        opened.WhiteBox.Losses([5, 6], [[7]], [], [8, 9])[0].ShouldBe(before);
        found.Write(folder["pre"], opened.Pretrained, CancellationToken.None);
        using var ablated = new WhiteBoxModels.Opened(folder["pre"]);
        var residual = ablated.WhiteBox.Residual(Tokens);
        for (var layer = 0; layer < ablated.WhiteBox.Layers; layer++)
        {
            var along = Enumerable.Range(0, ablated.WhiteBox.Hidden).Sum(k => residual[(layer * ablated.WhiteBox.Hidden) + k] * found.Direction[k]);
            along.ShouldBe(0, 1e-4);
        }
    }

    [Theory]
    [InlineData("gcg")]
    [InlineData("random-search")]
    [InlineData("prefill")]
    [InlineData("refusal-ablation")]
    [InlineData("soft-prompt")]
    public async Task Every_attack_on_weights_runs_within_its_budget(string attack)
    {
        var goals = AttackGoals.OfWorld(2, 1);
        await using var model = CheckpointConnection.Open(AlignmentModel.Find(TinyWorld.Model), "tiny", [], threads: 1);
        using var judge = AttackJudge.Of(AttackGoals.World, null, "");
        using var white = new WhiteBoxModels(goals, 1);
        var task = AttackTask.Of(goals, [AttackList.Get(attack)], new AttackSettings(3, Steps: 4), judge, null, white);
        var result = await Evaluations.RunAsync(task, model, new RunSettings { MaxTokens = 32 });
        result.Samples.Count.ShouldBe(2);
        result.Samples.ShouldAllBe(s => s.Scores[AttackVerdict.Queries] >= 1 && s.Scores[AttackVerdict.Queries] <= 3 && s.Scores[AttackVerdict.Error] == 0);
    }
}

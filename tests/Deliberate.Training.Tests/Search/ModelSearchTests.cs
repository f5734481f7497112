using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Searches with a small random model: what they cost, that problems do not touch each other, that nothing depends on the batch.</summary>
public sealed class ModelSearchTests : IDisposable
{
    private readonly Device _device = Device.Cpu(1);
    private readonly ITaskFamily _family = FamilyRegistry.Get("arithmetic");
    private readonly ProblemSet _set;
    private readonly ProblemEncoder _encoder;
    private readonly LanguageModel _model;

    public ModelSearchTests()
    {
        _set = new ProblemSet(_family, 2);
        _encoder = new ProblemEncoder(ProblemEncoder.FormatFor(_family));
        _model = new LanguageModel(_device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = _encoder.Tokenizer.VocabularySize,
            HiddenSize = 16,
            IntermediateSize = 32,
            LayerCount = 2,
            HeadCount = 2,
            KeyValueHeadCount = 2,
            HeadSize = 8,
            MaxPositions = 160,
            TieWordEmbeddings = true,
        });
        _model.Initialise(1);
        _model.Pack(training: false);
    }

    public void Dispose()
    {
        _model.Dispose();
        _set.Dispose();
        _device.Dispose();
    }

    [Theory]
    [InlineData("majority")]
    [InlineData("best-of-n")]
    [InlineData("weighted-vote")]
    [InlineData("beam")]
    [InlineData("lookahead")]
    [InlineData("dvts")]
    [InlineData("mcts")]
    public void A_search_is_the_same_whatever_is_searched_beside_it(string name)
    {
        var method = SearchMethods.Get(name, new SearchOptions { N = 4, Expand = 2 });
        var problems = _set.Draw(Split.Test, 3, 1);
        var together = Search(method, problems, 8);
        var alone = Search(method, problems, 1);
        for (var i = 0; i < problems.Length; i++)
        {
            var (a, b) = (together[i], alone[i]);
            (a.PolicyTokens, a.ScorerTokens, a.Answer).ShouldBe((b.PolicyTokens, b.ScorerTokens, b.Answer));
            SearchTrace.Line("", "", a).ShouldBe(SearchTrace.Line("", "", b));
            a.PolicyTokens.ShouldBeGreaterThan(0);
            SearchTrace.Nodes(a.Root).ShouldAllBe(n => n.Step.Tokens.Length > 0 && n.PathTokens <= 24);
            if (method.NeedsScores) SearchTrace.Nodes(a.Root).ShouldAllBe(n => double.IsFinite(n.Score));
        }
    }

    [Theory]
    [InlineData("best-of-n")]
    [InlineData("beam")]
    [InlineData("dvts")]
    [InlineData("mcts")]
    public void No_search_draws_more_than_its_budget(string name)
    {
        var method = SearchMethods.Get(name, new SearchOptions { N = 8, Expand = 2 });
        foreach (var tree in Search(method, _set.Draw(Split.Test, 2, 1), 8, budget: 50)) tree.PolicyTokens.ShouldBeInRange(1, 50);
    }

    [Fact]
    public void Steps_are_whole_lines_and_make_up_the_completion()
    {
        var cutter = new StepCutter(_encoder, "\n");
        var completion = ChainOfThought.Format(["1+2=3", "3*4=12"], "12");
        int[] tokens = [.. _encoder.Tokenizer.Encode(completion), _encoder.EndId];
        var steps = cutter.Cut(tokens);
        steps.Select(s => s.Text).ShouldBe(["<think>1+2=3\n", "3*4=12</think>12"]);
        steps.SelectMany(s => s.Tokens).ShouldBe(tokens);
    }

    [Fact]
    public void The_exact_scorer_finds_the_wrong_step_and_the_wrong_answer()
    {
        var problem = _set.Draw(Split.Test, 1, 1)[0];
        var random = new Core.RandomStream(1, Core.StreamStage.Test);
        var worked = _family.Write(problem, Writer.Careful, ref random);
        SearchStep[] Steps(string answer) => [.. worked.Steps.Select((s, i) => new SearchStep((i == 0 ? "<think>" : "") + s + (i + 1 < worked.Steps.Count ? "\n" : $"</think>{answer}"), [1]))];
        var scorer = new FamilyStepScorer(_family);
        double[] Score(SearchStep[] steps) => scorer.Score([new StepPath(problem, [], steps, 0)], CancellationToken.None)[0].Scores;
        Score(Steps(worked.Answer)).ShouldAllBe(s => s == 1);
        Score(Steps(worked.Answer + "1"))[^1].ShouldBe(0);
        var wrong = Steps(worked.Answer);
        wrong[0] = new SearchStep("<think>1+1=3\n", [1]);
        Score(wrong)[0].ShouldBe(0);
    }

    private SearchTree[] Search(ISearchMethod method, Problem[] problems, int slots, long budget = 0)
    {
        var drawing = new SearchDrawing(24, 8, new SamplingOptions(), "\n", Seed: 3);
        using var space = new ModelSearchSpace(_model, _encoder, (tree, text) => _set.AnswerOf(text, truncated: false, _encoder.ThoughtOpenedBy(tree.Problem)), method.NeedsScores ? new FamilyStepScorer(_family) : null, drawing, slots, problems.Max(p => _encoder.Prompt(p).Length));
        SearchTree[] trees = [.. problems.Select((p, i) => new SearchTree(p, i, budget))];
        SearchRunner.Run(method, space, trees, together: slots > 1 ? int.MaxValue : 1);
        return trees;
    }
}

using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>A head that reads the model's surprise: its numbers and gradients, the same bits wherever it is read, and whoever does not know of it refuses it.</summary>
public sealed class SurpriseHeadTests : IClassFixture<RewardModelRunTests.ArithmeticBase>
{
    private static readonly int[] Text = [1, 5, 7, 9, 2, 11, 3, 8, 6, 4];
    private static readonly StepMarks Steps = new(3, [5, 9], 1);

    private readonly RewardModelRunTests.ArithmeticBase _base;

    public SurpriseHeadTests(RewardModelRunTests.ArithmeticBase arithmetic) => _base = arithmetic;

    [Fact]
    public void Features_are_those_of_the_step_and_of_the_solution_so_far()
    {
        double[] words = [-9, -9, -9, -1, -3, -7, -0.5, -12, -0.25, -8];
        double[][] rows = [.. SurpriseFeatures.Of(words, Steps).Chunk(SurpriseFeatures.Count)];
        // The problem surprises nobody, and neither does what separates steps.
        rows[2].ShouldAllBe(f => f == 0);
        (rows[5][0], rows[5][1], rows[5][5]).ShouldBe((0, 0.3, 4.0 / 20));
        // A step begins anew, a solution does not; more than ten nats are ten.
        (rows[6][1], rows[6][2], rows[6][6]).ShouldBe((0.05, 0.3, 4.5 / 40));
        (rows[7][0], rows[7][1], rows[9][2]).ShouldBe((1, 1, 1));
        rows[7][3].ShouldBe(1, 1e-12);
        rows[6][3].ShouldBe(Math.Log(5001) / Math.Log(100001), 1e-12);
    }

    [Fact]
    public void Values_are_products_with_hidden_state_and_features_and_gradients_are_differences()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device);
        using var graph = new HeadGraph(model, 64, 4, 64);
        double[] upstream = [.. Enumerable.Range(0, 2 * Text.Length).Select(i => i < 6 ? 0 : Math.Sin(i))];
        double Loss() => Outputs(graph, Text).Zip(upstream, (v, u) => v * u).Sum();
        Loss();
        model.Parameters.Gradients.Clear(0, model.Parameters.BufferLength);
        graph.Backward(upstream);
        var gradients = new float[model.Parameters.BufferLength];
        model.Parameters.Gradients.Read(0, gradients);
        var (weight, bias) = (model.Parameters[OutputHead.WeightName], model.ScoreBias!);
        // Of the hidden state, of each feature, and of the bias.
        int[] columns = [0, 3, .. Enumerable.Range(16, SurpriseFeatures.Count)];
        foreach (var at in columns.Select(c => weight.Offset + c).Concat(columns.Select(c => weight.Offset + weight.Columns + c)).Append(bias.Offset))
        {
            var value = new float[1];
            model.Parameters.Values.Read(at, value);
            double Moved(float by)
            {
                model.Parameters.Values.Write(at, [value[0] + by]);
                return Loss();
            }

            const float Step = 1f / 64;
            var slope = (Moved(Step) - Moved(-Step)) / (2 * Step);
            Moved(0);
            slope.ShouldBe(gradients[at], (1e-4 * Math.Abs(gradients[at])) + 1e-5);
        }

        // Nothing below the head takes any.
        gradients.Take((int)model.Parameters["model.norm.weight"].Offset).ShouldAllBe(g => g == 0);
    }

    [Fact]
    public void Training_and_search_have_the_same_bits_however_the_text_is_read()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device);
        int[] rows = [.. Enumerable.Range(3, Text.Length - 3)];
        double[] alone;
        using (var graph = new HeadGraph(model, 64, 4, 64)) alone = Outputs(graph, Text)[6..];
        // Beside another sequence.
        using (var graph = new HeadGraph(model, 64, 4, 64)) Outputs(graph, [1, 3, 3], Text)[(6 + 6)..].ShouldBe(alone);
        // Whole, token by token in pieces, behind what was read before, and after forgetting it.
        foreach (var tokens in new[] { 64, 3 })
        {
            using var reader = new HeadReader(model, 64, tokens);
            double[] Read(int[] at, int until) => [.. reader.Read([new HeadText(Text[..until], at) { Steps = Steps with { Ends = [.. Steps.Ends.Where(e => e < until)] } }]).Outputs[0].SelectMany(o => o)];
            Read(rows, Text.Length).ShouldBe(alone);
            reader.Forget();
            Read([5], 6).ShouldBe(alone[4..6]);
            var (outputs, read) = reader.Read([new HeadText(Text, [9]) { Steps = Steps }]);
            outputs[0][0].ShouldBe(alone[^2..]);
            // What is new, and the token before it.
            read[0].ShouldBe(5);
            reader.Forget();
            Read([9], Text.Length).ShouldBe(alone[^2..]);
        }
    }

    [Theory]
    [InlineData("process")]
    [InlineData("outcome")]
    public void A_run_learns_it_and_a_search_reads_it(string kind)
    {
        var folder = _base.Run($"reward_model: {{ kind: {kind}, surprise: true }}", _base.Labels, epochs: 6);
        var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Select(r => r.Values.ToDictionary(v => v.Key, v => v.Value)).ToArray();
        metrics[^1]["sft/loss"].ShouldBeLessThan(metrics[0]["sft/loss"]);
        var final = new RunFolder(folder).Checkpoint(RunFolder.Final);
        using var device = Device.Cpu(1);
        using var policy = PretrainedModel.Open(_base.Checkpoint);
        using var weights = policy.LoadWeights(device, WeightStorage.F32);
        var encoder = new ProblemEncoder(policy.Text);
        using var scorer = RewardScorers.Open(final, encoder, device, 100, NeutralSteps.Positive, new PolicyInMemory(weights, _base.Checkpoint));
        var problem = FamilyRegistry.Get("arithmetic").Generate(Split.Test, 2, 1, 0);
        SearchStep[] steps = [.. new[] { "<think>1+1=2\n", "2+2=4\n" }.Select(t => new SearchStep(t, encoder.Tokenizer.Encode(t)))];
        var found = scorer.Score([new StepPath(problem, encoder.Prompt(problem), steps, 0)], CancellationToken.None)[0].Scores;
        // A judge of whole solutions says the same of the steps.
        using (var judge = RewardModelJudge.Open(final, device))
            judge.Judge([new SolutionText(problem.Prompt, ["1+1=2", "2+2=4"])])[0]!.Select(s => s.Score(NeutralSteps.Positive)).ShouldBe(found);
        // Step after step, behind what was read, too.
        scorer.Forget();
        scorer.Score([new StepPath(problem, encoder.Prompt(problem), steps[..1], 0)], CancellationToken.None)[0].Scores[0].ShouldBe(found[0]);
        scorer.Score([new StepPath(problem, encoder.Prompt(problem), steps, 1)], CancellationToken.None)[0].Scores[0].ShouldBe(found[1]);
    }

    [Fact]
    public void Whoever_does_not_know_of_it_refuses_it()
    {
        var final = new RunFolder(_base.Run("reward_model: { kind: process, surprise: true }", _base.Labels, epochs: 1)).Checkpoint(RunFolder.Final);
        // Programs that know format 1 read no further; transformers and older programs see another shape than their configuration implies.
        File.ReadAllText(Path.Combine(final, RewardModelFile.FileName)).ShouldContain("\"format_version\": 2");
        using (var opened = PretrainedModel.Open(final, headed: true))
        {
            var asOthers = opened.Configuration with { OutputHead = opened.Configuration.OutputHead! with { ReadsSurprise = false } };
            Should.Throw<UserError>(() => ParameterNames.Check(asOthers, opened.Weights)).Message.ShouldContain("shape");
        }

        using (var text = TextModel.Open(_base.Checkpoint))
            Should.Throw<UserError>(() => text.LoadHead(final)).Message.ShouldContain("surprise");

        // A description that does not belong to the weights, and numbers of another program.
        File.WriteAllText(Path.Combine(final, RewardModelFile.FileName), File.ReadAllText(Path.Combine(final, RewardModelFile.FileName)).Replace("\"surprise\": true", "\"surprise\": false", StringComparison.Ordinal));
        using var device = Device.Cpu(1);
        using var policy = PretrainedModel.Open(_base.Checkpoint);
        Should.Throw<UserError>(() => RewardScorers.Open(final, new ProblemEncoder(policy.Text), device, 100, NeutralSteps.Positive)).Message.ShouldContain("neither");
        var config = Path.Combine(final, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"deliberate_surprise_features\": 7", "\"deliberate_surprise_features\": 8", StringComparison.Ordinal));
        Should.Throw<UserError>(() => PretrainedModel.Open(final, headed: true)).Message.ShouldContain("newer");
    }

    /// <summary>Outputs of all rows of sequences that stand in one batch, the last of which has the steps.</summary>
    private static double[] Outputs(HeadGraph graph, params int[][] sequences)
    {
        graph.Batch.Clear();
        List<HeadGraph.Solution> solutions = [];
        foreach (var sequence in sequences)
        {
            var steps = sequence.Length > Steps.First ? Steps : new StepMarks(1, [], 0);
            solutions.Add(new HeadGraph.Solution(graph.Batch.AddSequence(sequence, steps.First, sequence.Length), sequence.Length, steps));
        }

        return graph.ForwardRows(solutions).ToArray();
    }

    private static LanguageModel Model(Device device)
    {
        var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = 13,
            HiddenSize = 16,
            IntermediateSize = 24,
            LayerCount = 2,
            HeadCount = 2,
            KeyValueHeadCount = 1,
            HeadSize = 8,
            OutputHead = new OutputHead(HeadUnit.Token, 2, ReadsSurprise: true),
        });
        model.Initialise(4);
        model.Pack(training: true);
        return model;
    }
}

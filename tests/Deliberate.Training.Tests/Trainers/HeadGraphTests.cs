using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>A head of some numbers a token: its values are the products that they are said to be, its gradients what small changes do.</summary>
public sealed class HeadGraphTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    public void Values_are_products_with_the_hidden_states_and_gradients_are_differences(int outputs, bool longSequences)
    {
        using var device = Device.Cpu(2);
        using var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = 13,
            HiddenSize = 16,
            IntermediateSize = 24,
            LayerCount = 2,
            HeadCount = 2,
            KeyValueHeadCount = 1,
            HeadSize = 8,
            OutputHead = new OutputHead(HeadUnit.Token, outputs),
        });
        model.Initialise(4);
        model.Parameters.Values.Write(model.ScoreBias!.Offset, [.. Enumerable.Range(0, outputs).Select(i => 0.3f + i)]);
        model.Pack(training: true);
        using var graph = new HeadGraph(model, 256, 8, 128);
        var stream = new RandomStream(2, StreamStage.Test);
        var length = longSequences ? 100 : 5;
        int[][] sequences = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, length).Select(_ => stream.Next(13)).ToArray())];
        double[] upstream = [.. Enumerable.Range(0, 2 * length * outputs).Select(_ => stream.NextNormal())];

        double Loss()
        {
            graph.Batch.Clear();
            foreach (var sequence in sequences) graph.Batch.AddSequence(sequence, length, length);
            double sum = 0;
            for (var o = 0; o < outputs; o++)
            {
                var values = graph.Forward(o);
                for (var row = 0; row < values.Length; row++) sum += upstream[(row * outputs) + o] * values[row];
            }

            return sum;
        }

        Loss();
        model.Parameters.Gradients.Clear(0, model.Parameters.BufferLength);
        graph.Backward(upstream);
        var gradients = new float[model.Parameters.BufferLength];
        model.Parameters.Gradients.Read(0, gradients);
        // The bias of an output moves its value on every row.
        for (var o = 0; o < outputs; o++) gradients[model.ScoreBias.Offset + o].ShouldBe((float)Enumerable.Range(0, 2 * length).Sum(row => upstream[(row * outputs) + o]), 1e-3f);
        foreach (var name in new[] { OutputHead.WeightName, "model.norm.weight", "model.layers.0.mlp.down_proj.weight", "model.embed_tokens.weight" })
        {
            var parameter = model.Parameters[name];
            // The largest slope of it: in single precision the small ones drown.
            var at = Enumerable.Range(0, (int)parameter.Length).MaxBy(i => Math.Abs(gradients[parameter.Offset + i])) + parameter.Offset;
            var value = new float[1];
            model.Parameters.Values.Read(at, value);
            double Moved(float by)
            {
                model.Parameters.Values.Write(at, [value[0] + by]);
                model.Pack(training: true);
                return Loss();
            }

            const float Step = 2e-3f;
            var slope = (Moved(Step) - Moved(-Step)) / (2 * Step);
            Moved(0);
            slope.ShouldBe(gradients[at], 0.02 * Math.Abs(gradients[at]) + 1e-3, name);
        }
    }

    [Fact]
    public void Heads_are_written_under_the_names_of_transformers()
    {
        var token = new OutputHead(HeadUnit.Token, 2);
        var last = new OutputHead(HeadUnit.LastToken, 1);
        token.ClassName("Qwen3ForCausalLM").ShouldBe("Qwen3ForTokenClassification");
        last.ClassName("LlamaForCausalLM").ShouldBe("LlamaForSequenceClassification");
        // transformers gives a head of sequences no bias.
        (token.HasBias, last.HasBias).ShouldBe((true, false));
    }
}

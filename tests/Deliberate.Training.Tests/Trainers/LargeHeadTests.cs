using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>The head of a vocabulary that is large enough for the workers to share it out.</summary>
public sealed class LargeHeadTests
{
    private const int Vocabulary = 16_500, Hidden = 256;

    [Fact]
    public void Statistics_and_gradients_are_those_of_the_kernels_to_the_bit_whatever_the_threads()
    {
        double[]? expected = null;
        foreach (var (threads, isLean) in new[] { (1, false), (2, false), (3, true) })
        {
            using var device = Device.Cpu(threads);
            using var model = Model(device, isLean);
            using var graph = Filled(model);
            LargeHead.Is(graph.Head.Weight).ShouldBeTrue();
            model.Parameters.Gradients.Clear(0, model.Parameters.BufferLength);
            graph.Forward();
            var forward = Statistics(graph);
            graph.Head.Backward();
            Statistics(graph).ShouldBe(forward);
            var gradient = graph.Hidden.Gradient!;
            double[] found = [.. forward, .. Read(gradient, (long)graph.Batch.Tokens * graph.Hidden.Stride), .. Read(model.Parameters.Gradients, model.Parameters.BufferLength)];
            expected ??= Directly(graph, forward);
            found.ShouldBe(expected, $"{threads} threads, lean {isLean}");
        }
    }

    [Fact]
    public void Rows_without_a_target_are_left_out_and_nothing_else_changes()
    {
        using var device = Device.Cpu(2);
        using var model = Model(device, isLean: false);
        using var graph = Filled(model);
        var results = new List<double[]>();
        foreach (var onlyTargets in new[] { false, true })
        {
            model.Parameters.Gradients.Clear(0, model.Parameters.BufferLength);
            graph.Head.OnlyTargets = onlyTargets;
            graph.Forward();
            var statistics = Statistics(graph);
            unsafe
            {
                for (var row = 0; row < graph.Batch.Tokens; row++)
                {
                    if (graph.Batch.Targets.I32[row] >= 0) continue;
                    statistics[(4 * row) + 1].ShouldBe(onlyTargets ? 0 : Math.Log(Vocabulary), 0.1);
                    for (var i = 1; i < 4; i++) statistics[(4 * row) + i] = 0;
                }
            }

            graph.Backward();
            results.Add([.. statistics, .. Read(model.Parameters.Gradients, model.Parameters.BufferLength)]);
        }

        results[1].ShouldBe(results[0]);
    }

    /// <summary>The gradients as a worker alone would make them, all rows at once.</summary>
    private static double[] Directly(TrainingGraph graph, double[] statistics)
    {
        var (model, device, rows) = (graph.Model, graph.Model.Device, new Rows(0, graph.Batch.Tokens));
        model.Parameters.Gradients.Clear(0, model.Parameters.BufferLength);
        var stride = Tensor.PaddedStride(Vocabulary);
        using DeviceBuffer nothing = device.Allocate(0), gradient = device.Allocate((long)rows.Count * stride), again = device.Allocate(rows.Count * 4L);
        var logits = new Tensor(Vocabulary, nothing) { Gradient = gradient };
        var kernels = device.Kernels;
        var kept = new Tensor(4, again, stride: 4);
        kernels.LogProbabilityBackward(graph.Hidden, model.Head, new LogitShape(1 / 0.8), graph.Batch.Targets, kept, graph.Head.Upstream, logits, 0, rows);
        kernels.LinearBackward(graph.Hidden, model.Head, logits, 0, rows, add: false, Share.Whole);
        kernels.LinearWeightGradient(graph.Hidden, model.Head, null, logits, 0, rows, Share.Whole);
        Read(again, rows.Count * 4L).ShouldBe(statistics);
        return [.. statistics, .. Read(graph.Hidden.Gradient!, (long)rows.Count * graph.Hidden.Stride), .. Read(model.Parameters.Gradients, model.Parameters.BufferLength)];
    }

    private static LanguageModel Model(Device device, bool isLean)
    {
        var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = Vocabulary,
            HiddenSize = Hidden,
            IntermediateSize = 32,
            LayerCount = 1,
            HeadCount = 4,
            KeyValueHeadCount = 1,
            HeadSize = 8,
            TieWordEmbeddings = true,
        });
        model.Initialise(3);
        if (isLean) model.BecomeLean();
        model.Pack(training: true);
        return model;
    }

    /// <summary>A graph with two sequences of random tokens, of which the first has no targets at its beginning, and an upstream for those that have.</summary>
    private static TrainingGraph Filled(LanguageModel model)
    {
        var graph = new TrainingGraph(model, 64, 4, 64);
        var random = new RandomStream(1, StreamStage.Test);
        graph.Head.Temperature = 0.8;
        foreach (var (length, first) in new[] { (31, 20), (24, 1) })
        {
            var tokens = new int[length];
            for (var i = 0; i < length; i++) tokens[i] = random.Next(Vocabulary);
            graph.Batch.AddSequence(tokens, first, length);
        }

        unsafe
        {
            for (var row = 0; row < graph.Batch.Tokens; row++)
                if (graph.Batch.Targets.I32[row] >= 0) graph.Head.Upstream.Value.Write(2L * row, [random.NextNormal(), 0.1 * random.NextNormal()]);
        }

        return graph;
    }

    private static double[] Statistics(TrainingGraph graph) => Read(graph.Head.Statistics.Value, 4L * graph.Batch.Tokens);

    private static double[] Read(DeviceBuffer buffer, long count)
    {
        var values = new double[count];
        buffer.Read(0, values.AsSpan());
        return values;
    }
}

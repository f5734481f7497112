using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Tiny models to learn from one another.</summary>
internal static class Distillates
{
    /// <summary>Further apart than random weights are, so that there is something to learn.</summary>
    public static LanguageModel Model(Device device, int vocabulary, int hidden, int layers, ulong seed)
    {
        var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = 2 * hidden,
            LayerCount = layers,
            HeadCount = 2,
            KeyValueHeadCount = 1,
            HeadSize = hidden / 2,
        });
        model.Initialise(seed);
        var embedding = model.Parameters["model.embed_tokens.weight"];
        var values = new double[embedding.Length];
        model.Parameters.Values.Read(embedding.Offset, values.AsSpan());
        model.Parameters.Values.Write(embedding.Offset, [.. values.Select(v => 20 * v)]);
        model.Pack(training: true);
        return model;
    }

    public static double[] Weights(LanguageModel model)
    {
        var values = new double[model.Parameters.BufferLength];
        model.Parameters.Values.Read(0, values.AsSpan());
        return values;
    }

    /// <summary>Of the last token of each example.</summary>
    public static double[] LogProbabilities(TrainingGraph graph, IReadOnlyList<SupervisedExample> examples, double temperature)
    {
        PolicySample[] samples = [.. examples.Select(e => new PolicySample(e.Tokens[..e.FirstTarget], new Rollout(e.Tokens[e.FirstTarget..], [0], [0], FinishReason.Length), 0))];
        var logp = new double[samples.Length];
        new PolicyScorer(graph, temperature).Score(samples, PolicyScorer.Offsets(samples), logp, []);
        return logp;
    }
}

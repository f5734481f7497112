using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Interop.Tests;

/// <summary>What this engine says of the same tokens.</summary>
internal static class Ours
{
    /// <summary>Logits [tokens][vocabulary], as the model has them: capped where it caps.</summary>
    public static double[][] Logits(LanguageModel model, int[] ids)
    {
        using var graph = new TrainingGraph(model, ids.Length, 1, ids.Length, training: false);
        graph.Batch.AddSequence(ids, 1, ids.Length);
        graph.Forward();
        var (device, vocabulary, hidden) = (model.Device, model.Configuration.VocabularySize, graph.Hidden);
        using var value = device.Allocate(Tensor.PaddedStride(vocabulary));
        var logits = new double[ids.Length][];
        for (var row = 0; row < ids.Length; row++)
        {
            var input = new Tensor(hidden.Columns, hidden.Value, hidden.Offset + ((long)row * hidden.Stride), hidden.Stride);
            device.Kernels.Linear(input, model.Head, null, null, new Tensor(vocabulary, value), new Rows(0, 1), Share.Whole);
            logits[row] = new double[vocabulary];
            value.Read(0, logits[row]);
            if (model.Configuration.LogitSoftCap is { } cap) logits[row] = [.. logits[row].Select(z => cap * Math.Tanh(z / cap))];
        }

        return logits;
    }

    /// <summary>The most likely tokens after a prompt, and by how much each led.</summary>
    public static (int[] Ids, double[] Margins) Greedy(LanguageModel model, int[] prompt, int count)
    {
        using var sampler = new Sampler(model, 1, prompt.Length + count);
        var ids = sampler.Sample([new SampleRequest(prompt, count, [new RandomStream(1, StreamStage.Sampling)])], new SamplingOptions { Temperature = 0 }, [])[0][0].Tokens;
        var logits = Logits(model, [.. prompt, .. ids]);
        return (ids, [.. ids.Select((id, i) =>
        {
            var row = logits[prompt.Length - 1 + i];
            return row[id] - row.Where((_, v) => v != id).Max();
        })]);
    }

    /// <summary>Mean of -log p of all tokens but the first, nats.</summary>
    public static double Loss(LanguageModel model, int[] ids)
    {
        using var scorer = new TextScorer(model, [], ids.Length, 1);
        return -scorer.Score([ids])[0].Skip(1).Average();
    }

    /// <inheritdoc cref="Loss(LanguageModel, int[])"/>
    public static double Loss(float[][] logits, int[] ids) => Enumerable.Range(1, ids.Length - 1).Average(t =>
    {
        var row = logits[t - 1];
        var most = row.Max();
        return most + Math.Log(row.Sum(z => Math.Exp(z - most))) - row[ids[t]];
    });
}

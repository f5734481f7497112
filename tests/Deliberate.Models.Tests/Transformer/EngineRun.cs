using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>Runs sequences, packed into one batch, through the engine as training does; gives logits and log-probabilities of every position.</summary>
internal sealed class EngineRun : IDisposable
{
    private readonly LanguageModel _model;
    private readonly TrainingGraph _graph;
    private readonly int[] _rows;
    private readonly double[] _statistics;

    public EngineRun(LanguageModel model, params int[][] sequences)
    {
        _model = model;
        _graph = new TrainingGraph(model, sequences.Sum(s => s.Length), sequences.Length, sequences.Max(s => s.Length), training: false);
        _rows = [.. sequences.Select(s => _graph.Batch.AddSequence(s, 1, s.Length))];
        _graph.Forward();
        _statistics = new double[4 * _graph.Batch.Tokens];
        _graph.Head.Statistics.Value.Read(0, _statistics);
    }

    /// <summary>log p(ids[t + 1] | ids[..t]) of a sequence, nats.</summary>
    public double LogProbability(int sequence, int position) => _statistics[4 * (_rows[sequence] + position)];

    /// <summary>Logits [vocabulary] at a position of a sequence.</summary>
    public double[] Logits(int sequence, int position)
    {
        var (device, vocabulary) = (_model.Device, _model.Configuration.VocabularySize);
        using var value = device.Allocate(Tensor.PaddedStride(vocabulary));
        var hidden = _graph.Hidden;
        var row = new Tensor(hidden.Columns, hidden.Value, hidden.Offset + ((long)(_rows[sequence] + position) * hidden.Stride), hidden.Stride);
        device.Kernels.Linear(row, _model.Adapter?.Head ?? _model.Head, null, null, new Tensor(vocabulary, value), new Rows(0, 1), Share.Whole);
        var logits = new double[vocabulary];
        value.Read(0, logits);
        return _model.Configuration.LogitSoftCap is { } cap ? [.. logits.Select(z => cap * Math.Tanh(z / cap))] : logits;
    }

    /// <summary>The most likely tokens after each prompt, no token ending a text.</summary>
    public static int[][] Greedy(LanguageModel model, IReadOnlyList<(int[] Prompt, int Count)> prompts)
    {
        using var sampler = new Sampler(model, prompts.Count, prompts.Max(p => p.Prompt.Length + p.Count));
        var requests = prompts.Select(p => new SampleRequest(p.Prompt, p.Count, [new RandomStream(1, StreamStage.Sampling)])).ToArray();
        return [.. sampler.Sample(requests, new SamplingOptions { Temperature = 0 }, []).Select(r => r[0].Tokens)];
    }

    public void Dispose() => _graph.Dispose();
}

using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A model's tape with its <see cref="OutputHead"/>, for a number of tokens at a time: the head's numbers forward, gradients of all weights
/// backward. Of a head of sequences the caller reads the last rows. A head that reads the surprise is told where the steps of the batch
/// stand, and learns alone.
/// </summary>
internal sealed class HeadGraph : IDisposable
{
    private readonly double[] _rows;
    private readonly Tensor? _outputs;
    private readonly SurpriseHead? _surprise;
    private readonly double[] _inputs = [];

    public HeadGraph(LanguageModel model, int tokenCapacity, int segmentCapacity, int positions, bool training = true)
    {
        Model = model;
        Record = new StepRecord(model.Device);
        if (training) model.Parameters.MakeGradients();
        Tape = new Tape(model.Device, tokenCapacity, segmentCapacity, training);
        var hidden = model.Build(Tape, positions);
        Tape.BeginLayer();
        if (model.Configuration.OutputHead is { ReadsSurprise: true })
        {
            _surprise = new SurpriseHead(model, Tape, hidden);
            _inputs = new double[(long)tokenCapacity * _surprise.Inputs];
            _rows = new double[(long)tokenCapacity * _surprise.Outputs];
            return;
        }

        _outputs = Tape.Linear(hidden, model.Score ?? throw new ArgumentException("The model has no head but the language model's.", nameof(model)), model.ScoreBias);
        _rows = new double[(long)tokenCapacity * Outputs.Stride];
    }

    /// <summary>A sequence of the batch, whose targets are its own next tokens, and where its steps stand.</summary>
    public readonly record struct Solution(int Row, int Length, StepMarks Steps);

    public LanguageModel Model { get; }

    /// <summary>What a step keeps of the outputs until it is over.</summary>
    public StepRecord Record { get; }

    /// <summary>Whether the head is computed on the host, in a form that no device knows.</summary>
    public bool IsHosts => _surprise is not null;

    public Tape Tape { get; }

    public Batch Batch => Tape.Batch;

    /// <summary>[tokens, outputs].</summary>
    public Tensor Outputs => _outputs ?? throw new InvalidOperationException("The head reads where steps stand, and was not told.");

    /// <summary>Runs the batch and keeps its outputs for the end of the step.</summary>
    /// <returns>The record's row of the batch's first.</returns>
    public int Keep()
    {
        Tape.Forward();
        return Record.Keep(Outputs, Batch.Tokens);
    }

    /// <summary>Runs the batch.</summary>
    /// <returns>Output <paramref name="output"/> of every row, until the next call.</returns>
    public ReadOnlySpan<double> Forward(int output = 0)
    {
        Tape.Forward();
        var rows = _rows.AsSpan(0, Batch.Tokens * Outputs.Stride);
        Outputs.Value.Read(0, rows);
        for (var row = 0; row < Batch.Tokens; row++) rows[row] = rows[(row * Outputs.Stride) + output];
        return rows[..Batch.Tokens];
    }

    /// <summary>Runs the batch.</summary>
    /// <returns>All outputs, <c>[tokens, outputs]</c> row by row, until the next call.</returns>
    public ReadOnlySpan<double> ForwardRows()
    {
        Tape.Forward();
        var rows = _rows.AsSpan(0, Batch.Tokens * Outputs.Stride);
        Outputs.Value.Read(0, rows);
        for (var row = 1; row < Batch.Tokens; row++) rows.Slice(row * Outputs.Stride, Outputs.Columns).CopyTo(rows[(row * Outputs.Columns)..]);
        return rows[..(Batch.Tokens * Outputs.Columns)];
    }

    /// <summary>Runs the batch with a head that reads the surprise; with another it is <see cref="ForwardRows()"/>.</summary>
    /// <param name="solutions">All sequences of the batch.</param>
    /// <returns>All outputs, <c>[tokens, outputs]</c> row by row, zeros before a solution begins, until the next call.</returns>
    public ReadOnlySpan<double> ForwardRows(IReadOnlyList<Solution> solutions)
    {
        if (_surprise is not { } head) return ForwardRows();
        Tape.Forward();
        var words = new double[Batch.Tokens];
        head.LogProbabilities(words);
        var (weights, width) = (head.Now(), head.Inputs - SurpriseFeatures.Count);
        _inputs.AsSpan(0, Batch.Tokens * head.Inputs).Clear();
        _rows.AsSpan(0, Batch.Tokens * head.Outputs).Clear();
        foreach (var (first, length, steps) in solutions)
        {
            // What a row is asked for is the token behind it.
            var known = new double[length];
            words.AsSpan(first, length - 1).CopyTo(known.AsSpan(1));
            var features = SurpriseFeatures.Of(known, steps);
            for (var t = steps.First; t < length; t++)
            {
                var inputs = _inputs.AsSpan((first + t) * head.Inputs, head.Inputs);
                head.Hidden(first + t, inputs);
                features.AsSpan(t * SurpriseFeatures.Count, SurpriseFeatures.Count).CopyTo(inputs[width..]);
                weights.Apply(inputs, _rows.AsSpan((first + t) * head.Outputs, head.Outputs));
            }
        }

        return _rows.AsSpan(0, Batch.Tokens * head.Outputs);
    }

    /// <summary>Adds to the gradients of all weights, or of the head alone where it reads the surprise.</summary>
    /// <param name="upstream">d loss / d output, <c>[tokens, outputs]</c> row by row.</param>
    public void Backward(ReadOnlySpan<double> upstream)
    {
        if (_surprise is { } head)
        {
            head.AddGradients(_inputs.AsSpan(0, Batch.Tokens * head.Inputs), upstream);
            return;
        }

        var rows = _rows.AsSpan(0, Batch.Tokens * Outputs.Stride);
        rows.Clear();
        for (var row = 0; row < Batch.Tokens; row++) upstream.Slice(row * Outputs.Columns, Outputs.Columns).CopyTo(rows[(row * Outputs.Stride)..]);
        Outputs.Gradient!.Write(0, rows);
        Backward();
    }

    /// <summary>The same where the outputs' gradient stands already.</summary>
    public void Backward()
    {
        // A head that is trained alone: nothing below it takes a gradient.
        if (Model.Adapter is null && Model.Parameters.Parameters.All(p => p.Frozen || p.Name is OutputHead.WeightName or OutputHead.BiasName)) Tape.Backward(layers: 1);
        else Tape.Backward();
    }

    public void Dispose()
    {
        Record.Dispose();
        _surprise?.Dispose();
        Tape.Dispose();
    }
}

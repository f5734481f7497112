using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A model's tape with its <see cref="OutputHead"/>, for a number of tokens at a time: the head's numbers forward, gradients of all weights
/// backward. Of a head of sequences the caller reads the last rows.
/// </summary>
internal sealed class HeadGraph : IDisposable
{
    private readonly double[] _rows;

    public HeadGraph(LanguageModel model, int tokenCapacity, int segmentCapacity, int positions, bool training = true)
    {
        Model = model;
        if (training) model.Parameters.MakeGradients();
        Tape = new Tape(model.Device, tokenCapacity, segmentCapacity, training);
        var hidden = model.Build(Tape, positions);
        Tape.BeginLayer();
        Outputs = Tape.Linear(hidden, model.Score ?? throw new ArgumentException("The model has no head but the language model's.", nameof(model)), model.ScoreBias);
        _rows = new double[(long)tokenCapacity * Outputs.Stride];
    }

    public LanguageModel Model { get; }

    public Tape Tape { get; }

    public Batch Batch => Tape.Batch;

    /// <summary>[tokens, outputs].</summary>
    private Tensor Outputs { get; }

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

    /// <summary>Adds to the gradients of all weights.</summary>
    /// <param name="upstream">d loss / d output, <c>[tokens, outputs]</c> row by row.</param>
    public void Backward(ReadOnlySpan<double> upstream)
    {
        var rows = _rows.AsSpan(0, Batch.Tokens * Outputs.Stride);
        rows.Clear();
        for (var row = 0; row < Batch.Tokens; row++) upstream.Slice(row * Outputs.Columns, Outputs.Columns).CopyTo(rows[(row * Outputs.Stride)..]);
        Outputs.Gradient!.Write(0, rows);
        // A head that is trained alone: nothing below it takes a gradient.
        if (Model.Adapter is null && Model.Parameters.Parameters.All(p => p.Frozen || p.Name is OutputHead.WeightName or OutputHead.BiasName)) Tape.Backward(layers: 1);
        else Tape.Backward();
    }

    public void Dispose() => Tape.Dispose();
}

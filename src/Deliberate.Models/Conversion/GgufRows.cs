using System.Numerics.Tensors;

namespace Deliberate.Models;

/// <summary>The rows of one parameter as a GGUF file holds them: what <see cref="GgufWeights"/> undoes. A vector has rows of one element where rows move, else one row.</summary>
internal sealed class GgufRows
{
    private readonly ITensorSource _source;
    private readonly string _name;
    private readonly int _headSize;
    private readonly bool _countsFromOne;
    private readonly float _factor;

    public GgufRows(PretrainedModel model, string name)
    {
        var (c, shape) = (model.Configuration, model.Weights.Info(name).Shape);
        var architecture = Architecture.Named(c.Architecture);
        (_source, _name) = (model.Weights, name);
        _countsFromOne = architecture.NormsFromOne && name.EndsWith("norm.weight", StringComparison.Ordinal);
        var isQuery = name.Contains(".q_proj.", StringComparison.Ordinal);
        _headSize = architecture.PermutedInGguf && (isQuery || name.Contains(".k_proj.", StringComparison.Ordinal)) ? c.HeadSize : 0;
        // The norm of queries comes after their matrix, so the factor goes there where there is one.
        _factor = (c.QueryKeyNorm ? name.EndsWith(".q_norm.weight", StringComparison.Ordinal) : isQuery) ? (float)GgufModelPairs.QueryFactor(c) : 1;
        (Count, Width) = shape.Count > 1 ? (shape[0], (int)shape[1]) : _headSize > 0 ? (shape[0], 1) : (1, (int)shape[0]);
    }

    public long Count { get; }

    public int Width { get; }

    public void Read(long first, Span<float> rows)
    {
        if (_headSize == 0)
        {
            _source.Read(_name, rows, first * Width);
        }
        else
        {
            for (var i = 0; i < rows.Length / Width; i++)
            {
                var (head, inHead) = Math.DivRem(first + i, _headSize);
                var row = (head * _headSize) + (inHead % 2 * (_headSize / 2)) + (inHead / 2);
                _source.Read(_name, rows.Slice(i * Width, Width), row * Width);
            }
        }

        if (_countsFromOne) TensorPrimitives.Add(rows, 1, rows);
        if (_factor != 1) TensorPrimitives.Multiply(rows, _factor, rows);
    }
}

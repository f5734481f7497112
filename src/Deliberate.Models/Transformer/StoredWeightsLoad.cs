using System.Numerics.Tensors;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Reads the matrices of a model that only infers straight into their one copy: a panel of outputs at a time, dequantised and
/// laid out by whichever worker comes free. No second copy of the weights exists at any time.
/// </summary>
internal sealed class StoredWeightsLoad : ParallelJob
{
    private readonly Device _device;
    private readonly IReadOnlyList<LinearWeight> _weights;
    private readonly ITensorSource _source;
    private readonly int[] _firstPanel;
    private int _next;
    private UserError? _failure;

    public StoredWeightsLoad(Device device, IReadOnlyList<LinearWeight> weights, ITensorSource source)
    {
        (_device, _weights, _source) = (device, weights, source);
        _firstPanel = new int[weights.Count + 1];
        for (var i = 0; i < weights.Count; i++)
        {
            device.Kernels.PrepareStored(weights[i]);
            _firstPanel[i + 1] = _firstPanel[i] + ((weights[i].Rows + device.Kernels.StoredOutputs - 1) / device.Kernels.StoredOutputs);
        }
    }

    /// <exception cref="UserError">A weight is not finite: file and tensor are named.</exception>
    public void Run()
    {
        _next = 0;
        _device.Workers.Run(this);
        if (_failure is not null) throw _failure;
    }

    public override void Execute(int worker)
    {
        var outputs = _device.Kernels.StoredOutputs;
        var buffer = new float[outputs * _weights.Max(w => w.Columns)];
        var at = 0;
        try
        {
            for (var item = Interlocked.Increment(ref _next) - 1; item < _firstPanel[^1] && _failure is null; item = Interlocked.Increment(ref _next) - 1)
            {
                while (_firstPanel[at + 1] <= item) at++;
                var weight = _weights[at];
                var panel = item - _firstPanel[at];
                var rows = buffer.AsSpan(0, Math.Min(outputs, weight.Rows - (panel * outputs)) * weight.Columns);
                ReadRows(weight, panel * outputs, rows);
                _device.Kernels.PackStored(weight, panel, rows);
            }
        }
        catch (UserError error)
        {
            _failure = error;
        }
    }

    /// <summary>Throws where a number is not finite.</summary>
    public static void CheckFinite(ReadOnlySpan<float> values, ITensorSource source, string name)
    {
        if (TensorPrimitives.IsFiniteAll(values)) return;
        foreach (var value in values)
            if (!float.IsFinite(value)) throw new UserError($"the tensor holds {value}, which is not a finite number.", source.Path, field: name, advice: "The checkpoint is damaged, or its training diverged; use an earlier one.");
    }

    /// <summary>Outputs from first on, which may come from several of the stacked tensors.</summary>
    private void ReadRows(LinearWeight weight, int first, Span<float> rows)
    {
        var partFirst = 0;
        foreach (var part in weight.Parts)
        {
            var begin = Math.Max(first, partFirst);
            var end = Math.Min(first + (rows.Length / weight.Columns), partFirst + part.Rows);
            if (begin < end)
            {
                var piece = rows.Slice((begin - first) * weight.Columns, (end - begin) * weight.Columns);
                _source.Read(part.Name, piece, (long)(begin - partFirst) * weight.Columns);
                CheckFinite(piece, _source, part.Name);
            }

            partFirst += part.Rows;
        }
    }
}

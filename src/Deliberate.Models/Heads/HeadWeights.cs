using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>The weights of an <see cref="OutputHead"/> by themselves, over a base that is held once for all of its heads.</summary>
internal sealed class HeadWeights : IDisposable
{
    private readonly Device _device;
    private readonly ParameterStore _store;
    private readonly LinearWeight _weight;
    private readonly Parameter? _bias;
    private readonly Tensor _hidden, _outputs;

    /// <param name="device">That of the base.</param>
    /// <param name="head">What its numbers are of.</param>
    /// <param name="width">Of the base's hidden states.</param>
    /// <param name="source">Has its tensors under transformers' names.</param>
    public HeadWeights(Device device, OutputHead head, int width, ITensorSource source)
    {
        (_device, Head) = (device, head);
        _store = new ParameterStore(device);
        _weight = _store.AddLinear("score", blockMatrix: false, (OutputHead.WeightName, head.Outputs, width));
        if (head.HasBias) _bias = _store.AddVector(OutputHead.BiasName, head.Outputs);
        foreach (var parameter in _store.Parameters)
        {
            var values = new float[parameter.Length];
            source.Read(parameter.Name, values, 0);
            StoredWeightsLoad.CheckFinite(values, source, parameter.Name);
            _store.Values.Write(parameter.Offset, values);
        }

        device.Kernels.Prepare(_weight, training: false);
        device.Kernels.Pack(_weight, training: false, Share.Whole);
        (_hidden, _outputs) = (Row(width), Row(head.Outputs));
    }

    public OutputHead Head { get; }

    /// <summary>Its numbers for one hidden state [hidden]. One call at a time.</summary>
    public double[] Apply(ReadOnlySpan<double> hidden)
    {
        _hidden.Value.Write(0, hidden);
        _device.Kernels.Linear(_hidden, _weight, _bias, null, _outputs, new Rows(0, 1), Share.Whole);
        var outputs = new double[Head.Outputs];
        _outputs.Value.Read(0, outputs);
        return outputs;
    }

    public void Dispose()
    {
        _hidden.Value.Dispose();
        _outputs.Value.Dispose();
        _store.Dispose();
    }

    private Tensor Row(int columns) => new(columns, _device.Allocate(Tensor.PaddedStride(columns)));
}

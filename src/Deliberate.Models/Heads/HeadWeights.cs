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

    /// <summary>[width, outputs].</summary>
    public LinearWeight Weight => _weight;

    /// <summary>[outputs]; null without.</summary>
    public Parameter? Bias => _bias;

    /// <summary>Which weight of a model with a head is not the base's, the head itself apart.</summary>
    /// <returns>The first one's name; null where the head stands over the base as it is, and needs no other.</returns>
    public static string? DifferenceFrom(PretrainedModel headed, PretrainedModel model) =>
        ParameterNames.Of(model.Configuration).Select(p => p.Name).Where(n => n != LanguageModel.HeadName).FirstOrDefault(n =>
            !headed.Weights.Names.Contains(n) || !headed.Weights.Info(n).Shape.Equals(model.Weights.Info(n).Shape) || !AreEqual(headed.Weights, model.Weights, n));

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

    private static bool AreEqual(ITensorSource left, ITensorSource right, string name)
    {
        var count = left.Info(name).Count;
        var (ours, theirs) = (new float[Math.Min(1 << 18, count)], new float[Math.Min(1 << 18, count)]);
        for (long at = 0; at < count; at += ours.Length)
        {
            var length = (int)Math.Min(ours.Length, count - at);
            left.Read(name, ours.AsSpan(0, length), at);
            right.Read(name, theirs.AsSpan(0, length), at);
            if (!ours.AsSpan(0, length).SequenceEqual(theirs.AsSpan(0, length))) return false;
        }

        return true;
    }

    private Tensor Row(int columns) => new(columns, _device.Allocate(Tensor.PaddedStride(columns)));
}

using Deliberate.Tensors;

namespace Deliberate.Evaluation;

/// <summary>
/// A linear softmax classifier over <see cref="HashedFeatures"/>, trained on the engine: one linear operation on the tape over all rows at
/// once, AdamW with decay, a fixed number of steps from weights of 0. The gradient of the logits is p - y, rows of rare classes weighing
/// as much as those of frequent ones in all. No randomness: the same rows give the same bits, on any number of threads.
/// </summary>
internal static class HashedLinear
{
    private const int Steps = 60;

    private static readonly OptimizerOptions s_options = new() { Kind = OptimizerKind.AdamW, LearningRate = 0.03, WeightDecay = 0.02, Beta2 = 0.99, ClipNorm = 0 };

    /// <param name="device">Of the engine.</param>
    /// <param name="rows">Features of each.</param>
    /// <param name="classes">The class of each.</param>
    /// <param name="count">Number of classes.</param>
    /// <returns>[class][bucket], and a bias a class behind.</returns>
    public static float[][] Train(Device device, IReadOnlyList<(int Bucket, float Value)[]> rows, IReadOnlyList<int> classes, int count)
    {
        using var store = new ParameterStore(device);
        var weight = store.AddLinear("weight", blockMatrix: false, ("weight", count, HashedFeatures.Buckets));
        var bias = store.AddVector("bias", count);
        store.MakeGradients();
        using var tape = new Tape(device, rows.Count, rows.Count, training: true);
        tape.BeginLayer();
        var x = tape.NewTensor(HashedFeatures.Buckets, withGradient: false);
        tape.BeginLayer();
        var y = tape.NewTensor(count);
        tape.Add(new InputLinear(x, weight, bias, y));
        Fill(tape, x, rows);
        using var optimizer = new Optimizer(device, store, s_options);
        device.Kernels.Prepare(weight, training: false);
        var logits = new double[(long)rows.Count * y.Stride];
        double[] shares = [.. Enumerable.Range(0, count).Select(k => Math.Max(1, classes.Count(c => c == k)) * (double)count)];
        for (var step = 0; step < Steps; step++)
        {
            device.Kernels.Pack(weight, training: false, Share.Whole);
            tape.Forward();
            y.Value.Read(0, logits);
            for (var row = 0; row < rows.Count; row++) Upstream(logits.AsSpan(row * y.Stride, count), classes[row], shares);
            y.Gradient!.Write(0, logits);
            optimizer.ClearGradients();
            tape.Backward();
            optimizer.Step(0, 1 - (0.9 * step / Steps));
        }

        return [.. Enumerable.Range(0, count).Select(k => Read(store, weight.Parts[0], bias, k))];
    }

    /// <summary>Logits to d loss / d logit, in place.</summary>
    private static void Upstream(Span<double> logits, int label, double[] shares)
    {
        var most = double.NegativeInfinity;
        foreach (var z in logits) most = Math.Max(most, z);
        var sum = 0.0;
        foreach (var z in logits) sum += Math.Exp(z - most);
        for (var k = 0; k < logits.Length; k++) logits[k] = ((Math.Exp(logits[k] - most) / sum) - (k == label ? 1 : 0)) / shares[label];
    }

    private static float[] Read(ParameterStore store, Parameter weight, Parameter bias, int row)
    {
        var values = new float[HashedFeatures.Buckets + 1];
        store.Values.Read(weight.Offset + ((long)row * HashedFeatures.Buckets), values.AsSpan(0, HashedFeatures.Buckets));
        store.Values.Read(bias.Offset + row, values.AsSpan(HashedFeatures.Buckets));
        return values;
    }

    private static void Fill(Tape tape, Tensor x, IReadOnlyList<(int Bucket, float Value)[]> rows)
    {
        var dense = new float[x.Stride];
        for (var row = 0; row < rows.Count; row++)
        {
            Array.Clear(dense);
            foreach (var (bucket, value) in rows[row]) dense[bucket] = value;
            x.Value.Write((long)row * x.Stride, dense);
            // Each row is a sequence of one token, whose id nothing reads.
            tape.Batch.Add([0], [-1]);
        }
    }

    /// <summary>A linear operation whose input is data: nothing flows back to it.</summary>
    private sealed class InputLinear(Tensor x, LinearWeight weight, Parameter bias, Tensor y) : Operation
    {
        public override bool IsLarge => true;

        public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch) => kernels.Linear(x, weight, bias, null, y, block.Rows, Share.Whole);

        public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch)
        {
        }

        public override void WeightGradient(IKernels kernels, Batch batch, Rows rows, Share share) => kernels.LinearWeightGradient(x, weight, bias, y, 0, rows, share);
    }
}

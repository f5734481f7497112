using ILGPU;
using ILGPU.Runtime;
using Floats = ILGPU.ArrayView<float>;

namespace Deliberate.Tensors;

/// <summary>
/// Optimizers: numbers of a step are computed on the host in double, elements on the card; what depends on the gradient, its norm and what is
/// made of it, stays there too.
/// </summary>
internal sealed partial class GpuKernels
{
    private const int UpdateSlot = 1, SquareSlot = 2, PolynomialSlot = 3, NextSlot = 4;

    private readonly Lazy<Action<Index1D, Floats, Floats, int>> _sumOfSquares =
        new(() => device.Loader.Load<Floats, Floats, int>(GpuUpdateCode.SumOfSquares));

    private readonly Lazy<Action<Index1D, Floats, float>> _scale =
        new(() => device.Loader.Load<Floats, float>(GpuUpdateCode.Scale));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, Floats, Floats, AdamWNumbers>> _adamW =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, Floats, Floats, AdamWNumbers>(GpuUpdateCode.AdamW));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, SgdNumbers>> _sgd =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, SgdNumbers>(GpuUpdateCode.Sgd));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, int, int, int, float, float, int>> _momentum =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, int, int, int, float, float, int>(GpuUpdateCode.Momentum));

    private readonly Lazy<Action<Index1D, Floats, Floats, float>> _addScaled =
        new(() => device.Loader.Load<Floats, Floats, float>(GpuUpdateCode.AddScaled));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, int, int, int, float, float>> _apply =
        new(() => device.Loader.Load<Floats, Floats, Floats, int, int, int, float, float>(GpuUpdateCode.Apply));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, Floats, Floats, int, int, int, int, int, float>> _magnitudes =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, Floats, Floats, int, int, int, int, int, float>(GpuUpdateCode.Magnitudes));

    public double SumOfSquares(DeviceBuffer buffer, long offset, long length)
    {
        using var held = device.Gate.EnterScope();
        return SumOfSquares(View(buffer, offset), checked((int)length));
    }

    public void Scale(DeviceBuffer buffer, long offset, long length, double factor)
    {
        using var held = device.Gate.EnterScope();
        if (length > 0) _scale.Value(checked((int)length), View(buffer, offset), (float)factor);
    }

    public void AdamW(in AdamWStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer first, DeviceBuffer second, DeviceBuffer? maximum, long offset, long length, long moments)
    {
        using var held = device.Gate.EnterScope();
        if (length == 0) return;
        var numbers = new AdamWNumbers(
            (float)(step.LearningRate / (1 - Math.Pow(step.Beta1, step.Step))), (float)(1 / Math.Sqrt(1 - Math.Pow(step.Beta2, step.Step))), (float)step.Epsilon, (float)step.Beta1, (float)(1 - step.Beta1), (float)step.Beta2,
            (float)(1 - step.Beta2), step.DecayInGradient ? 1 : (float)(1 - (step.LearningRate * step.WeightDecay)), step.DecayInGradient ? (float)step.WeightDecay : 0, maximum is null ? 0 : 1);
        _adamW.Value(checked((int)length), View(values, offset), View(gradients, offset), View(first, moments), View(second, moments), View(maximum ?? second, moments), Decision, numbers);
    }

    public void Sgd(in SgdStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer? momentum, long offset, long length, long moments)
    {
        using var held = device.Gate.EnterScope();
        if (length == 0) return;
        var numbers = new SgdNumbers((float)step.LearningRate, (float)step.Momentum, (float)(1 - step.Dampening), (float)step.WeightDecay, momentum is null ? 0 : 1, step.Nesterov ? 1 : 0, step.FirstStep ? 1 : 0);
        _sgd.Value(checked((int)length), View(values, offset), View(gradients, offset), momentum is null ? View(gradients, offset) : View(momentum, moments), Decision, numbers);
    }

    public void Muon(in MuonStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer momentum, long offset, int rows, int columns, long moments, Scratch scratch)
    {
        using var held = device.Gate.EnterScope();
        var length = checked(rows * columns);
        var isTall = rows > columns;
        var (n, m) = isTall ? (columns, rows) : (rows, columns);
        Floats x = Scratch(UpdateSlot, length), square = Scratch(SquareSlot, (long)n * n), polynomial = Scratch(PolynomialSlot, (long)n * n), next = Scratch(NextSlot, length);
        _momentum.Value(length, View(gradients, offset), View(momentum, moments), x, Decision, rows, columns, isTall ? 1 : 0, (float)step.Momentum, (float)(1 - step.Momentum), step.Nesterov ? 1 : 0);
        var norm = Scratch(NormSlot, 2);
        Norm(x, length, norm);
        _divide.Value(length, x, norm, (float)step.Epsilon);
        for (var iteration = 0; iteration < step.Iterations; iteration++)
        {
            // A = X·Xᵀ, B = b·A + c·A², X ← a·X + B·X.
            Multiply(x, m, 1, x, 1, m, square, n, n, n, m);
            Multiply(square, n, 1, square, n, 1, polynomial, n, n, n, n, scale: (float)step.C);
            _addScaled.Value(n * n, square, polynomial, (float)step.B);
            Multiply(polynomial, n, 1, x, m, 1, next, m, n, m, n);
            _addScaled.Value(length, x, next, (float)step.A);
            (x, next) = (next, x);
        }

        _apply.Value(length, View(values, offset), x, Decision, rows, columns, isTall ? 1 : 0, (float)(1 - (step.LearningRate * step.WeightDecay)), (float)(step.LearningRate * step.Ratio));
    }

    public void PackMagnitudes(LowRankUpdate update, Share share)
    {
        using var held = device.Gate.EnterScope();
        var place = Place(update.Target);
        foreach (var part in update.Parts)
        {
            var (begin, end) = share.Of(part.Outputs);
            if (begin >= end) continue;
            _magnitudes.Value(
                end - begin, place.View.SubView((long)part.FirstOutput * place.Output), View(part.Up.Parts[0]), View(update.Down.Parts[0]).SubView((long)part.FirstRank * update.Down.Columns), View(part.Magnitude!),
                View(update.Norms!, part.FirstOutput), View(update.Factors!, part.FirstOutput), begin, update.Down.Columns, part.Rank, place.Output, place.Input, (float)part.Scale);
        }
    }

    /// <summary>Blocks in F32 on the card, their sums in double in the order of the blocks.</summary>
    private double SumOfSquares(Floats values, int length)
    {
        if (length == 0) return 0;
        var sums = new float[(length + GpuUpdateCode.SumBlock - 1) / GpuUpdateCode.SumBlock];
        var view = Scratch(0, sums.Length).SubView(0, sums.Length);
        _sumOfSquares.Value(sums.Length, values, view, length);
        GpuCopies.ToHost(device, view, sums.AsSpan());
        var sum = 0.0;
        foreach (var one in sums) sum += one;
        return sum;
    }
}

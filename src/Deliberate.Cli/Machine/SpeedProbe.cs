using System.Diagnostics;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>
/// What the engine reaches here, measured in a third of a second: y [T, N] = x [T, K] · Wᵀ with T = N = K = 512 on all workers,
/// 2·T·N·K floating-point operations each time; the best of the repetitions, since others only say what else was running.
/// </summary>
internal sealed class SpeedProbe : ParallelJob
{
    private const int Size = 512;
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(350);
    private readonly Device _device;
    private readonly LinearWeight _weight;
    private readonly Tensor _x, _y;

    private SpeedProbe(Device device, LinearWeight weight, Tensor x, Tensor y) => (_device, _weight, _x, _y) = (device, weight, x, y);

    /// <summary>Floating-point operations a second.</summary>
    public static double Measure(Device device)
    {
        using var store = new ParameterStore(device);
        var weight = store.AddLinear("probe", blockMatrix: false, ("probe", Size, Size));
        var stride = Tensor.PaddedStride(Size);
        using DeviceBuffer x = device.Allocate((long)Size * stride), y = device.Allocate((long)Size * stride);
        var values = new float[Size * Size];
        // Zeros would be too easy on the power budget.
        for (var i = 0; i < values.Length; i++) values[i] = ((i * 37 % 101) - 50) / 50f;
        store.Values.Write(0, values);
        for (var row = 0; row < Size; row++) x.Write((long)row * stride, values.AsSpan(row * Size, Size));
        device.Kernels.Prepare(weight, training: false);
        device.Kernels.Pack(weight, training: false, Share.Whole);
        var probe = new SpeedProbe(device, weight, new Tensor(Size, x), new Tensor(Size, y));
        var best = double.PositiveInfinity;
        var all = Stopwatch.StartNew();
        do
        {
            var start = Stopwatch.GetTimestamp();
            device.Workers.Run(probe);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (all.Elapsed < Budget);
        return 2.0 * Size * Size * Size / best;
    }

    public override void Execute(int worker)
    {
        var (begin, end) = new Share(worker, _device.Workers.Count).Of(Size, grain: 8);
        if (begin < end) _device.Kernels.Linear(_x, _weight, null, null, _y, new Rows(begin, end), Share.Whole);
    }
}

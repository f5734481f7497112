using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using Deliberate.Tensors;

namespace Deliberate.Microbenchmarks;

/// <summary>e^x and softmax of 4,096 floats in the first-level cache, with this machine's widest vectors.</summary>
public unsafe class ExponentialBenchmarks
{
    private const int Length = 4096;

    private Workbench _bench = null!;
    private DeviceBuffer _x = null!, _y = null!;

    [GlobalSetup]
    public void Setup()
    {
        _bench = new Workbench();
        (_x, _y) = (_bench.Buffer(Length), _bench.Buffer(Length));
    }

    [Benchmark]
    public void Exponential()
    {
        if (Vector512.IsHardwareAccelerated) Exponential<Lanes512>(_x.F32, _y.F32);
        else if (Vector256.IsHardwareAccelerated) Exponential<Lanes256>(_x.F32, _y.F32);
        else Exponential<Lanes128>(_x.F32, _y.F32);
    }

    /// <summary>With the copy of the scores that it works on.</summary>
    [Benchmark]
    public float Softmax()
    {
        Unsafe.CopyBlock(_y.F32, _x.F32, Length * sizeof(float));
        if (Vector512.IsHardwareAccelerated) return SoftmaxRow<Lanes512>.Exponentials(_y.F32, 0, Length, Length, 0.125f, 0).Sum;
        if (Vector256.IsHardwareAccelerated) return SoftmaxRow<Lanes256>.Exponentials(_y.F32, 0, Length, Length, 0.125f, 0).Sum;
        return SoftmaxRow<Lanes128>.Exponentials(_y.F32, 0, Length, Length, 0.125f, 0).Sum;
    }

    [GlobalCleanup]
    public void Cleanup() => _bench.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponential<TL>(float* x, float* y)
        where TL : struct, ILanes<TL>
    {
        for (var i = 0; i < Length; i += TL.Width) TL.Store(VectorMath<TL>.Exp(TL.Load(x + i)), y + i);
    }
}

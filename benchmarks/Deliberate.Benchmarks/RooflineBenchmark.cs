using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// What the machine can do at most: fused multiply-adds that never leave the registers, and bytes that are read and added up, by how
/// many of them each core goes through again and again. Other benchmarks' shares of a roofline are of these.
/// </summary>
internal static unsafe class RooflineBenchmark
{
    /// <summary>Multiply-adds of a round of <see cref="Multiply"/>, each of a vector.</summary>
    public const int Chains = 12;

    private static readonly int[] s_megabytes = [1, 5, 16, 128, 512];

    public static void Run(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (Vector512.IsHardwareAccelerated) Run<Lanes512>(threads);
        else Run<Lanes256>(threads);
    }

    private static void Run<TL>(int most)
        where TL : struct, ILanes<TL>
    {
        for (var threads = 1; threads <= most; threads *= 2)
        {
            using var device = Device.Cpu(threads);
            const int Rounds = 20_000_000;
            var seconds = Best(device, new Job(_ => Multiply<TL>(Rounds)));
            Console.WriteLine($"threads {threads}: {threads * 2.0 * Chains * TL.Width * Rounds / seconds / 1e9:F0} GFLOP/s of fused multiply-adds in registers");
            foreach (var megabytes in s_megabytes)
            {
                var floats = (long)megabytes << 18;
                using var buffer = device.Allocate(floats * threads);
                for (var i = 0; i < megabytes * threads; i++) new Span<float>(buffer.F32 + ((long)i << 18), 1 << 18).Fill(1);
                var times = Math.Max(1, 512 / megabytes);
                var start = (nint)buffer.F32;
                seconds = Best(device, new Job(worker =>
                {
                    for (var i = 0; i < times; i++) Read<TL>((float*)start + (worker * floats), floats);
                }));
                Console.WriteLine($"threads {threads}: {(double)threads * times * floats * sizeof(float) / seconds / 1e9:F1} GB/s read, {megabytes} MB a core");
            }
        }
    }

    private static double Best(Device device, Job job)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            device.Workers.Run(job);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    /// <summary>Twelve chains, more than the latency of an operation times the operations begun at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static float Multiply<TL>(int rounds)
        where TL : struct, ILanes<TL>
    {
        TL x = TL.Broadcast(0.999f), y = TL.Broadcast(1e-3f);
        TL a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = y, j = y, k = y, l = y;
        for (var round = 0; round < rounds; round++)
        {
            a = TL.Fma(a, x, y);
            b = TL.Fma(b, x, y);
            c = TL.Fma(c, x, y);
            d = TL.Fma(d, x, y);
            e = TL.Fma(e, x, y);
            f = TL.Fma(f, x, y);
            g = TL.Fma(g, x, y);
            h = TL.Fma(h, x, y);
            i = TL.Fma(i, x, y);
            j = TL.Fma(j, x, y);
            k = TL.Fma(k, x, y);
            l = TL.Fma(l, x, y);
        }

        a = TL.Add(TL.Add(TL.Add(a, b), TL.Add(c, d)), TL.Add(TL.Add(e, f), TL.Add(g, h)));
        return TL.Sum(TL.Add(a, TL.Add(TL.Add(i, j), TL.Add(k, l))));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Read<TL>(float* x, long count)
        where TL : struct, ILanes<TL>
    {
        TL a = TL.Zero, b = a, c = a, d = a;
        for (var end = x + count; x < end; x += 4 * TL.Width)
        {
            a = TL.Add(a, TL.Load(x));
            b = TL.Add(b, TL.Load(x + TL.Width));
            c = TL.Add(c, TL.Load(x + (2 * TL.Width)));
            d = TL.Add(d, TL.Load(x + (3 * TL.Width)));
        }

        return TL.Sum(TL.Add(TL.Add(a, b), TL.Add(c, d)));
    }

    private sealed class Job(Action<int> work) : ParallelJob
    {
        public override void Execute(int worker) => work(worker);
    }
}

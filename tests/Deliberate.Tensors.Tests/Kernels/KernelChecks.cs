using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>What every fast device has to keep, on shapes that are drawn: the reference's numbers, and bits that no cut changes.</summary>
internal static class KernelChecks
{
    /// <summary>Error relative to the largest number of the tensor; numbers are of order one.</summary>
    private const double Tolerance = 1e-5, Floor = 0.2;

    /// <summary>Values and gradients against the reference's.</summary>
    public static void AgainstReference(Device device, string operation, int shapes)
    {
        using var reference = Device.Reference();
        double worst = 0;
        Prop.ForAll(Operations.All[operation].ToArbitrary(), shape =>
        {
            using var fast = shape.On(device);
            using var exact = shape.On(reference);
            foreach (var ((name, found), (_, sums)) in Run(fast, Cut.None).Zip(Run(exact, Cut.None)))
            {
                var expected = device.HasOwnMemory && name == "statistics" ? WithLogarithms(sums) : sums;
                var scale = Math.Max(Floor, expected.Max(Math.Abs));
                for (var i = 0; i < expected.Length; i++)
                {
                    var error = Math.Abs(found[i] - expected[i]) / scale;
                    worst = Math.Max(worst, error);
                    if (!(error < Tolerance)) throw new ShouldAssertException($"{operation}, {name}[{i}]: {found[i]}, the reference has {expected[i]}, scale {scale}, {shape}");
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(shapes));
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation}: {shapes} shapes on {device.Name}, worst error {worst:e1}");
    }

    /// <summary>The bits of a call cut by rows and shares against those of one.</summary>
    public static void SameBitsWhateverTheCut(Device device, string operation, int shapes)
    {
        var cases = from shape in Operations.All[operation]
                    from rows in Gen.Choose(1, 9)
                    from shares in Gen.Choose(2, 5)
                    select (Shape: shape, Cut: new Cut(rows, shares));
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            using var bench = drawn.Shape.On(device);
            var whole = Run(bench, Cut.None);
            foreach (var ((name, found), (_, expected)) in Run(bench, drawn.Cut).Zip(whole))
            {
                for (var i = 0; i < expected.Length; i++)
                    if (BitConverter.DoubleToInt64Bits(found[i]) != BitConverter.DoubleToInt64Bits(expected[i])) throw new ShouldAssertException($"{operation}, {name}[{i}]: {found[i]:r}, uncut {expected[i]:r}, {drawn}");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(shapes));
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation}: {shapes} shapes on {device.Name}, the same bits");
    }

    /// <summary>Attention through the cache against attention at once: the same bits, and near the reference's.</summary>
    public static void CacheGivesTheBitsOfAttention(Device device, int rowsAtOnce, int shapes)
    {
        using var reference = Device.Reference();
        Prop.ForAll(CachedAttentionCase.Draw.ToArbitrary(), drawn =>
        {
            using var fast = new CachedAttentionBench(drawn, device);
            using var exact = new CachedAttentionBench(drawn, reference);
            var whole = fast.AtOnce();
            fast.Cached(rowsAtOnce).ShouldBeTheSame(whole, $"{drawn}");
            ShouldBeClose(whole, exact.AtOnce(), $"{drawn}");
            ShouldBeClose(exact.Cached(rowsAtOnce), exact.AtOnce(), $"{drawn}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(shapes));
        TestContext.Current.TestOutputHelper?.WriteLine($"{shapes} shapes on {device.Name}, {rowsAtOnce} rows at once");
    }

    /// <summary>Number by number, without a box and a sentence for each: there are many.</summary>
    public static void ShouldBeTheSame<T>(this T[] found, T[] expected, string what)
    {
        found.Length.ShouldBe(expected.Length, what);
        for (var i = 0; i < expected.Length; i++)
            if (!EqualityComparer<T>.Default.Equals(found[i], expected[i])) throw new ShouldAssertException($"[{i}]: {found[i]} where {expected[i]} was expected, {what}");
    }

    private static void ShouldBeClose(double[] found, double[] expected, string what)
    {
        found.Length.ShouldBe(expected.Length, what);
        var scale = Math.Max(Floor, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
            if (!(Math.Abs(found[i] - expected[i]) / scale < Tolerance)) throw new ShouldAssertException($"[{i}]: {found[i]} where {expected[i]} was expected, scale {scale}, {what}");
    }

    /// <summary>Statistics of rows as a device has them that keeps the logarithm of the sum (<see cref="IKernels.LogProbabilityOf"/>).</summary>
    private static double[] WithLogarithms(double[] statistics) => [.. statistics.Select((v, i) => i % 4 == 3 ? Math.Log(v) : v)];

    /// <summary>Values written by the forward, then gradients written by the backward.</summary>
    private static List<(string Name, double[] Values)> Run(OperationBench bench, Cut cut)
    {
        bench.Reset();
        bench.Forward(cut);
        var results = bench.Results.Select(s => (s.Name, s.ReadValues())).ToList();
        bench.Backward(cut);
        results.AddRange(bench.Inputs.Select(s => (s.Name + " gradient", s.ReadGradients())));
        return results;
    }
}

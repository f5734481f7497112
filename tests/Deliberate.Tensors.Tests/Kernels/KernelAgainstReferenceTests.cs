using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>
/// Every operation of the CPU against the reference on the same random numbers, and against itself with rows and shares cut.
/// <see cref="InstructionSetTests"/> runs this class again with vector instructions switched off.
/// </summary>
public sealed class KernelAgainstReferenceTests
{
    /// <summary>Environment variable with the file to write the device's name to.</summary>
    internal const string ReportVariable = "DELIBERATE_TEST_DEVICE_REPORT";

    private const int Shapes = 30;

    /// <summary>Error relative to the largest number of the tensor; numbers are of order one.</summary>
    private const double Tolerance = 1e-5, Floor = 0.2;

    [Theory]
    [ClassData(typeof(OperationNames))]
    public void Cpu_gives_what_the_reference_gives(string operation)
    {
        using var cpu = Device.Cpu(1);
        using var reference = Device.Reference();
        double worst = 0;
        Prop.ForAll(Operations.All[operation].ToArbitrary(), shape =>
        {
            using var fast = shape.On(cpu);
            using var exact = shape.On(reference);
            foreach (var ((name, found), (_, expected)) in Run(fast, Cut.None).Zip(Run(exact, Cut.None)))
            {
                var scale = Math.Max(Floor, expected.Max(Math.Abs));
                for (var i = 0; i < expected.Length; i++)
                {
                    var error = Math.Abs(found[i] - expected[i]) / scale;
                    worst = Math.Max(worst, error);
                    if (!(error < Tolerance)) throw new ShouldAssertException($"{operation}, {name}[{i}]: {found[i]}, the reference has {expected[i]}, scale {scale}, {shape}");
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation}: {Shapes} shapes on {cpu.Name}, worst error {worst:e1}");
    }

    [Theory]
    [ClassData(typeof(OperationNames))]
    public void Cuts_of_rows_and_shares_do_not_change_bits(string operation)
    {
        using var cpu = Device.Cpu(1);
        var cases = from shape in Operations.All[operation]
                    from rows in Gen.Choose(1, 9)
                    from shares in Gen.Choose(2, 5)
                    select (Shape: shape, Cut: new Cut(rows, shares));
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            using var bench = drawn.Shape.On(cpu);
            var whole = Run(bench, Cut.None);
            foreach (var ((name, found), (_, expected)) in Run(bench, drawn.Cut).Zip(whole))
            {
                for (var i = 0; i < expected.Length; i++)
                    if (BitConverter.DoubleToInt64Bits(found[i]) != BitConverter.DoubleToInt64Bits(expected[i])) throw new ShouldAssertException($"{operation}, {name}[{i}]: {found[i]:r}, uncut {expected[i]:r}, {drawn}");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation}: {Shapes} shapes on {cpu.Name}, the same bits");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Cached_attention_gives_the_bits_of_attention(int rowsAtOnce)
    {
        using var cpu = Device.Cpu(1);
        using var reference = Device.Reference();
        Prop.ForAll(CachedAttentionCase.Draw.ToArbitrary(), drawn =>
        {
            using var fast = new CachedAttentionBench(drawn, cpu);
            using var exact = new CachedAttentionBench(drawn, reference);
            var whole = fast.AtOnce();
            fast.Cached(rowsAtOnce).ShouldBe(whole, $"{drawn}");
            ShouldBeClose(whole, exact.AtOnce(), $"{drawn}");
            ShouldBeClose(exact.Cached(rowsAtOnce), exact.AtOnce(), $"{drawn}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Shapes} shapes on {cpu.Name}, {rowsAtOnce} rows at once");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_cache_of_brain_floats_gives_the_bits_of_attention_over_brain_floats(int rowsAtOnce)
    {
        using var cpu = Device.Cpu(1);
        Prop.ForAll(CachedAttentionCase.Draw.ToArbitrary(), drawn =>
        {
            using var bench = new CachedAttentionBench(drawn, cpu, brainFloats: true);
            var whole = bench.AtOnce();
            bench.Cached(rowsAtOnce, CacheStorage.BF16).ShouldBe(whole, $"{drawn}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
    }

    [Fact]
    public void The_device_is_written_down_where_asked()
    {
        using var cpu = Device.Cpu(1);
        if (Environment.GetEnvironmentVariable(ReportVariable) is { } path) File.WriteAllText(path, cpu.Name);
        cpu.Name.ShouldStartWith("cpu float32 ");
    }

    private static void ShouldBeClose(double[] found, double[] expected, string what)
    {
        var scale = Math.Max(Floor, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++) (Math.Abs(found[i] - expected[i]) / scale).ShouldBeLessThan(Tolerance, $"[{i}] {what}");
    }

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

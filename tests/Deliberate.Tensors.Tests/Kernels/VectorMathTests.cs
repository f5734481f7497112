using System.Runtime.CompilerServices;

namespace Deliberate.Tensors.Tests;

/// <summary>
/// The bounds that <see cref="VectorMath{TL}"/> states, against double precision over the whole range of floats, and that all
/// widths of vector give the same bits. One float at a time rounds products before it adds, so its bits are its own.
/// </summary>
public sealed unsafe class VectorMathTests
{
    private const int Block = 4096;
    private const float SaturatedSigmoid = 4.2e-39f;

    private delegate void Function(float* x, float* y, int count);

    private delegate double Exact(double x);

    /// <summary>The error at one argument and what it may be at most; NaN for what must not be.</summary>
    private delegate (double Error, double Bound) Judge(float x, float found, double exact);

    [Fact]
    public void Exponential_keeps_its_bound_over_all_floats() => Check(997, Functions(f => f.Exp), Math.Exp, (x, found, exact) => x switch
    {
        < VectorMath<Lanes512>.ExpLowest => (found == 0 ? 0 : double.NaN, 0),
        > VectorMath<Lanes512>.ExpHighest => (Relative(found, Math.Exp(VectorMath<Lanes512>.ExpHighest)), 1e-7),
        _ => (Relative(found, exact), 1e-7),
    });

    [Fact]
    public void Sigmoid_keeps_its_bound_over_all_floats() => Check(997, Functions(f => f.Sigmoid), x => 1 / (1 + Math.Exp(-x)), (x, found, exact) =>
        x < -VectorMath<Lanes512>.ExpHighest ? (found is >= 0 and <= SaturatedSigmoid ? 0 : double.NaN, 0) : (Relative(found, exact), 2.5e-7));

    [Fact]
    public void Hyperbolic_tangent_keeps_its_bound_over_all_floats() => Check(997, Functions(f => f.Tanh), Math.Tanh, (_, found, exact) => (Math.Abs(found - exact), 2e-7));

    [Theory]
    [InlineData(float.NaN, float.NaN, float.NaN, float.NaN)]
    [InlineData(float.NegativeInfinity, 0, 4.156e-39f, -1)]
    [InlineData(float.PositiveInfinity, 2.4061436e38f, 1, 1)]
    [InlineData(float.MaxValue, 2.4061436e38f, 1, 1)]
    [InlineData(float.MinValue, 0, 4.156e-39f, -1)]
    [InlineData(0f, 1, 0.5f, 0)]
    [InlineData(float.Epsilon, 1, 0.5f, 0)]
    [InlineData(VectorMath<Lanes512>.ExpLowest, 1.1754997e-38f, 4.156e-39f, -1)]
    public void Ends_of_the_range_give(float x, float exp, float sigmoid, float tanh)
    {
        float* values = stackalloc float[16], found = stackalloc float[16];
        new Span<float>(values, 16).Fill(x);
        foreach (var functions in All)
        {
            foreach (var (name, function, expected) in new[] { ("exp", functions.Exp, exp), ("sigmoid", functions.Sigmoid, sigmoid), ("tanh", functions.Tanh, tanh) })
            {
                // σ(-87.34) is not yet the saturated one.
                if (name == "sigmoid" && x == VectorMath<Lanes512>.ExpLowest) continue;
                function(values, found, 16);
                if (float.IsNaN(expected)) float.IsNaN(found[0]).ShouldBeTrue($"{name} {functions.Name}");
                else ((double)found[0]).ShouldBe(expected, (Math.Abs(expected) * 1e-3) + float.Epsilon, $"{name} {functions.Name}");
            }
        }
    }

    private sealed record LaneFunctions(string Name, Function Exp, Function Sigmoid, Function Tanh)
    {
        public static LaneFunctions Of<TL>()
            where TL : struct, ILanes<TL> => new(typeof(TL).Name, VectorMathTests.Exp<TL>, VectorMathTests.Sigmoid<TL>, VectorMathTests.Tanh<TL>);
    }

    private static readonly LaneFunctions[] All = [LaneFunctions.Of<Lanes512>(), LaneFunctions.Of<Lanes256>(), LaneFunctions.Of<Lanes128>(), LaneFunctions.Of<LanesScalar>()];

    private static (string Name, Function Function)[] Functions(Func<LaneFunctions, Function> choose) => [.. All.Select(f => (f.Name, choose(f)))];

    private static double Relative(double found, double exact) => Math.Abs(found - exact) / Math.Abs(exact);

    private static void Check(uint stride, (string Name, Function Function)[] functions, Exact reference, Judge judge)
    {
        var found = functions.Select(_ => new float[Block]).ToArray();
        var worst = new (double Share, double Error, float At)[functions.Length];
        var scalar = functions.Length - 1;
        var count = FloatPatterns.Visit(stride, Block, values =>
        {
            fixed (float* x = values)
            {
                for (var f = 0; f < functions.Length; f++)
                    fixed (float* y = found[f]) functions[f].Function(x, y, Block);
            }

            for (var f = 1; f < scalar; f++)
                if (!SameBits(found[f], found[0])) throw new ShouldAssertException($"{functions[f].Name} and {functions[0].Name} give different bits from {values[0]:R} on.");
            for (var i = 0; i < Block; i++)
            {
                var x = values[i];
                if (float.IsNaN(x))
                {
                    if (!float.IsNaN(found[0][i]) || !float.IsNaN(found[scalar][i])) throw new ShouldAssertException($"NaN gives {found[0][i]} and {found[scalar][i]}.");
                    continue;
                }

                var exact = reference(x);
                Note(ref worst[0], x, judge(x, found[0][i], exact));
                Note(ref worst[scalar], x, judge(x, found[scalar][i], exact));
            }
        });
        foreach (var f in new[] { 0, scalar })
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{functions[f].Name}: {count} floats, worst {worst[f].Share:F3} of the bound, {worst[f].Error:e2} at {worst[f].At:R}");
            worst[f].Share.ShouldBeLessThanOrEqualTo(1, $"{functions[f].Name}: error {worst[f].Error} at {worst[f].At:R}");
        }
    }

    private static void Note(ref (double Share, double Error, float At) worst, float x, (double Error, double Bound) judged)
    {
        var share = judged.Error == 0 ? 0 : judged.Error / judged.Bound;
        if (!(share <= worst.Share)) worst = (double.IsNaN(share) ? double.PositiveInfinity : share, judged.Error, x);
    }

    /// <summary>NaNs may differ in their payload.</summary>
    private static bool SameBits(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        for (var i = 0; i < a.Length; i++)
            if (BitConverter.SingleToUInt32Bits(a[i]) != BitConverter.SingleToUInt32Bits(b[i]) && !(float.IsNaN(a[i]) && float.IsNaN(b[i]))) return false;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exp<TL>(float* x, float* y, int count)
        where TL : struct, ILanes<TL>
    {
        for (var i = 0; i < count; i += TL.Width) TL.Store(VectorMath<TL>.Exp(TL.Load(x + i)), y + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sigmoid<TL>(float* x, float* y, int count)
        where TL : struct, ILanes<TL>
    {
        for (var i = 0; i < count; i += TL.Width) TL.Store(VectorMath<TL>.Sigmoid(TL.Load(x + i)), y + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tanh<TL>(float* x, float* y, int count)
        where TL : struct, ILanes<TL>
    {
        for (var i = 0; i < count; i += TL.Width) TL.Store(VectorMath<TL>.Tanh(TL.Load(x + i)), y + i);
    }
}

using Deliberate.Core;

namespace Deliberate.Tensors.Tests;

/// <summary>
/// The bounds that the softmax of attention, the log-probability and their backwards state, against double precision, over rows
/// of every width up to 300 that are hard in different ways, for every width of vector. u is 2^-24, half a unit in the last place.
/// </summary>
public sealed unsafe class SoftmaxBoundTests
{
    private const int MostColumns = 300, Capacity = MostColumns + 64;
    private const double U = 1.0 / (1 << 24), ExpError = 1e-7;

    /// <summary>2^-40: what a probability must reach to count.</summary>
    private const double Negligible = 1.0 / (1L << 40);

    private static readonly string[] s_kinds = ["normal", "wide", "one dominates", "all equal", "masked", "far from zero", "tiny"];

    [Fact]
    public void Softmax_keeps_its_bound() => EveryWidth(new SoftmaxCase());

    [Fact]
    public void Softmax_backward_keeps_its_bound() => EveryWidth(new ScoreGradientCase());

    [Fact]
    public void Log_probability_and_entropy_keep_their_bounds() => EveryWidth(new StatisticsCase());

    [Fact]
    public void Gradient_of_log_probability_and_entropy_keeps_its_bound() => EveryWidth(new LogitGradientCase());

    [Fact]
    public void Exponentials_have_the_same_bits_for_every_width_of_vector()
    {
        for (var columns = 1; columns <= MostColumns; columns++)
        {
            foreach (var kind in s_kinds)
            {
                var row = Row(kind, columns);
                var wide = SoftmaxCase.Exponentials<Lanes512>(row, out var max, out _);
                SoftmaxCase.Exponentials<Lanes256>(row, out var max256, out _).ShouldBeTheSame(wide, $"{columns} {kind}");
                SoftmaxCase.Exponentials<Lanes128>(row, out var max128, out _).ShouldBeTheSame(wide, $"{columns} {kind}");
                (max256, max128).ShouldBe((max, max));
            }
        }
    }

    [Fact]
    public void Scores_that_are_not_finite_show()
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity })
        {
            SoftmaxCase.Exponentials<Lanes512>([0, bad, 1], out _, out var sum);
            float.IsNaN(sum).ShouldBeTrue();
            SoftmaxCase.Exponentials<LanesScalar>([0, bad, 1], out _, out sum);
            float.IsNaN(sum).ShouldBeTrue();
        }

        SoftmaxCase.Exponentials<Lanes512>([float.NegativeInfinity, float.NegativeInfinity], out _, out var nothing);
        float.IsNaN(nothing).ShouldBeTrue();
    }

    [Fact]
    public void A_logit_of_minus_infinity_leaves_the_log_probability_but_no_entropy()
    {
        var z = stackalloc float[Capacity];
        var statistics = stackalloc float[4];
        new float[] { 1, float.NegativeInfinity, 1 }.CopyTo(new Span<float>(z, Capacity));
        LogProbabilityKernel<Lanes512>.RowStatistics(z, 3, new LogitShape(1), 0, statistics);
        statistics[0].ShouldBe((float)-Math.Log(2));
        float.IsNaN(statistics[1]).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1e25)]
    [InlineData(1e30)]
    [InlineData(1.3e30)]
    [InlineData(1e31)]
    [InlineData(1e37)]
    public void What_stands_behind_a_row_does_not_count_at_any_scale(double scale)
    {
        var z = stackalloc float[Capacity];
        var statistics = stackalloc float[4];
        new float[] { -3, -1, -2 }.CopyTo(new Span<float>(z, Capacity));
        LogProbabilityKernel<Lanes512>.RowStatistics(z, 3, new LogitShape(scale), 1, statistics);
        (statistics[0], statistics[1], statistics[3]).ShouldBe((0f, 0f, 1f));
    }

    private static void EveryWidth(IRowCase rowCase)
    {
        rowCase.Run<Lanes512>();
        rowCase.Run<Lanes256>();
        rowCase.Run<Lanes128>();
        rowCase.Run<LanesScalar>();
    }

    /// <summary>What the sum of a row may be wrong by, relative: exponentials, the rounding of z - max, the additions.</summary>
    private static double SumError(int columns, int width) => ExpError + (U * ((columns / (double)width) + Math.Log2(width) + Math.Log(columns) + 1));

    /// <param name="masked">What a masked score is.</param>
    private static float[] Row(string kind, int columns, float masked = float.NegativeInfinity)
    {
        var random = new RandomStream(7, StreamStage.Test, problem: columns);
        var row = new float[columns];
        for (var i = 0; i < columns; i++)
        {
            var normal = (float)random.NextNormal();
            row[i] = kind switch
            {
                "wide" => 40 * normal,
                "one dominates" => i == columns / 2 ? 1e4f : normal,
                "all equal" => 3.25f,
                "masked" => i % 3 == 1 ? masked : 2 * normal,
                "far from zero" => -300 + normal,
                "tiny" => 1e-39f * normal,
                _ => 2 * normal,
            };
        }

        return row;
    }

    /// <summary>exp(z - max) of each and their sum.</summary>
    private static (double[] Exponentials, double Max, double Sum) Softmax(ReadOnlySpan<float> z)
    {
        var max = double.NegativeInfinity;
        foreach (var value in z) max = Math.Max(max, value);
        var result = new double[z.Length];
        var sum = 0.0;
        for (var i = 0; i < z.Length; i++) sum += result[i] = Math.Exp(z[i] - max);
        return (result, max, sum);
    }

    /// <summary>A kernel of one row, run on all rows and compared.</summary>
    private abstract class RowCase : IRowCase
    {
        private double _worst;
        private string _where = "";

        public void Run<TL>()
            where TL : struct, ILanes<TL>
        {
            (_worst, _where) = (0, "");
            var rows = 0;
            for (var columns = 1; columns <= MostColumns; columns++)
            {
                foreach (var kind in s_kinds)
                {
                    Compare<TL>(Row(kind, columns, Masked), kind);
                    rows++;
                }
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{typeof(TL).Name}: {rows} rows, worst {_worst:F3} of the bound: {_where}");
            _worst.ShouldBeLessThanOrEqualTo(1, $"{typeof(TL).Name}: {_where}");
        }

        protected virtual float Masked => float.NegativeInfinity;

        protected abstract void Compare<TL>(float[] row, string kind)
            where TL : struct, ILanes<TL>;

        /// <param name="found">By the kernel.</param>
        /// <param name="exact">In double precision.</param>
        /// <param name="bound">How far they may be apart.</param>
        /// <param name="where">Is written only for the worst so far: there are millions.</param>
        protected void Note(double found, double exact, double bound, Where where)
        {
            var error = Math.Abs(found - exact);
            var share = found == exact ? 0 : error / bound;
            if (!(share <= _worst)) (_worst, _where) = (double.IsNaN(share) ? double.PositiveInfinity : share, $"{where}: {found:R} where {exact:R} is exact, error {error:e2}");
        }
    }

    /// <summary>A number of a row of so many of a kind; of the row as a whole where it has no index.</summary>
    private readonly record struct Where(string What, int Columns, string Kind, int? Index = null)
    {
        public override string ToString() => $"{What} {Index} of {Columns} {Kind}";
    }

    private interface IRowCase
    {
        void Run<TL>()
            where TL : struct, ILanes<TL>;
    }

    private sealed class SoftmaxCase : RowCase
    {
        public static float[] Exponentials<TL>(float[] row, out float max, out float sum)
            where TL : struct, ILanes<TL>
        {
            var s = stackalloc float[Capacity];
            row.CopyTo(new Span<float>(s, Capacity));
            (max, sum) = SoftmaxRow<TL>.Exponentials(s, 0, row.Length, Padded<TL>(row.Length), 1, 0);
            return new Span<float>(s, row.Length).ToArray();
        }

        protected override void Compare<TL>(float[] row, string kind)
        {
            var found = Exponentials<TL>(row, out var max, out var sum);
            var (exact, exactMax, exactSum) = Softmax(row);
            max.ShouldBe((float)exactMax);
            Note(sum, exactSum, (exactSum * SumError(row.Length, TL.Width)) + (row.Length * Negligible), new Where("sum", row.Length, kind));
            for (var i = 0; i < row.Length; i++)
            {
                var shift = Math.Abs(row[i] - exactMax);
                if (row[i] - max < VectorMath<TL>.LogNegligible) Note(found[i], 0, 0, new Where("negligible element", row.Length, kind, i));
                else Note(found[i], exact[i], exact[i] * (ExpError + (U * (shift + 1))), new Where("element", row.Length, kind, i));
            }
        }
    }

    private sealed class ScoreGradientCase : RowCase
    {
        protected override void Compare<TL>(float[] row, string kind)
        {
            const float scale = 0.125f;
            var n = row.Length;
            float* s = stackalloc float[Capacity], dp = stackalloc float[Capacity];
            var random = new RandomStream(8, StreamStage.Test, problem: n);
            var upstream = new float[n];
            for (var i = 0; i < n; i++) upstream[i] = (float)random.NextNormal();
            row.CopyTo(new Span<float>(s, Capacity));
            upstream.CopyTo(new Span<float>(dp, Capacity));
            var (exact, max, sum) = Softmax([.. row.Select(v => v * scale)]);
            var lse = (float)(max + Math.Log(sum));
            double delta = 0;
            for (var i = 0; i < n; i++) delta += exact[i] / sum * upstream[i];
            AttentionBackwardKernel<TL>.ScoreGradientRow(s, dp, 0, 0, n, Padded<TL>(n), scale, 0, lse, (float)delta);
            for (var i = 0; i < n; i++)
            {
                double logp = (row[i] * (double)scale) - (max + Math.Log(sum)), p = Math.Exp(logp);
                var relative = ExpError + (U * (Math.Abs(lse) + Math.Abs(logp) + 1));
                if (float.IsSubnormal(s[i]) || float.IsSubnormal(dp[i])) throw new ShouldAssertException($"p {i} of {n} {kind} is subnormal: {s[i]}, {dp[i]}");
                // So near the edge that rounding decides which side it is on.
                var edge = Math.Abs(logp - VectorMath<TL>.LogNegligible) < 0.001 * (1 + Math.Abs(lse));
                if (logp < VectorMath<TL>.LogNegligible && !edge && (s[i] != 0 || dp[i] != 0)) throw new ShouldAssertException($"p {i} of {n} {kind} is not 0: {s[i]}, {dp[i]}");
                if (logp < VectorMath<TL>.LogNegligible || edge) continue;
                Note(s[i], p, p * relative, new Where("p", n, kind, i));
                var magnitude = p * scale * (Math.Abs(upstream[i]) + Math.Abs(delta));
                Note(dp[i], p * scale * (upstream[i] - delta), magnitude * (relative + (4 * U)), new Where("gradient", n, kind, i));
            }

            for (var i = n; i < Padded<TL>(n); i++) (s[i], dp[i]).ShouldBe((0f, 0f));
        }
    }

    private sealed class StatisticsCase : RowCase
    {
        protected override float Masked => -1e30f;

        protected override void Compare<TL>(float[] row, string kind)
        {
            var n = row.Length;
            var z = stackalloc float[Capacity];
            var statistics = stackalloc float[4];
            row.CopyTo(new Span<float>(z, Capacity));
            var target = n / 2;
            LogProbabilityKernel<TL>.RowStatistics(z, n, new LogitShape(1), target, statistics);
            var (exact, max, sum) = Softmax(row);
            var error = SumError(n, TL.Width);
            var logp = row[target] - max - Math.Log(sum);
            Note(statistics[0], logp, error + (U * Math.Abs(logp)), new Where("log p", n, kind));
            Note(statistics[3], sum, sum * error, new Where("sum", n, kind));
            var entropy = Math.Log(sum);
            for (var i = 0; i < n; i++)
                if (exact[i] > 0) entropy -= exact[i] / sum * (row[i] - max);
            Note(statistics[1], entropy, (error * 2 * (1 + Math.Log(n))) + float.Epsilon, new Where("entropy", n, kind));
        }
    }

    private sealed class LogitGradientCase : RowCase
    {
        protected override float Masked => -1e30f;

        protected override void Compare<TL>(float[] row, string kind)
        {
            const double upLogp = 0.7, upEntropy = -0.3;
            var n = row.Length;
            var z = stackalloc float[Capacity];
            var statistics = stackalloc float[4];
            row.CopyTo(new Span<float>(z, Capacity));
            var target = n / 3;
            LogProbabilityKernel<TL>.RowStatistics(z, n, new LogitShape(1), target, statistics);
            LogProbabilityKernel<TL>.GradientRow(z, n, new LogitShape(1), target, statistics, (float)upLogp, (float)upEntropy);
            var (exact, max, sum) = Softmax(row);
            double lse = max + Math.Log(sum), entropy = Math.Log(sum), error = SumError(n, TL.Width);
            for (var i = 0; i < n; i++)
                if (exact[i] > 0) entropy -= exact[i] / sum * (row[i] - max);
            for (var i = 0; i < n; i++)
            {
                double logp = row[i] - lse, p = exact[i] / sum;
                var expected = p == 0 ? 0 : p * (-upLogp - (upEntropy * (logp + entropy)));
                if (i == target) expected += upLogp;
                var relative = ExpError + error + (U * (Math.Abs(lse) + Math.Abs(logp) + 1));
                var magnitude = p == 0 ? 0 : p * (upLogp + (Math.Abs(upEntropy) * (Math.Abs(logp) + entropy)));
                var shift = p * Math.Abs(upEntropy) * ((2 * error * (1 + Math.Log(n))) + (U * Math.Abs(lse)));
                var edge = Math.Abs(logp - VectorMath<TL>.LogNegligible) < 0.001 * (1 + Math.Abs(lse));
                if (logp < VectorMath<TL>.LogNegligible && !edge && i != target && z[i] != 0) throw new ShouldAssertException($"gradient {i} of {n} {kind} is not 0: {z[i]}");
                var nothing = logp < VectorMath<TL>.LogNegligible || edge ? magnitude : 0;
                Note(z[i], expected, (magnitude * (relative + (4 * U))) + shift + (i == target ? upLogp * U * 2 : 0) + nothing, new Where("gradient", n, kind, i));
            }
        }
    }

    private static int Padded<TL>(int columns)
        where TL : struct, ILanes<TL> => MatrixProduct<TL>.RoundUp(columns);
}

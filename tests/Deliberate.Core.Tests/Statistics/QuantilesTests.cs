using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Deliberate.Core.Tests;

/// <summary>The distributions held against MathNet.Numerics 5.0, whose own are good to some 1e-14 where it does not search for a root.</summary>
public sealed class QuantilesTests
{
    private static readonly double[] Shapes = [0.3, 0.5, 1, 1.5, 2.718, 9.99, 10, 10.01, 31, 250.5, 4000, 1e6];

    [Fact]
    public void Gamma_and_beta_match()
    {
        foreach (var a in Shapes)
        {
            Close(LogBeta.LogGamma(a), SpecialFunctions.GammaLn(a), 1e-13);
            foreach (var b in Shapes.Where(b => a + b < 5000)) Close(LogBeta.Of(a, b), SpecialFunctions.BetaLn(a, b), 1e-11);
        }
    }

    [Fact]
    public void Beta_of_large_arguments_keeps_its_digits()
    {
        // B(a, 1) = 1 / a and B(a, 2) = 1 / (a (a + 1)), where differences of large logarithms would have lost eight digits.
        foreach (var a in new[] { 1e6, 1e9, 1e12 })
        {
            Close(LogBeta.Of(a, 1), -Math.Log(a), 1e-15);
            Close(LogBeta.Of(a, 2), -Math.Log(a) - Math.Log(a + 1), 1e-15);
        }
    }

    [Fact]
    public void Logarithms_and_powers_near_zero_keep_their_digits()
    {
        foreach (var x in new[] { 1e-20, -1e-15, 3e-9, -1e-6 })
        {
            NearZero.LogOfOnePlus(x).ShouldBe(x - (x * x / 2) + (x * x * x / 3), 1e-15 * Math.Abs(x));
            NearZero.ExpLessOne(x).ShouldBe(x + (x * x / 2) + (x * x * x / 6), 1e-15 * Math.Abs(x));
        }

        foreach (var x in new[] { -0.9, 0.5, 3, -40 }) NearZero.ExpLessOne(x).ShouldBe(Math.Exp(x) - 1, 1e-15 * Math.Exp(Math.Abs(x)));
        NearZero.ExpLessOne(-800).ShouldBe(-1);
    }

    [Fact]
    public void The_incomplete_beta_function_matches()
    {
        var compared = 0;
        foreach (var a in Shapes)
        {
            foreach (var b in Shapes.Where(b => a + b < 5000))
            {
                foreach (var x in new[] { 1e-6, 0.01, 0.2, 0.5, 0.77, 0.99, 1 - 1e-6, a / (a + b) })
                {
                    Close(IncompleteBeta.Regularized(a, b, x), SpecialFunctions.BetaRegularized(a, b, x), 1e-10);
                    compared++;
                }
            }
        }

        compared.ShouldBeGreaterThan(800);
    }

    [Fact]
    public void Quantiles_match()
    {
        foreach (var confidence in new[] { 0.5, 0.8, 0.9, 0.95, 0.99, 0.9999 })
        {
            Close(Quantiles.TwoSidedNormal(confidence), Normal.InvCDF(0, 1, 0.5 + (confidence / 2)), 1e-13);
            // Its own quantile of t searches and gives up for some; its tail does not.
            foreach (var freedom in new double[] { 1, 2, 3, 19, 99, 499, 4000 }) Close(StudentT.CDF(0, 1, freedom, -Quantiles.TwoSidedT(confidence, freedom)) / ((1 - confidence) / 2), 1, 1e-10);
        }
    }

    [Fact]
    public void Tails_match_far_out()
    {
        foreach (var z in new[] { 0, 0.3, 1, 1.96, 2.999, 3.001, 5, 9, 20, 37 })
        {
            var expected = SpecialFunctions.Erfc(z / Math.Sqrt(2)) / 2;
            Quantiles.UpperTailNormal(z).ShouldBe(expected, 1e-12 * expected);
        }

        foreach (var t in new[] { 0.1, 1, 2.3, 12, 60 })
            foreach (var freedom in new double[] { 1, 4, 30, 1000 }) Close(Quantiles.UpperTailT(t, freedom), StudentT.CDF(0, 1, freedom, -t), 1e-12);
        foreach (var (k, n, p) in new[] { (0, 1, 0.5), (3, 17, 0.2), (17, 17, 0.9), (40, 1000, 0.05), (5, 12, 0.5) }) Close(Quantiles.BinomialCdf(k, n, p), Binomial.CDF(p, n, k), 1e-12);
    }

    private static void Close(double actual, double expected, double tolerance) => actual.ShouldBe(expected, tolerance * Math.Max(1, Math.Abs(expected)));
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// Holds the simulation of <see cref="RanksBenchmark"/> against runs that were measured: of each run's supervised steps the time that its ranks
/// were at work gives the simulation's constants (mean, and spread of its logarithm among the ranks of a step), and what follows from them,
/// seconds a step and the share of them that is waited, is compared with what the run recorded. Of one machine the line is left out.
/// </summary>
internal static class RanksComparison
{
    /// <summary>Steps at the beginning that are still being compiled.</summary>
    private const int WarmUp = 5;

    public static void Run(IReadOnlyList<string> runs)
    {
        Console.Out.WriteLine("ranks  steps  at work, s  spread  s a step  simulated  apart  waited  simulated  apart");
        foreach (var run in runs)
        {
            var steps = MetricsStream.Read(Path.Combine(run, MetricsStream.TimingsFile)).Select(s => s.Values).Where(v => v.ContainsKey(TimingMetrics.SupervisedSeconds.Name) && v.ContainsKey(Waited(0))).Skip(WarmUp).ToArray();
            if (steps.Length < 20) throw new UserError($"{steps.Length} supervised steps of several ranks are too few.", run, advice: "Train longer, under mpirun.");
            var ranks = Enumerable.Range(0, int.MaxValue).TakeWhile(r => steps[0].ContainsKey(Waited(r))).Count();
            double[][] work = [.. steps.Select(s => Enumerable.Range(0, ranks).Select(r => s[TimingMetrics.SupervisedSeconds.Name] * (1 - s[Waited(r)])).ToArray())];
            // What slows a whole step down is no straggler.
            var (mean, spread) = (work.Average(w => w.Average()), Math.Sqrt(work.Sum(w => SquaresApart([.. w.Select(x => Math.Log(x))])) / (work.Length * (ranks - 1))));
            var (seconds, waited) = (steps.Average(s => s[TimingMetrics.SupervisedSeconds.Name]), steps.Average(s => s[TimingMetrics.SupervisedSeconds.Name] * Enumerable.Range(0, ranks).Average(r => s[Waited(r)])) / steps.Average(s => s[TimingMetrics.SupervisedSeconds.Name]));
            var (step, share, _) = RanksBenchmark.Simulate(ranks, mean * ranks, bytes: 0, rate: 1, latency: 0, spread, failureSeconds: double.PositiveInfinity);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ranks,5}  {steps.Length,5}  {mean,10:0.0000}  {spread,6:0.00}  {seconds,8:0.0000}  {step,9:0.0000}  {(step / seconds) - 1,5:+0%;-0%}  {waited,6:P0}  {share,9:P0}  {(share / waited) - 1,5:+0%;-0%}"));
        }
    }

    private static string Waited(int rank) => TimingMetrics.RankWaited.For(rank).Name;

    /// <summary>The sum of squared distances from the mean.</summary>
    private static double SquaresApart(double[] values)
    {
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean));
    }
}

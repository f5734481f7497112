using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// Holds the simulations of <see cref="RanksBenchmark"/> and <see cref="RanksMachine"/> against runs that were measured on one machine. Of each run's
/// supervised steps the processor time of its ranks (mean, and spread of its logarithm among the ranks of a step), the machine's cores, how long a
/// thread keeps one, and how much of one other programs left to a rank of the first run, which has no more ranks than cores, and how unevenly among
/// ranks, give the constants; what follows from them, seconds a step and the share of them that is waited, is compared with what the run recorded.
/// </summary>
internal static class RanksComparison
{
    /// <summary>Steps at the beginning that are still being compiled.</summary>
    private const int WarmUp = 5;

    private const int LeastSteps = 20;

    /// <param name="runs">Their folders, of ranks of one thread; of the first, ranks had cores of their own.</param>
    public static void Run(IReadOnlyList<string> runs)
    {
        var (cores, slice) = (Environment.ProcessorCount, RanksMachine.Slice());
        var (left, uneven) = (double.NaN, 0.0);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cores} cores; a thread keeps one for {1e3 * slice:0.0} ms while others want it; medians over steps"));
        Console.Out.WriteLine("ranks  steps  processor, s  spread  s a step  simulated  apart  waited  simulated    as on cores of their own");
        foreach (var run in runs)
        {
            var steps = MetricsStream.Read(Path.Combine(run, MetricsStream.TimingsFile)).Select(s => s.Values).Where(v => v.ContainsKey(TimingMetrics.SupervisedSeconds.Name) && v.ContainsKey(Processor(0))).Skip(WarmUp).ToArray();
            if (steps.Length < LeastSteps) throw new UserError($"{steps.Length} supervised steps of several ranks are too few.", run, advice: "Train longer, under mpirun.");
            var ranks = Enumerable.Range(0, int.MaxValue).TakeWhile(r => steps[0].ContainsKey(Processor(r))).Count();
            double[][] work = [.. steps.Select(s => Enumerable.Range(0, ranks).Select(r => s[Processor(r)]).ToArray())];
            // What slows a whole step down is no straggler.
            var (mean, spread) = (ComparedRow.Median(work.Select(w => w.Average())), Spread(work));
            var (seconds, waited) = (ComparedRow.Median(steps.Select(s => s[TimingMetrics.SupervisedSeconds.Name])), ComparedRow.Median(steps.Select(s => Enumerable.Range(0, ranks).Average(r => s[Waited(r)]))));
            if (double.IsNaN(left))
            {
                if (ranks > cores) throw new UserError($"{ranks} ranks had no cores of their own, of which there are {cores}.", run, advice: "Name a run of fewer ranks first: it says what other programs leave of a core.");
                left = Math.Min(1, mean / (seconds * (1 - waited)));
                uneven = Spread([.. steps.Zip(work, (s, w) => w.Select((x, r) => x / (s[TimingMetrics.SupervisedSeconds.Name] * (1 - s[Waited(r)]))).ToArray())]);
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Of a core a rank of the first run got {left:P0} while it was at work, with a spread of {uneven:0.00} among ranks: what other programs left."));
            }

            var (step, share) = RanksMachine.Simulate(ranks, cores, left, slice, mean, Math.Sqrt((spread * spread) + (uneven * uneven)));
            var (alone, aloneShare, _) = RanksBenchmark.Simulate(ranks, mean * ranks, bytes: 0, rate: 1, latency: 0, spread, failureSeconds: double.PositiveInfinity);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ranks,5}  {steps.Length,5}  {mean,12:0.0000}  {spread,6:0.00}  {seconds,8:0.0000}  {step,9:0.0000}  {(step / seconds) - 1,5:+0%;-0%}  {waited,6:P0}  {share,9:P0}    {alone:0.0000} s, {aloneShare:P0} waited"));
        }
    }

    private static string Waited(int rank) => TimingMetrics.RankWaited.For(rank).Name;

    private static string Processor(int rank) => TimingMetrics.RankProcessor.For(rank).Name;

    /// <summary>The standard deviation of the logarithm among the ranks of a step.</summary>
    private static double Spread(double[][] steps) => Math.Sqrt(steps.Sum(values => values.Sum(v => Math.Pow(Math.Log(v) - values.Average(x => Math.Log(x)), 2))) / steps.Sum(values => values.Length - 1));
}

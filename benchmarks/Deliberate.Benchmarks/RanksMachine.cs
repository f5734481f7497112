using System.Diagnostics;
using Deliberate.Core;

namespace Deliberate.Benchmarks;

/// <summary>
/// Ranks of one machine that share its cores, event by event. A step is work (log-normal about its mean: stragglers), then the exchanges of an
/// update, each over when all ranks are at it. A rank that wants a core gets one for a slice, in turn; behind each slice the core is other programs'
/// for as long as their share says, however many ranks there are (the kernel shares out by group). A rank that waits does as MPI's transport does:
/// it looks again and again for 2 ms, then once a millisecond, and every 5 ms after 200; what it finds it goes on with when it has a core, for
/// which it waits until the slice of whoever has it meanwhile ends.
/// </summary>
internal static class RanksMachine
{
    private const int Steps = 200;

    /// <summary>Of an update: the ranks' gradients of each other's parts and their sums. What else they tell each other is on its way meanwhile.</summary>
    private const int Exchanges = 2;

    /// <summary>As the transport has them.</summary>
    private const double Spin = 2e-3, Look = 1e-3, Patience = 0.2, LaterLook = 5e-3;

    private const int Others = -1;

    private const double Never = double.PositiveInfinity, Instant = 1e-9;

    /// <param name="ranks">With a thread each.</param>
    /// <param name="cores">Of the machine.</param>
    /// <param name="share">Of each core that ranks get of it when they want it; 1 without other programs.</param>
    /// <param name="slice">Seconds that a thread keeps a core while others want it.</param>
    /// <param name="work">Processor seconds of a rank's step.</param>
    /// <param name="spread">Standard deviation of their logarithm among the ranks of a step.</param>
    /// <returns>Seconds of a step, and the share of them that a rank waits.</returns>
    public static (double Step, double Waited) Simulate(int ranks, int cores, double share, double slice, double work, double spread)
    {
        var states = Enumerable.Range(0, ranks).Select(_ => new State()).ToArray();
        var queue = new LinkedList<int>(Enumerable.Range(0, ranks));
        // What the cores do: a rank by its number, or other programs.
        var running = new List<(int Rank, double Left)>();
        var (clock, step, exchange, there) = (0.0, 0, 0, 0);
        double waited = 0, lasted = 0;
        while (step <= Steps)
        {
            while (running.Count < cores && queue.First is { } next)
            {
                queue.RemoveFirst();
                running.Add((next.Value, slice));
                Resume(states[next.Value]);
            }

            // To the next event: a slice or work that ends, or a rank that looks and finds the others there.
            var until = Math.Max(0, states.Min(s => s.Notices) - clock);
            foreach (var (rank, left) in running) until = Math.Min(until, Math.Min(left, rank == Others ? Never : states[rank].Work));
            clock += until;
            for (var i = running.Count - 1; i >= 0; i--)
            {
                var (rank, left) = running[i];
                running[i] = (rank, left -= until);
                if (rank == Others)
                {
                    if (left <= Instant) running.RemoveAt(i);
                    continue;
                }

                var isThere = (states[rank].Work -= until) <= Instant;
                if (!isThere && left > Instant) continue;
                var theirs = (slice - left) * (1 - share) / share;
                if (theirs > Instant) running[i] = (Others, theirs);
                else running.RemoveAt(i);
                if (isThere) Arrive(rank);
                else queue.AddLast(rank);
            }

            foreach (var (rank, state) in states.Index())
            {
                if (state.Notices > clock + Instant) continue;
                state.Notices = Never;
                queue.AddFirst(rank);
            }
        }

        return (lasted / ranks / Steps, waited / lasted);

        // A step lasts from the exchange before it, which all ranks leave together, to its last.
        void Resume(State state)
        {
            if (!state.IsWaiting) return;
            state.IsWaiting = false;
            if (state.Exchange == 0)
            {
                state.Begun = clock;
                return;
            }

            waited += clock - state.Since;
            if (state.Exchange == Exchanges) lasted += clock - state.Begun;
        }

        void Arrive(int rank)
        {
            states[rank].Since = clock;
            if (++there < ranks) return;
            there = 0;
            foreach (var (other, state) in states.Index())
            {
                var taken = state.Since < clock ? slice * (1 - share) * new RandomStream(4, StreamStage.Test, step, other).UniformAt((ulong)exchange) : 0;
                (state.IsWaiting, state.Exchange, state.Notices) = (true, exchange, Noticed(state.Since, clock) + taken);
                state.Work = exchange == 0 ? work * Math.Exp((spread * new RandomStream(3, StreamStage.Test, step, other).NextNormal()) - (spread * spread / 2)) : 0;
            }

            if (exchange == Exchanges) step++;
            exchange = (exchange + 1) % (Exchanges + 1);
        }
    }

    /// <summary>When a rank that waits since a time sees what is there from another on.</summary>
    private static double Noticed(double since, double from)
    {
        if (from - since <= Spin) return from;
        return from - since <= Patience ? since + Spin + (Look * Math.Ceiling((from - since - Spin) / Look)) : since + Patience + (LaterLook * Math.Ceiling((from - since - Patience) / LaterLook));
    }

    /// <summary>How long a thread keeps a core while twice as many want one: the median stretch between two gaps of many that compute and do nothing else.</summary>
    public static double Slice()
    {
        const double Seconds = 0.5, Gap = 2e-4;
        var threads = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Looker(Seconds, Gap)).ToArray();
        foreach (var one in threads) one.Thread.Start();
        foreach (var one in threads) one.Thread.Join();
        double[] stretches = [.. threads.SelectMany(t => t.Stretches).Order()];
        return stretches.Length == 0 ? Seconds : stretches[stretches.Length / 2];
    }

    private sealed class State
    {
        /// <summary>Processor seconds until it is at the next exchange.</summary>
        public double Work { get; set; }

        /// <summary>When it came to the exchange that it waits in, or waited in last, and which that is: 0 before the step.</summary>
        public double Since { get; set; }

        public int Exchange { get; set; }

        public bool IsWaiting { get; set; }

        /// <summary>When its step began.</summary>
        public double Begun { get; set; }

        /// <summary>When it looks and finds the others there.</summary>
        public double Notices { get; set; } = Never;
    }

    /// <summary>A thread that looks at the clock all the time, and keeps how long it could without a gap.</summary>
    private sealed class Looker
    {
        public Looker(double seconds, double gap) => Thread = new Thread(() =>
        {
            var (start, last) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
            var began = last;
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            {
                var now = Stopwatch.GetTimestamp();
                if (Stopwatch.GetElapsedTime(last, now).TotalSeconds > gap)
                {
                    Stretches.Add(Stopwatch.GetElapsedTime(began, last).TotalSeconds);
                    began = now;
                }

                last = now;
            }
        });

        public Thread Thread { get; }

        public List<double> Stretches { get; } = [];
    }
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// Asks what is planned within a time. Every test has a short turn first, in the plan's order: what it really takes is seen by how many of its
/// samples are done, for a bound of tokens says little of a model that is short. Then those that are nearest to their end go on, so that as many
/// as possible are decided. Nothing is asked twice: each goes on where it was.
/// </summary>
/// <param name="models">Opens models by name.</param>
/// <param name="http">For tasks that read fetched data.</param>
/// <param name="time">What time it is.</param>
internal sealed class QuickRun(EvaluationModels models, ProviderHandlers? http, TimeProvider time)
{
    /// <summary>What becomes of a test that was asked to its end.</summary>
    public const string Asked = "asked";

    /// <summary>Of the whole time, a test's first turn.</summary>
    private const double Turn = 1.0 / 40;

    private static readonly TimeSpan LeastTurn = TimeSpan.FromSeconds(15);

    /// <summary>An estimate from a few samples may be wrong by this much before a test is given up for it.</summary>
    private const double Doubt = 1.5;

    /// <summary>Runs what can be run; says of each test what became of it.</summary>
    /// <param name="plan">In its order.</param>
    /// <param name="nameOf">The model of a state.</param>
    /// <param name="folder">Each test has a folder below it, which the gate reads as evidence.</param>
    /// <param name="within">For all of them.</param>
    /// <param name="data">Folder of public data; null for none.</param>
    /// <param name="observe">Makes who watches.</param>
    /// <param name="cancellation">Stops it; what is done is gone on with.</param>
    public async Task<IReadOnlyList<(QuickTest Test, string Became)>> RunAsync(IReadOnlyList<QuickTest> plan, Func<ModelState, string> nameOf, string folder, TimeSpan within, string? data, Func<EvaluationTask, string, EvaluationObserver> observe, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var became = plan.Select(t => t.Why).ToArray();
        var turn = within * Turn > LeastTurn ? within * Turn : LeastTurn;
        var begun = new List<(int At, TestPace Pace)>();
        for (var i = 0; i < became.Length; i++)
        {
            if (became[i].Length > 0) continue;
            var pace = new TestPace();
            became[i] = await AskAsync(i, pace, Least(turn, Left())).ConfigureAwait(false);
            if (became[i].Length == 0) begun.Add((i, pace));
        }

        foreach (var (at, first) in begun.OrderBy(b => b.Pace.SecondsLeft))
        {
            var (pace, left) = (first, Left());
            if (left > TimeSpan.Zero && (!double.IsFinite(first.SecondsLeft) || first.SecondsLeft <= left.TotalSeconds * Doubt))
            {
                pace = new TestPace();
                became[at] = await AskAsync(at, pace, left).ConfigureAwait(false);
            }

            if (became[at].Length == 0) became[at] = pace.Says(plan[at]);
        }

        return [.. plan.Zip(became)];

        TimeSpan Left() => within - time.GetElapsedTime(began);

        async Task<string> AskAsync(int at, TestPace pace, TimeSpan left)
        {
            if (left <= TimeSpan.Zero) return "";
            var test = plan[at];
            using var over = new CancellationTokenSource(left, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
            var from = time.GetTimestamp();
            try
            {
                await new EvaluationSet(test.Request(nameOf(test.State)) with { DataFolder = data }, Path.Combine(folder, test.Folder), models, http).RunAsync((task, name) => new PacedObserver(observe(task, name), pace), _ => { }, both.Token).ConfigureAwait(false);
                return Asked;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                pace.Seconds = time.GetElapsedTime(from).TotalSeconds;
                return "";
            }
            catch (UserError error)
            {
                return $"cannot be asked here: {error.Problem}";
            }
        }
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>How far a test is, and how fast it was.</summary>
    private sealed class TestPace
    {
        public int Samples { get; set; }

        public int Finished { get; set; }

        public int Now { get; set; }

        public double Seconds { get; set; }

        /// <summary>To its end, at this pace; infinite where no sample was done.</summary>
        public double SecondsLeft => Now > 0 ? (Samples - Finished - Now) * Seconds / Now : double.PositiveInfinity;

        public string Says(QuickTest test) => Samples == 0
            ? string.Create(CultureInfo.InvariantCulture, $"not asked: at most {Quantity.Count(test.Tokens)} tokens; the same command goes on with it")
            : string.Create(CultureInfo.InvariantCulture, $"not asked to its end: {Finished + Now} of {Samples} samples{(Now > 0 ? $", some {Quantity.Duration(TimeSpan.FromSeconds(Math.Min(SecondsLeft, 1e8)))} more here" : "")}; the same command goes on with it");
    }

    private sealed class PacedObserver(EvaluationObserver inner, TestPace pace) : EvaluationObserver
    {
        public override void Begin(int samples, int finished)
        {
            (pace.Samples, pace.Finished) = (samples, finished);
            inner.Begin(samples, finished);
        }

        public override void Done(EvaluatedSample sample)
        {
            pace.Now++;
            inner.Done(sample);
        }

        public override void Notice(string message) => inner.Notice(message);
    }
}

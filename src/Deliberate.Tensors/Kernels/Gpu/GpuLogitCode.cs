using ILGPU;

namespace Deliberate.Tensors;

/// <summary>Columns of rows of logits, and how many elements apart the rows of logits, statistics and gradients from outside are.</summary>
internal readonly record struct LogitRowsShape(int Columns, int Row, int StatisticsRow, int UpstreamRow, float Scale, float SoftCap);

/// <summary>
/// From rows of logits to log-probabilities and their gradient. A row is shared by <see cref="Lanes"/> threads, each taking every 64th
/// column in order, whose results are put together in the order of the lanes: the same for every row, whatever stands beside it.
/// </summary>
internal static class GpuLogitCode
{
    public const int Lanes = 64;

    /// <summary>z = softCap(logit) · scale in place, and the largest of each lane.</summary>
    public static void Scale(Index1D index, ArrayView<float> logits, ArrayView<float> lanes, LogitRowsShape s)
    {
        int row = index / Lanes, lane = index % Lanes;
        var at = (long)row * s.Row;
        var max = float.NegativeInfinity;
        for (var j = lane; j < s.Columns; j += Lanes)
        {
            var z = s.Scale * GpuMath.SoftCap(logits[at + j], s.SoftCap);
            logits[at + j] = z;
            max = z > max ? z : max;
        }

        lanes[index] = max;
    }

    /// <summary>The largest z of a row to its statistics.</summary>
    public static void Largest(Index1D index, ArrayView<float> lanes, ArrayView<float> statistics, LogitRowsShape s)
    {
        var max = float.NegativeInfinity;
        for (var lane = 0; lane < Lanes; lane++)
        {
            var v = lanes[(index * Lanes) + lane];
            max = v > max ? v : max;
        }

        statistics[((long)index.X * s.StatisticsRow) + 2] = max;
    }

    /// <summary>Σ e^(z - max) and Σ e^(z - max)·(z - max) of each lane.</summary>
    public static void Sums(Index1D index, ArrayView<float> logits, ArrayView<float> statistics, ArrayView<float> lanes, LogitRowsShape s)
    {
        int row = index / Lanes, lane = index % Lanes;
        var at = (long)row * s.Row;
        var max = statistics[((long)row * s.StatisticsRow) + 2];
        float sum = 0, weighted = 0;
        for (var j = lane; j < s.Columns; j += Lanes)
        {
            var shifted = logits[at + j] - max;
            var e = GpuMath.Exp(shifted);
            sum += e;
            weighted += e * shifted;
        }

        lanes[(long)index.X * 2] = sum;
        lanes[((long)index.X * 2) + 1] = weighted;
    }

    /// <summary>
    /// Log-probability of a row's target, entropy, and the logarithm of the sum: from that, the largest and any z the log-probability is two
    /// subtractions, whose bits are the same wherever they are made (<see cref="TokenStatistics.OfLogSum"/>).
    /// </summary>
    public static void Statistics(Index1D index, ArrayView<float> logits, ArrayView<float> lanes, ArrayView<int> targets, ArrayView<float> statistics, int hasTargets, LogitRowsShape s)
    {
        float sum = 0, weighted = 0;
        for (var lane = 0; lane < Lanes; lane++)
        {
            sum += lanes[((index * Lanes) + lane) * 2];
            weighted += lanes[(((index * Lanes) + lane) * 2) + 1];
        }

        var target = hasTargets != 0 ? targets[index] : -1;
        var at = (long)index.X * s.StatisticsRow;
        var log = GpuMath.Log(sum);
        statistics[at] = target < 0 ? 0 : TokenStatistics.OfLogSum(logits[((long)index.X * s.Row) + target], statistics[at + 2], log);
        statistics[at + 1] = log - (weighted / sum);
        statistics[at + 3] = log;
    }

    /// <summary>z to the gradient of its logit, in place.</summary>
    public static void Gradient(Index1D index, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> statistics, ArrayView<float> upstream, LogitRowsShape s)
    {
        int row = index / s.Columns, j = index % s.Columns;
        long at = ((long)row * s.Row) + j, statistic = (long)row * s.StatisticsRow, from = (long)row * s.UpstreamRow;
        var target = targets[row];
        var z = logits[at];
        var logP = z - (statistics[statistic + 2] + statistics[statistic + 3]);
        var p = GpuMath.Probability(logP);
        var up = target < 0 ? 0 : upstream[from];
        // A comparison made a number is 0 on pocl, whatever it says: it decides instead.
        var chosen = -up * p;
        if (j == target) chosen += up;
        var d = chosen - (upstream[from + 1] * p * (logP + statistics[statistic + 1]));
        logits[at] = d * s.Scale * Slope(z, s);
    }

    /// <summary>Σ q · (log p - log q) of each lane.</summary>
    public static void Distances(Index1D index, ArrayView<float> logits, ArrayView<float> labels, ArrayView<float> statistics, ArrayView<float> labelStatistics, ArrayView<float> lanes, LogitRowsShape s, int labelRow)
    {
        int row = index / Lanes, lane = index % Lanes;
        float logSum = LogSum(statistics, row, s), labelLogSum = LogSum(labelStatistics, row, s), sum = 0;
        for (var j = lane; j < s.Columns; j += Lanes)
        {
            var logQ = labels[((long)row * labelRow) + j] - labelLogSum;
            sum += GpuMath.Probability(logQ) * (logits[((long)row * s.Row) + j] - logSum - logQ);
        }

        lanes[index] = sum;
    }

    /// <summary>z to upstream · (q - p) through scale and soft cap, in place.</summary>
    public static void LabelGradient(
        Index1D index, ArrayView<float> logits, ArrayView<float> labels, ArrayView<int> targets, ArrayView<float> statistics, ArrayView<float> labelStatistics, ArrayView<float> upstream, LogitRowsShape s, int labelRow)
    {
        int row = index / s.Columns, j = index % s.Columns;
        var at = ((long)row * s.Row) + j;
        var z = logits[at];
        float p = GpuMath.Probability(z - LogSum(statistics, row, s)), q = GpuMath.Probability(labels[((long)row * labelRow) + j] - LogSum(labelStatistics, row, s));
        var up = targets[row] < 0 ? 0 : upstream[(long)row * s.UpstreamRow];
        logits[at] = up * (q - p) * s.Scale * Slope(z, s);
    }

    /// <summary>The lanes' distances together, where the log-probability stands.</summary>
    public static void Distance(Index1D index, ArrayView<float> lanes, ArrayView<int> targets, ArrayView<float> statistics, LogitRowsShape s)
    {
        float sum = 0;
        for (var lane = 0; lane < Lanes; lane++) sum += lanes[(index * Lanes) + lane];
        statistics[(long)index.X * s.StatisticsRow] = targets[index] < 0 ? 0 : sum;
    }

    private static float LogSum(ArrayView<float> statistics, int row, LogitRowsShape s) =>
        statistics[((long)row * s.StatisticsRow) + 2] + statistics[((long)row * s.StatisticsRow) + 3];

    private static float Slope(float z, LogitRowsShape s)
    {
        if (s.SoftCap == 0) return 1;
        var tanh = z / s.Scale / s.SoftCap;
        return 1 - (tanh * tanh);
    }
}

using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>What the kernels say of a row: the largest z, and with it what makes a log-probability (<see cref="IKernels.LogProbabilityOf"/>).</summary>
internal readonly record struct RowStatistics(float Max, float Last, float Entropy);

/// <summary>What choosing a token takes of a row of logits.</summary>
/// <param name="Temperature">At which it is drawn from; 1 where it is not the policy's own distribution that decides.</param>
/// <param name="Whole">Whether all of it must be looked at on the host; else its largest number is enough.</param>
internal readonly record struct RowNeed(double Temperature, bool Whole)
{
    /// <param name="looksAtAll">Where something beside the options does.</param>
    public static RowNeed Of(SamplingOptions options, bool looksAtAll) =>
        new(IsDrawn(options) ? options.Temperature : 1, looksAtAll || options.Temperature > 0 || options.HasPenalties);

    /// <summary>Whether a token is drawn from the temperature-scaled distribution, whole.</summary>
    public static bool IsDrawn(SamplingOptions options) => options.Unfiltered && options.Temperature > 0;
}

/// <summary>
/// Rows of logits of a device with memory of its own, as the host has to see them to choose: all statistics in one read, and the rows
/// themselves in another, unless every one of them takes its largest number, which the device finds. What is drawn from at a temperature the
/// host makes from the raw row by the one product that the device would, so that its bits are the same.
/// </summary>
internal sealed class TakenRows
{
    /// <summary>Columns of a row's statistics at the temperature, and of its largest number.</summary>
    private const int ScaledColumn = 8, LargestColumn = 12;

    private readonly Device _device;
    private readonly Tensor _logits, _scaled, _statistics, _scaledStatistics;
    private readonly DeviceBuffer _noTargets;
    private float[] _rows = [], _numbers = [];
    private int _first, _end;

    /// <param name="logits">[rows, vocabulary]; become z in place.</param>
    /// <param name="scaled">The same at a temperature.</param>
    /// <param name="statistics">[rows, 4], with room behind them.</param>
    /// <param name="noTargets">-1 for each row.</param>
    public TakenRows(Device device, Tensor logits, Tensor scaled, Tensor statistics, DeviceBuffer noTargets)
    {
        (_device, _logits, _scaled, _statistics, _noTargets) = (device, logits, scaled, statistics, noTargets);
        if (statistics.Stride <= LargestColumn) throw new ArgumentException($"Rows of statistics are {statistics.Stride} apart.", nameof(statistics));
        _scaledStatistics = new Tensor(4, statistics.Value, statistics.Offset + ScaledColumn, statistics.Stride);
    }

    /// <summary>Brings over what is needed of the first rows.</summary>
    public void Take(ReadOnlySpan<RowNeed> needs, double softCap)
    {
        var count = needs.Length;
        (_first, _end) = (count, 0);
        var isChosen = false;
        for (var row = 0; row < count; row++)
        {
            isChosen |= !needs[row].Whole;
            if (needs[row].Whole) (_first, _end) = (Math.Min(_first, row), row + 1);
        }

        if (count == 0) return;
        // Before the raw ones are made in place.
        for (int row = 0, end; row < count; row = end)
        {
            end = row + 1;
            while (end < count && needs[end].Temperature == needs[row].Temperature) end++;
            if (needs[row].Temperature == 1) continue;
            _logits.Value.CopyTo((long)row * _logits.Stride, _scaled.Value, (long)row * _scaled.Stride, (long)(end - row) * _logits.Stride);
            _device.Kernels.LogitStatistics(_scaled, new LogitShape(1 / needs[row].Temperature, softCap), _noTargets, _scaledStatistics, new Rows(row, end));
        }

        _device.Kernels.LogitStatistics(_logits, new LogitShape(1, softCap), _noTargets, _statistics, new Rows(0, count));
        if (isChosen) ((IRowChoice)_device.Kernels).Largest(_logits, _statistics, LargestColumn, new Rows(0, count));
        Read(_statistics.Value, 0, count * _statistics.Stride, ref _numbers);
        if (_first < _end) Read(_logits.Value, (long)_first * _logits.Stride, (_end - _first) * _logits.Stride, ref _rows);
    }

    /// <summary>Statistics of the raw policy.</summary>
    public RowStatistics Raw(int row) => At(row * _statistics.Stride);

    /// <summary>The same at the temperature.</summary>
    public RowStatistics Scaled(int row) => At((row * _statistics.Stride) + ScaledColumn);

    /// <summary>Whether all of a row was brought over.</summary>
    public bool IsHeld(int row) => row >= _first && row < _end;

    /// <summary>The column of its largest number, of equal ones the first.</summary>
    public int Largest(int row) => (int)_numbers[(row * _statistics.Stride) + LargestColumn];

    /// <summary>z of a token under the raw policy, of a row that is held or of its largest number.</summary>
    public float Score(int row, int token) => IsHeld(row) ? _rows[At(row, token)] : Raw(row).Max;

    /// <summary>The row's z, multiplied in float32 as the device does.</summary>
    public void Fill(int row, float scale, Span<double> scores)
    {
        var from = _rows.AsSpan(At(row, 0), _logits.Columns);
        for (var i = 0; i < scores.Length; i++) scores[i] = scale * from[i];
    }

    private RowStatistics At(int at) => new(_numbers[at + 2], _numbers[at + 3], _numbers[at + 1]);

    private int At(int row, int token) => ((row - _first) * _logits.Stride) + token;

    private static void Read(DeviceBuffer buffer, long first, int count, ref float[] into)
    {
        if (into.Length < count) into = new float[count + (count / 4)];
        buffer.Read(first, into.AsSpan(0, count));
    }
}

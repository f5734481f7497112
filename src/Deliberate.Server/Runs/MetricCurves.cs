using System.Text;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>The metrics of a run as its file grows. A line that is none ends the reading there, and is told; what came before stays.</summary>
internal sealed class MetricCurves(RunFolder folder, TrainRecipe recipe)
{
    private readonly LineTail _tail = new(Path.Combine(folder.Root, MetricsStream.MetricsFile));
    private readonly List<MetricsRecord> _records = [];

    /// <summary>What is wrong with the file; null where nothing is.</summary>
    public UserError? Damage { get; private set; }

    /// <summary>Reads what came since; not by two at a time.</summary>
    /// <returns>Whether there is anything new.</returns>
    public bool Read()
    {
        try
        {
            return _tail.Read(Add, Restart);
        }
        catch (UserError error)
        {
            var isNew = Damage?.Message != error.Message;
            Damage = error;
            return isNew;
        }
    }

    /// <summary>Those read so far: a copy, which stays as it is.</summary>
    public IReadOnlyList<MetricsRecord> Records() => [.. _records];

    private void Add(ReadOnlySpan<byte> line, long offset, int number)
    {
        if (Damage is not null) return;
        try
        {
            _records.Add(OldMetricNames.Renew(MetricsStream.Parse(Path.Combine(folder.Root, MetricsStream.MetricsFile), number, Encoding.UTF8.GetString(line)), recipe));
        }
        catch (UserError error)
        {
            Damage = error;
        }
    }

    private void Restart()
    {
        _records.Clear();
        Damage = null;
    }
}

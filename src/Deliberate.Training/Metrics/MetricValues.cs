using System.Collections;

namespace Deliberate.Training;

/// <summary>A step's numbers, in the order in which they are recorded: nothing gets in that is not declared.</summary>
internal sealed class MetricValues : IReadOnlyList<KeyValuePair<string, double>>
{
    private readonly List<KeyValuePair<string, double>> _values = [];

    public int Count => _values.Count;

    public KeyValuePair<string, double> this[int index] => _values[index];

    public void Add(RunMetric metric, double value)
    {
        if (metric.IsFamily) throw new InvalidOperationException($"{metric.Name} is a family of metrics: say which.");
        _values.Add(new(metric.Name, value));
    }

    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

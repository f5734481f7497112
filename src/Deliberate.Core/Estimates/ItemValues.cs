namespace Deliberate.Core;

/// <summary>Groups what was measured by the item that it was measured on: all samples of a problem, all tokens of a text.</summary>
internal static class ItemValues
{
    /// <param name="samples">What was measured, in any order.</param>
    /// <param name="item">Which item a sample belongs to.</param>
    /// <param name="value">What it measured.</param>
    public static ItemValues<TItem> Of<T, TItem>(IEnumerable<T> samples, Func<T, TItem> item, Func<T, double> value)
        where TItem : notnull
    {
        var values = new ItemValues<TItem>();
        foreach (var sample in samples) values.Add(item(sample), value(sample));
        return values;
    }
}

/// <summary>Values by item, in the order in which the items came; those of one item hang together.</summary>
internal sealed class ItemValues<TItem>
    where TItem : notnull
{
    private readonly Dictionary<TItem, int> _index = [];
    private readonly List<List<double>> _values = [];

    /// <summary>Number of items.</summary>
    public int Items => _values.Count;

    /// <summary>Number of values.</summary>
    public int Samples { get; private set; }

    /// <summary>Whether all values are numbers.</summary>
    public bool IsFinite { get; private set; } = true;

    /// <summary>The items, in the order of <see cref="Values"/>.</summary>
    public IEnumerable<TItem> Keys => _index.OrderBy(i => i.Value).Select(i => i.Key);

    /// <summary>[item][sample].</summary>
    public IReadOnlyList<IReadOnlyList<double>> Values => _values;

    public void Add(TItem item, double value)
    {
        if (!_index.TryGetValue(item, out var at))
        {
            _index[item] = at = _values.Count;
            _values.Add([]);
        }

        _values[at].Add(value);
        Samples++;
        IsFinite &= double.IsFinite(value);
    }

    /// <summary>The mean of each item's values.</summary>
    public double[] Means() => [.. _values.Select(v => v.Average())];

    /// <summary>All values, and for each the number of its item.</summary>
    public (double[] Values, int[] Items) Flat() => ([.. _values.SelectMany(v => v)], [.. _values.SelectMany((v, i) => Enumerable.Repeat(i, v.Count))]);

    /// <summary>What both measured: the values of the items that are in both, in the order of the second.</summary>
    public static (ItemValues<TItem> From, ItemValues<TItem> To) Common(ItemValues<TItem> from, ItemValues<TItem> to)
    {
        var (first, second) = (new ItemValues<TItem>(), new ItemValues<TItem>());
        foreach (var (item, at) in to._index.OrderBy(i => i.Value))
        {
            if (!from._index.TryGetValue(item, out var other)) continue;
            foreach (var value in from._values[other]) first.Add(item, value);
            foreach (var value in to._values[at]) second.Add(item, value);
        }

        return (first, second);
    }
}

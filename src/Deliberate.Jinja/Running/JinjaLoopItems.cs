namespace Deliberate.Jinja;

/// <summary>
/// What a loop goes through: a list, or a generator whose elements are made as the loop comes to them. Asking whether an element is
/// the last makes the next one, asking how many there are makes them all, as in Jinja.
/// </summary>
internal sealed class JinjaLoopItems
{
    private readonly IReadOnlyList<JinjaValue> _items;
    private readonly List<JinjaValue> _made = [];
    private JinjaGenerator? _more;

    public JinjaLoopItems(IReadOnlyList<JinjaValue> items) => _items = items;

    public JinjaLoopItems(JinjaGenerator generator) => (_items, _more) = (_made, generator);

    public int Count
    {
        get
        {
            Has(int.MaxValue);
            return _items.Count;
        }
    }

    public JinjaValue this[int index] => _items[index];

    public bool Has(int index)
    {
        while (index >= _items.Count && _more is not null)
        {
            if (_more.Next() is { } next) _made.Add(next);
            else _more = null;
        }

        return index < _items.Count;
    }
}

namespace Deliberate.Jinja;

/// <summary>
/// Names and their values, with the scope outside. A <c>set</c> changes the innermost scope only, as in Jinja: a loop's body
/// cannot change what stands outside it. Every pass of a loop makes a scope, so a few names stand in an array.
/// </summary>
internal sealed class JinjaScope(JinjaScope? outer)
{
    private const int Few = 8;

    private readonly JinjaScope? _outer = outer;
    private KeyValuePair<string, JinjaValue>[] _few = [];
    private int _count;
    private Dictionary<string, JinjaValue>? _many;

    /// <summary>The value of a name, innermost first, and how many scopes were asked.</summary>
    public JinjaValue? Find(string name, out int asked)
    {
        asked = 0;
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            asked++;
            if (scope._many is not null)
            {
                if (scope._many.TryGetValue(name, out var value)) return value;
            }
            else if (scope.IndexOf(name) is >= 0 and var index)
            {
                return scope._few[index].Value;
            }
        }

        return null;
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_few[i].Key == name) return i;
        }

        return -1;
    }

    public void Set(string name, JinjaValue value)
    {
        if (_many is not null)
        {
            _many[name] = value;
            return;
        }

        var index = IndexOf(name);
        if (index < 0 && _count == Few)
        {
            _many = new Dictionary<string, JinjaValue>(_few, StringComparer.Ordinal) { [name] = value };
            return;
        }

        if (index < 0) index = _count++;
        if (index == _few.Length) Array.Resize(ref _few, Math.Max(2, _few.Length * 2));
        _few[index] = new(name, value);
    }
}

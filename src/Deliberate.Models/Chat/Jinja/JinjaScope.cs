namespace Deliberate.Models;

/// <summary>Names and their values, with the scope outside. A <c>set</c> changes the innermost scope only, as in Jinja: a loop's body cannot change what stands outside it.</summary>
internal sealed class JinjaScope(JinjaScope? outer)
{
    private Dictionary<string, JinjaValue>? _names;

    public JinjaValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._names is not null && scope._names.TryGetValue(name, out var value)) return value;
        }

        return null;
    }

    public void Set(string name, JinjaValue value) => (_names ??= new(StringComparer.Ordinal))[name] = value;

    private JinjaScope? Outer => outer;
}

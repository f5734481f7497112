namespace Deliberate.Core;

/// <summary>
/// A visible list of named things, and what programs add to it: theirs come last and may be taken back, ours may not. Safe to use
/// from many threads; whoever holds <see cref="Items"/> holds them as they were.
/// </summary>
/// <param name="kind">What they are called in messages.</param>
/// <param name="nameOf">The name in recipes.</param>
/// <param name="own">Ours.</param>
internal sealed class ExtensibleList<T>(string kind, Func<T, string> nameOf, IReadOnlyList<T> own)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly int _ours = own.Count;
    private volatile IReadOnlyList<T> _items = own;

    public IReadOnlyList<T> Items => _items;

    /// <exception cref="ArgumentException">The name is taken, upper or lower case, or is none: lower-case letters, digits, - and _.</exception>
    public void Add(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var name = nameOf(item);
        if (name is not [>= 'a' and <= 'z', ..] || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_')))
            throw new ArgumentException($"\"{name}\" is no name for a {kind}: it begins with a lower-case letter and goes on with those, digits, - and _.", nameof(item));
        lock (_gate)
        {
            if (_items.Any(known => nameOf(known) == name)) throw new ArgumentException($"There is a {kind} \"{name}\" already.", nameof(item));
            _items = [.. _items, item];
        }
    }

    /// <summary>Whether it was there; ours stay.</summary>
    public bool Remove(string name)
    {
        lock (_gate)
        {
            var before = _items;
            _items = [.. before.Where((item, i) => i < _ours || nameOf(item) != name)];
            return _items.Count < before.Count;
        }
    }
}

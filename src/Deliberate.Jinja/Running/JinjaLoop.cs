namespace Deliberate.Jinja;

/// <summary>The <c>loop</c> of a for loop: where it stands, its neighbours, <c>cycle</c> and <c>changed</c>; callable in a recursive loop.</summary>
internal sealed class JinjaLoop(JinjaLoopItems items, int depth, Func<JinjaArguments, JinjaValue>? recurse) : JinjaValue
{
    private JinjaList? _last;

    public int Index { get; set; }

    public override string TypeName => "LoopContext";

    public JinjaValue Call(JinjaArguments arguments) => recurse is not null ? recurse(arguments) : throw new JinjaException("The loop must have the 'recursive' marker to be called recursively.");

    public JinjaValue? Find(JinjaRun run, string name) => name switch
    {
        "index" => Index + 1,
        "index0" => Index,
        "revindex" => items.Count - Index,
        "revindex0" => items.Count - Index - 1,
        "first" => Index == 0,
        "last" => !items.Has(Index + 1),
        "length" => items.Count,
        "depth" => depth,
        "depth0" => depth - 1,
        "previtem" => Index > 0 ? items[Index - 1] : new JinjaUndefined("there is no previous item"),
        "nextitem" => items.Has(Index + 1) ? items[Index + 1] : new JinjaUndefined("there is no next item"),
        "cycle" => new JinjaFunction(name, arguments => arguments.Positional.Count > 0 ? arguments.Positional[Index % arguments.Positional.Count] : throw new JinjaException("no items for cycling given")),
        "changed" => new JinjaFunction(name, arguments => Changed(run, arguments)),
        _ => null,
    };

    private JinjaBool Changed(JinjaRun run, JinjaArguments arguments)
    {
        var now = new JinjaList(arguments.Positional, isTuple: true);
        var same = _last is not null && JinjaComparer.AreEqual(run, _last, now);
        _last = now;
        return JinjaBool.Of(!same);
    }
}

/// <summary>The global <c>cycler</c>: goes round its values by <c>next()</c>.</summary>
internal sealed class JinjaCycler(IReadOnlyList<JinjaValue> items) : JinjaValue
{
    private int _at;

    public override string TypeName => "Cycler";

    public JinjaValue? Find(string name) => name switch
    {
        "current" => items[_at],
        "next" => new JinjaFunction(name, _ =>
        {
            var value = items[_at];
            _at = (_at + 1) % items.Count;
            return value;
        }),
        "reset" => new JinjaFunction(name, _ =>
        {
            _at = 0;
            return JinjaNone.Instance;
        }),
        _ => null,
    };
}

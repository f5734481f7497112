namespace Deliberate.Jinja;

/// <summary>
/// What map, select and their kin give, and Python's generators are: elements made one by one when they are asked for, so that what
/// nobody asks for cannot fail; walked once, without a length, and always true.
/// </summary>
internal sealed class JinjaGenerator(JinjaRun run, IEnumerable<JinjaValue> elements) : JinjaValue
{
    private readonly IEnumerator<JinjaValue> _elements = elements.GetEnumerator();

    public override string TypeName => "generator";

    /// <summary>The next element; null behind the last.</summary>
    public JinjaValue? Next()
    {
        // Generators over generators nest as deep as a template has them.
        run.Budget.Enter();
        run.Budget.Spend(1);
        var next = _elements.MoveNext() ? _elements.Current : null;
        run.Budget.Leave();
        return next;
    }

    /// <summary>All elements that are left.</summary>
    public IEnumerable<JinjaValue> Rest()
    {
        while (Next() is { } next) yield return next;
    }
}

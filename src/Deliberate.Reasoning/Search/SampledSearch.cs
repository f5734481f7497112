namespace Deliberate.Reasoning;

/// <summary>n whole solutions, all drawn at once: what best-of-n and votes choose among.</summary>
internal abstract class SampledSearch(int n) : ISearchMethod
{
    public abstract string Name { get; }

    public virtual string Settings => $"n={n}";

    public virtual bool NeedsScores => true;

    public IEnumerable<IReadOnlyList<Expansion>> Explore(SearchTree tree)
    {
        var solutions = new Expansion(tree.Root, ExpansionKind.Solutions, n);
        yield return [solutions];
        tree.Finished.AddRange(solutions.Result);
    }

    public abstract void Select(SearchTree tree);
}

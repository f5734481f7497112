namespace Deliberate.Reasoning;

/// <summary>
/// Runs one method on many problems at once: each round carries out what all of them wish, so that a step of one shares its passes with
/// those of the others. A problem's result does not depend on the others.
/// </summary>
internal static class SearchRunner
{
    /// <param name="method">The same for all.</param>
    /// <param name="space">Where steps come from.</param>
    /// <param name="trees">A problem each.</param>
    /// <param name="together">Problems in work at once.</param>
    /// <param name="done">Told of each finished tree.</param>
    /// <param name="cancellation">Leaves the rest as it is.</param>
    public static void Run(ISearchMethod method, ISearchSpace space, IReadOnlyList<SearchTree> trees, int together = int.MaxValue, Action<SearchTree>? done = null, CancellationToken cancellation = default)
    {
        var waiting = new Queue<SearchTree>(trees);
        var active = new List<(SearchTree Tree, IEnumerator<IReadOnlyList<Expansion>> Rounds)>();
        while (true)
        {
            while (active.Count < together && waiting.TryDequeue(out var next)) Advance(next, method.Explore(next).GetEnumerator());
            if (active.Count == 0) return;
            cancellation.ThrowIfCancellationRequested();
            space.Run([.. active.SelectMany(a => a.Rounds.Current.Select(e => (a.Tree, e)))], cancellation);
            var running = active.ToArray();
            active.Clear();
            foreach (var (tree, rounds) in running) Advance(tree, rounds);
        }

        void Advance(SearchTree tree, IEnumerator<IReadOnlyList<Expansion>> rounds)
        {
            if (tree.Left > 0 && rounds.MoveNext())
            {
                active.Add((tree, rounds));
                return;
            }

            // What the last round brought is taken note of, though there is nothing left for another.
            if (tree.Left == 0) rounds.MoveNext();
            rounds.Dispose();
            method.Select(tree);
            done?.Invoke(tree);
        }
    }
}

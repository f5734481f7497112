namespace Deliberate.Studies;

/// <summary>
/// The order of a study's parts: each after those that make its inputs; of several that could be next the one that is listed first.
/// </summary>
internal static class ChapterOrder
{
    /// <param name="known">All parts of the study.</param>
    /// <param name="chosen">Those that are wanted; whatever makes their inputs comes with them.</param>
    /// <param name="plan">Says how long each takes.</param>
    /// <exception cref="InvalidOperationException">The declarations do not fit together: nobody makes an input, two make the same, or parts wait for each other.</exception>
    public static IReadOnlyList<Chapter<TPlan>> Of<TPlan>(IReadOnlyList<Chapter<TPlan>> known, IEnumerable<Chapter<TPlan>> chosen, TPlan plan)
    {
        var makers = Makers(known);
        var wanted = new HashSet<Chapter<TPlan>>();
        var open = new Stack<Chapter<TPlan>>(chosen);
        while (open.TryPop(out var chapter))
        {
            if (!wanted.Add(chapter)) continue;
            foreach (var input in chapter.Inputs)
                open.Push(makers.GetValueOrDefault(input) ?? throw new InvalidOperationException($"The chapter {chapter.Name} needs {input}, which no chapter makes."));
        }

        var left = known.Where(wanted.Contains).ToList();
        var (made, order) = (new HashSet<string>(StringComparer.Ordinal), new List<Chapter<TPlan>>());
        while (left.Count > 0)
        {
            var next = left.Where(c => c.Inputs.All(made.Contains)).FirstOrDefault()
                ?? throw new InvalidOperationException($"These chapters wait for each other: {string.Join(", ", left.Select(c => $"{c.Name} (needs {string.Join(", ", c.Inputs.Except(made))})"))}.");
            left.Remove(next);
            made.UnionWith(next.Outputs);
            order.Add(next);
        }

        return order;
    }

    private static Dictionary<string, Chapter<TPlan>> Makers<TPlan>(IReadOnlyList<Chapter<TPlan>> known)
    {
        var makers = new Dictionary<string, Chapter<TPlan>>(StringComparer.Ordinal);
        foreach (var chapter in known)
            foreach (var output in chapter.Outputs)
                if (!makers.TryAdd(output, chapter)) throw new InvalidOperationException($"The chapters {makers[output].Name} and {chapter.Name} both make {output}.");
        return makers;
    }
}

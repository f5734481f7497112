namespace Deliberate.Tensors;

/// <summary>
/// Whose the parts of an optimizer are, where several processes share it (ZeRO's first stage, arXiv 1910.02054): each holds the moments of its own
/// parts and updates those. The largest part goes to whoever has the least yet, by bytes of moments, so that all have about the same; it depends on the
/// parameters, the rule and the number of processes alone. Parts are those of one process, so no bit of an update depends on the sharing.
/// </summary>
internal static class OptimizerShards
{
    /// <summary>Elements that every part's moments begin at a multiple of: a cache line.</summary>
    private const int Line = 16;

    /// <summary>Says of each part whose it is and, of this process's own, where its moments are.</summary>
    public static void Assign(OptimizerPart[] parts, OptimizerKind kind, int processes, int own)
    {
        var loads = new PriorityQueue<(int Process, long Elements), (long Elements, int Process)>();
        for (var process = 0; process < processes; process++) loads.Enqueue((process, 0), (0, process));
        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => parts[i].Length * parts[i].MomentsOf(kind)).ThenBy(i => parts[i].Offset))
        {
            var (process, elements) = loads.Dequeue();
            parts[i] = parts[i] with { Owner = process };
            elements += parts[i].Length * parts[i].MomentsOf(kind);
            loads.Enqueue((process, elements), (elements, process));
        }

        // What has two moments first: the second ones then fill a buffer without gaps.
        long at = 0;
        foreach (var i in Enumerable.Range(0, parts.Length).Where(i => parts[i].Owner == own).OrderByDescending(i => parts[i].MomentsOf(kind)).ThenBy(i => parts[i].Offset))
        {
            parts[i] = parts[i] with { Moments = at };
            at += Whole(parts[i].Length);
        }
    }

    /// <summary>Elements of this process's first and second moments.</summary>
    public static (long First, long Second) Lengths(OptimizerPart[] parts, OptimizerKind kind, int own)
    {
        long first = 0, second = 0;
        foreach (var part in parts)
        {
            if (part.Owner != own) continue;
            var end = part.Moments + Whole(part.Length);
            first = Math.Max(first, end);
            if (part.MomentsOf(kind) == 2) second = Math.Max(second, end);
        }

        return (first, second);
    }

    /// <summary>Elements of all moments of whichever process has the most.</summary>
    public static long Most(ParameterStore store, OptimizerKind kind, int processes)
    {
        var parts = OptimizerPart.Of(store, kind);
        Assign(parts, kind, processes, own: 0);
        var loads = new long[processes];
        foreach (var part in parts) loads[part.Owner] += Whole(part.Length) * part.MomentsOf(kind);
        return loads.Max();
    }

    private static long Whole(long length) => (length + Line - 1) / Line * Line;
}

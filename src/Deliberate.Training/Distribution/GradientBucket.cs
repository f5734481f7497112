using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Elements of the gradient that are sent together, as soon as a backward is done with them: those of a layer, of several small ones, or a part of a large one.
/// Each rank sums a part of them; with an optimizer that is shared that of the weights it updates, else one as long as the others'.
/// </summary>
internal sealed class GradientBucket
{
    private GradientBucket(int stage, ElementRanges[] parts)
    {
        (Stage, Parts) = (stage, parts);
        Starts = new int[parts.Length + 1];
        for (var rank = 0; rank < parts.Length; rank++) Starts[rank + 1] = Starts[rank] + (int)parts[rank].Length;
    }

    /// <summary>Which part of the backward has to be over, from 0.</summary>
    public int Stage { get; }

    /// <summary>The elements that each rank sums.</summary>
    public ElementRanges[] Parts { get; }

    /// <summary>Where each rank's begin, were they one behind the other; at the end their number.</summary>
    public int[] Starts { get; }

    public int Length => Starts[^1];

    /// <param name="stages">Parameters in the order in which a backward is done with them.</param>
    /// <param name="size">Of one.</param>
    public static GradientBucket[] Cut(IReadOnlyList<Parameter>[] stages, Optimizer optimizer, int ranks, BucketSize size)
    {
        var owned = Owned(optimizer);
        var most = (long)size.MostOfRank * ranks;
        var piece = Math.Min(OptimizerPart.PieceLength, most);
        var buckets = new List<GradientBucket>();
        var taken = new List<(long Offset, long Length, int Owner)>();
        var count = 0L;
        for (var stage = 0; stage < stages.Length; stage++)
        {
            foreach (var parameter in stages[stage].OrderBy(p => p.Offset))
            {
                foreach (var part in owned[parameter])
                {
                    // A matrix that is updated as a whole may still be sent in pieces.
                    for (long at = 0; at < part.Length; at += piece)
                    {
                        var length = Math.Min(piece, part.Length - at);
                        if (count + length > most) Close(stage);
                        taken.Add((part.Offset + at, length, part.Owner));
                        count += length;
                    }
                }
            }

            if (count >= size.LeastAmong(ranks) || (stage == stages.Length - 1 && count > 0)) Close(stage);
        }

        return [.. buckets];

        void Close(int stage)
        {
            if (optimizer.Peers is not null)
            {
                buckets.Add(new GradientBucket(stage, [.. Enumerable.Range(0, ranks).Select(rank => new ElementRanges(taken.Where(t => t.Owner == rank).Select(t => (t.Offset, t.Length))))]));
            }
            else
            {
                var all = new ElementRanges(taken.Select(t => (t.Offset, t.Length)));
                buckets.Add(new GradientBucket(stage, [.. Enumerable.Range(0, ranks).Select(rank => all.Slice(count * rank / ranks, (count * (rank + 1) / ranks) - (count * rank / ranks)))]));
            }

            taken.Clear();
            count = 0;
        }
    }

    private static Dictionary<Parameter, OptimizerPart[]> Owned(Optimizer optimizer) => optimizer.Parts.ToArray().GroupBy(p => p.Parameter).ToDictionary(g => g.Key, g => g.OrderBy(p => p.Offset).ToArray());
}

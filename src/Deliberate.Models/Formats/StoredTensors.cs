namespace Deliberate.Models;

/// <summary>The tensors of a source that are stored as one type.</summary>
internal sealed record StoredTensors(StoredType Type, int Tensors, long Elements, long Bytes)
{
    /// <summary>By type, those with the most bytes first.</summary>
    public static IReadOnlyList<StoredTensors> Of(ITensorSource source) =>
    [
        .. source.Names.Select(source.Info).GroupBy(t => t.Type).Select(g => new StoredTensors(g.Key, g.Count(), g.Sum(t => t.Count), g.Sum(t => t.ByteCount)))
            .OrderByDescending(t => t.Bytes).ThenBy(t => t.Type),
    ];
}

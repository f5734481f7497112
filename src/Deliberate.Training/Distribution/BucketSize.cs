namespace Deliberate.Training;

/// <summary>How many elements of the gradient are sent together.</summary>
/// <param name="Least">Where layers are small.</param>
/// <param name="LeastOfRank">The same for each rank that sums a part: of many ranks a message would else be next to nothing.</param>
/// <param name="MostOfRank">Where layers are large, for each of them.</param>
internal readonly record struct BucketSize(int Least, int LeastOfRank, int MostOfRank)
{
    /// <summary>
    /// A quarter of a megabyte, and 16 KB of each rank: below it a message's own cost shows. A megabyte of each rank: what is on its way is then little
    /// beside a model for which it matters.
    /// </summary>
    public static BucketSize Usual { get; } = new(1 << 16, 1 << 12, 1 << 18);

    /// <summary>Elements that are sent at least, among so many ranks.</summary>
    public long LeastAmong(int ranks) => Math.Max(Least, (long)LeastOfRank * ranks);
}

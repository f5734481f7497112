namespace Deliberate.Training;

/// <summary>How many elements of the gradient are sent together.</summary>
/// <param name="Least">Where layers are small.</param>
/// <param name="MostOfRank">Where they are large, for each rank that sums a part.</param>
internal readonly record struct BucketSize(int Least, int MostOfRank)
{
    /// <summary>A quarter of a megabyte: below it a message's own cost shows; a megabyte of each rank: what is on its way is then little beside a model for which it matters.</summary>
    public static BucketSize Usual { get; } = new(1 << 16, 1 << 18);
}

namespace Deliberate.Training;

/// <summary>
/// Some of a step's samples in place of all, to measure a mean over tokens on: places at equal distances on the line of all tokens, sample
/// behind sample, the first one at random; the samples that they lie in (systematic sampling in proportion to size, Madow 1949). A long sample is
/// chosen as much oftener as it is longer, so the mean over places of the samples' own means a token has the mean over all tokens as its
/// expectation, and as neighbours are samples of one problem, problems are covered evenly.
/// </summary>
internal static class SampleChoice
{
    /// <param name="lengths">Tokens of each sample; one without any is never chosen.</param>
    /// <param name="count">Of places.</param>
    /// <param name="first">Of the first one within its distance, uniform in [0, 1).</param>
    /// <returns>The sample of each place, ascending; one that holds several is there as often.</returns>
    public static int[] ByLength(IReadOnlyList<int> lengths, int count, double first)
    {
        double total = lengths.Sum(n => (long)n);
        var places = new int[count];
        var (sample, end) = (0, (double)lengths[0]);
        for (var k = 0; k < count; k++)
        {
            // Rounding must not lead past the last token.
            var at = Math.Min((k + first) * total / count, Math.BitDecrement(total));
            while (end <= at && sample + 1 < lengths.Count) end += lengths[++sample];
            places[k] = sample;
        }

        return places;
    }
}

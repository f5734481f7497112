using System.Numerics;

namespace Deliberate.Models;

/// <summary>Masks of tokens on scores: a bit each, 64 to a word.</summary>
internal static class TokenMask
{
    /// <summary>Scores of tokens that may not come become -∞.</summary>
    public static void Apply(ulong[] mask, Span<double> scores)
    {
        for (var word = 0; word * 64 < scores.Length; word++)
        {
            var part = scores[(word * 64)..Math.Min(scores.Length, (word * 64) + 64)];
            var allowed = word < mask.Length ? mask[word] : 0;
            if (allowed == 0) part.Fill(double.NegativeInfinity);
            else if (allowed != ulong.MaxValue)
                for (var i = 0; i < part.Length; i++)
                    if ((allowed >> i & 1) == 0) part[i] = double.NegativeInfinity;
        }
    }

    /// <summary>How many tokens may come.</summary>
    public static int Count(ulong[] mask)
    {
        var count = 0;
        foreach (var word in mask) count += BitOperations.PopCount(word);
        return count;
    }
}

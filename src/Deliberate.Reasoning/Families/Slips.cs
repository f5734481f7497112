using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>The ways in which a slip-prone writer gets a number wrong: off by one or two, or by one in the tens.</summary>
internal static class Slips
{
    private static readonly int[] Offsets = [-1, 1, -2, 2, -10, 10];

    /// <summary>A random offset for which <paramref name="fits"/> holds; 0, no slip, where it holds for none.</summary>
    public static int Draw(ref RandomStream random, Func<int, bool> fits)
    {
        var first = random.Next(Offsets.Length);
        for (var i = 0; i < Offsets.Length; i++)
        {
            var offset = Offsets[(first + i) % Offsets.Length];
            if (fits(offset)) return offset;
        }

        return 0;
    }
}

using System.Numerics.Tensors;

namespace Deliberate.Models;

/// <summary>
/// How far down a list in descending order of its keys one must go until the masses add up to a target, without sorting the list:
/// quickselect on mass instead of rank, linear in the mean. Sums run in an order that depends on the input alone.
/// </summary>
internal static class MassSelection
{
    /// <summary>Below this many entries a look at each beats another partition.</summary>
    private const int FewEntries = 24;

    /// <param name="keys">At least one; comes back in another order.</param>
    /// <param name="masses">Of each key, not negative, moved along with it; empty where the keys are their own masses.</param>
    /// <param name="above">The mass of the keys above the edge.</param>
    /// <returns>The edge: the largest key at or above which there is as much mass as asked for; the smallest key where there is not.</returns>
    public static double Edge(Span<double> keys, Span<double> masses, double target, out double above)
    {
        above = 0;
        while (keys.Length > FewEntries)
        {
            var (greater, equal) = Partition(keys, masses, Pivot(keys));
            var taken = Sum(keys, masses, 0, greater);
            if (greater > 0 && above + taken >= target)
            {
                Narrow(ref keys, ref masses, ..greater);
                continue;
            }

            var tied = Sum(keys, masses, greater, equal);
            if (above + taken + tied >= target || equal == keys.Length)
            {
                above += taken;
                return keys[greater];
            }

            above += taken + tied;
            Narrow(ref keys, ref masses, equal..);
        }

        return Last(keys, masses, target, ref above);
    }

    /// <summary>The largest key, group after group of equal ones.</summary>
    private static double Last(Span<double> keys, Span<double> masses, double target, ref double above)
    {
        while (true)
        {
            var (_, equal) = Partition(keys, masses, TensorPrimitives.Max<double>(keys));
            var edge = keys[0];
            var tied = Sum(keys, masses, 0, equal);
            if (above + tied >= target || equal == keys.Length) return edge;
            above += tied;
            Narrow(ref keys, ref masses, equal..);
        }
    }

    private static void Narrow(ref Span<double> keys, ref Span<double> masses, Range range)
    {
        keys = keys[range];
        if (!masses.IsEmpty) masses = masses[range];
    }

    private static double Sum(Span<double> keys, Span<double> masses, int begin, int end) => TensorPrimitives.Sum<double>((masses.IsEmpty ? keys : masses)[begin..end]);

    /// <summary>The median of three.</summary>
    private static double Pivot(Span<double> keys)
    {
        double a = keys[0], b = keys[keys.Length / 2], c = keys[^1];
        return Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
    }

    /// <summary>Puts keys above the pivot first, equal ones next; returns where these end.</summary>
    private static (int Greater, int Equal) Partition(Span<double> keys, Span<double> masses, double pivot)
    {
        int greater = 0, i = 0, less = keys.Length;
        while (i < less)
        {
            var key = keys[i];
            if (key > pivot) Swap(keys, masses, greater++, i++);
            else if (key < pivot) Swap(keys, masses, i, --less);
            else i++;
        }

        return (greater, less);
    }

    private static void Swap(Span<double> keys, Span<double> masses, int a, int b)
    {
        (keys[a], keys[b]) = (keys[b], keys[a]);
        if (!masses.IsEmpty) (masses[a], masses[b]) = (masses[b], masses[a]);
    }
}

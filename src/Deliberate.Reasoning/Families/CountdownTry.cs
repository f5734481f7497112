using System.Globalization;
using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// One way to combine all numbers of a Countdown problem: a sequence of moves on a pool of numbers. A move takes two places of
/// the pool and puts their result in front of the others. Values stay whole, positive and at most <see cref="Largest"/>.
/// </summary>
internal sealed record CountdownTry(IReadOnlyList<CountdownTry.Move> Moves, int Value)
{
    public const int Largest = 99;

    /// <summary>The operands by their places in the pool, in the order they are written.</summary>
    public readonly record struct Move(int Left, char Operator, int Right);

    /// <summary>What a try looks like when it is written out.</summary>
    /// <param name="Operations">Its operations with their results, separated by spaces.</param>
    /// <param name="Value">The last result.</param>
    /// <param name="Expression">The expression that it computes.</param>
    public sealed record Written(string Operations, int Value, Expression Expression);

    /// <summary>All tries for these numbers, each written form once.</summary>
    public static List<CountdownTry> All(IReadOnlyList<int> numbers, bool division)
    {
        var all = new List<CountdownTry>();
        Extend([.. numbers], [], division, all);
        if (numbers.Distinct().Count() == numbers.Count) return all;
        return all.DistinctBy(t => t.Write(numbers)!.Operations, StringComparer.Ordinal).ToList();
    }

    /// <summary>The result of an operation, or null where the game does not allow it.</summary>
    public static int? Result(char op, int left, int right)
    {
        long value = op switch
        {
            '+' => (long)left + right,
            '-' => (long)left - right,
            '*' => (long)left * right,
            _ => right != 0 && left % right == 0 ? left / right : 0,
        };
        return value is > 0 and <= Largest ? (int)value : null;
    }

    /// <summary>Writes the try, with one result off by <paramref name="slip"/>; null where that makes a later move impossible.</summary>
    public Written? Write(IReadOnlyList<int> numbers, int slipAt = -1, int slip = 0)
    {
        var pool = numbers.Select(n => (Value: n, Expression: Expression.Number(n))).ToList();
        var text = new StringBuilder();
        for (var i = 0; i < Moves.Count; i++)
        {
            var (l, op, r) = Moves[i];
            var (left, right) = (pool[l], pool[r]);
            if (Result(op, left.Value, right.Value) is not { } value) return null;
            if (i == slipAt) value += slip;
            if (value is <= 0 or > Largest) return null;
            if (i > 0) text.Append(' ');
            text.Append(CultureInfo.InvariantCulture, $"{left.Value}{op}{right.Value}={value}");
            pool.RemoveAt(Math.Max(l, r));
            pool.RemoveAt(Math.Min(l, r));
            pool.Insert(0, (value, Expression.Of(left.Expression, op, right.Expression)));
        }

        return new(text.ToString(), pool[0].Value, pool[0].Expression);
    }

    private static void Extend(List<int> pool, List<Move> moves, bool division, List<CountdownTry> all)
    {
        if (pool.Count == 1)
        {
            all.Add(new([.. moves], pool[0]));
            return;
        }

        for (var i = 0; i < pool.Count; i++)
        {
            for (var j = i + 1; j < pool.Count; j++)
            {
                var (large, small) = pool[i] >= pool[j] ? (i, j) : (j, i);
                Follow(new(i, '+', j));
                Follow(new(i, '*', j));
                Follow(new(large, '-', small));
                if (division && pool[small] > 1) Follow(new(large, '/', small));
            }
        }

        void Follow(Move move)
        {
            if (Result(move.Operator, pool[move.Left], pool[move.Right]) is not { } value) return;
            var rest = new List<int>(pool.Count - 1) { value };
            for (var k = 0; k < pool.Count; k++)
            {
                if (k != move.Left && k != move.Right) rest.Add(pool[k]);
            }

            moves.Add(move);
            Extend(rest, moves, division, all);
            moves.RemoveAt(moves.Count - 1);
        }
    }
}

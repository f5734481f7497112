using System.Globalization;
using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// The state of a multiplication by parts: a sum of products and numbers, <c>47*30+40*6+42</c>. The method is fixed: two numbers
/// at the end are added; else the last product is taken apart, first by the digits of its right factor, then by those of its left
/// one, of which the lowest becomes a product of two digits (with zeros) at once.
/// </summary>
internal sealed record LongMultiplication(IReadOnlyList<LongMultiplication.Term> Terms)
{
    private const int LongestText = 80, MostDigits = 7;

    /// <summary>A product, or a number where the right factor is 0.</summary>
    public readonly record struct Term(int Left, int Right)
    {
        public bool IsNumber => Right == 0;

        public long Value => IsNumber ? Left : (long)Left * Right;

        public override string ToString() => IsNumber ? Left.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Left}*{Right}");
    }

    public bool IsDone => Terms is [{ IsNumber: true }];

    public long Value => Terms.Sum(t => t.Value);

    public static LongMultiplication? Parse(string text)
    {
        if (text.Length is 0 or > LongestText) return null;
        var parts = text.Split('+');
        var terms = new Term[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var star = parts[i].IndexOf('*', StringComparison.Ordinal);
            var right = 0;
            if (!WholeNumber.TryParse(star < 0 ? parts[i] : parts[i].AsSpan(0, star), MostDigits, out var left)) return null;
            if (star >= 0 && (!WholeNumber.TryParse(parts[i].AsSpan(star + 1), MostDigits, out right) || right == 0 || left == 0)) return null;
            terms[i] = new(left, right);
        }

        return new(terms);
    }

    public string Render()
    {
        var text = new StringBuilder();
        foreach (var term in Terms) text.Append(text.Length == 0 ? "" : "+").Append(term);
        return text.ToString();
    }

    /// <summary>The next state of the method; null when it is done or stuck. <paramref name="slip"/> is added to the number that is computed, if one is.</summary>
    /// <param name="carry">False for the misconception: a sum is taken digit by digit and the carry forgotten.</param>
    /// <param name="slip">Added to the number computed.</param>
    public LongMultiplication? Next(bool carry = true, int slip = 0)
    {
        if (IsDone || Terms.Any(t => t.Value > int.MaxValue / 4)) return null;
        var terms = Terms.ToList();
        if (terms.Count >= 2 && terms[^1].IsNumber && terms[^2].IsNumber)
        {
            int a = terms[^2].Left, b = terms[^1].Left;
            terms.RemoveAt(terms.Count - 1);
            terms[^1] = new((carry ? a + b : AddWithoutCarry(a, b)) + slip, 0);
            return new(terms);
        }

        var at = terms.FindLastIndex(t => !t.IsNumber);
        if (at < 0) return null;
        var (left, right) = terms[at];
        int low = LowestPart(right), unit = LowestPart(left);
        if (low != right)
        {
            terms[at] = new(left, right - low);
            terms.Insert(at + 1, new(left, low));
        }
        else if (unit != left)
        {
            terms[at] = new(left - unit, right);
            terms.Insert(at + 1, new((unit * right) + slip, 0));
        }
        else
        {
            terms[at] = new((left * right) + slip, 0);
        }

        return new(terms);
    }

    /// <summary>Whether the next step computes a number, rather than taking a product apart.</summary>
    public bool NextComputes() => Next() is { } honest && Next(slip: 1) is { } slipped && honest.Value != slipped.Value;

    /// <summary>The value of the lowest digit that is not zero: 450 gives 50.</summary>
    private static int LowestPart(int number)
    {
        var unit = 1;
        while (number % (unit * 10) == 0) unit *= 10;
        return number % (unit * 10);
    }

    private static int AddWithoutCarry(int a, int b)
    {
        var sum = 0;
        for (var unit = 1; a > 0 || b > 0; unit *= 10, a /= 10, b /= 10) sum += ((a % 10) + (b % 10)) % 10 * unit;
        return sum;
    }
}

using System.Globalization;
using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// The state of a running computation: values of variables, assignments still to run, and the variable asked for, as text
/// <c>a=3,b=7|a=b*2;c=a-b;c?</c>. A program that has not begun is <c>a=3;b=a+4;b?</c>. Reading is bounded and gives null for anything else.
/// </summary>
internal sealed record VariablesProgram(IReadOnlyDictionary<char, int> Values, IReadOnlyList<VariablesProgram.Assignment> Rest, char Asked)
{
    public const string Names = "abc";

    private const int LongestText = 200, MostDigits = 4;

    /// <summary><c>target=left</c> (operator NUL) or <c>target=left op right</c>.</summary>
    public readonly record struct Assignment(char Target, Operand Left, char Operator, Operand Right)
    {
        public override string ToString() => Operator == '\0' ? $"{Target}={Left}" : $"{Target}={Left}{Operator}{Right}";
    }

    /// <summary>A variable, or a number where the name is NUL.</summary>
    public readonly record struct Operand(char Name, int Number)
    {
        public override string ToString() => Name == '\0' ? Number.ToString(CultureInfo.InvariantCulture) : Name.ToString();
    }

    public static VariablesProgram? Parse(string text)
    {
        if (text.Length > LongestText) return null;
        var values = new SortedDictionary<char, int>();
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        if (bar >= 0)
        {
            foreach (var part in text[..bar].Split(','))
            {
                if (part.Length < 3 || !IsName(part[0]) || part[1] != '=' || !WholeNumber.TryParse(part.AsSpan(2), MostDigits, out var value) || !values.TryAdd(part[0], value)) return null;
            }
        }

        var statements = text[(bar + 1)..].Split(';');
        if (statements[^1] is not [var asked, '?'] || !IsName(asked)) return null;
        var rest = new Assignment[statements.Length - 1];
        for (var i = 0; i < rest.Length; i++)
        {
            if (!TryRead(statements[i], out rest[i])) return null;
        }

        return new(values, rest, asked);
    }

    public string Render()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Values) text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{name}={value}");
        if (Values.Count > 0) text.Append('|');
        foreach (var assignment in Rest) text.Append(assignment).Append(';');
        return text.Append(Asked).Append('?').ToString();
    }

    /// <summary>What the next assignment computes; null where there is none or a variable has no value.</summary>
    public long? NextValue()
    {
        if (Rest.Count == 0 || Resolve(Rest[0].Left) is not { } left) return null;
        if (Rest[0].Operator == '\0') return left;
        return Resolve(Rest[0].Right) is { } right ? Expression.Apply(Rest[0].Operator, left, right) : null;
    }

    /// <summary>The state after the next assignment has given its target this value.</summary>
    public VariablesProgram After(int value)
    {
        var values = new SortedDictionary<char, int>(Values.ToDictionary()) { [Rest[0].Target] = value };
        return this with { Values = values, Rest = [.. Rest.Skip(1)] };
    }

    /// <summary>The value asked for when everything has run with all values from 0 to 99; null otherwise.</summary>
    /// <param name="keepFirst">The misconception: a variable keeps the first value that it was given.</param>
    public int? Run(bool keepFirst)
    {
        var state = this;
        while (state.Rest.Count > 0)
        {
            if (state.Next(keepFirst) is not { } value) return null;
            state = state.After(value);
        }

        return state.Values.TryGetValue(Asked, out var answer) ? answer : null;
    }

    /// <summary>The value that the next assignment leaves in its target; null where the result is not from 0 to 99.</summary>
    public int? Next(bool keepFirst)
    {
        if (NextValue() is not { } value || value is < 0 or > 99) return null;
        return keepFirst && Values.TryGetValue(Rest[0].Target, out var first) ? first : (int)value;
    }

    private int? Resolve(Operand operand) => operand.Name == '\0' ? operand.Number : Values.TryGetValue(operand.Name, out var value) ? value : null;

    private static bool IsName(char c) => Names.Contains(c, StringComparison.Ordinal);

    private static bool TryRead(string text, out Assignment assignment)
    {
        assignment = default;
        if (text.Length < 3 || !IsName(text[0]) || text[1] != '=') return false;
        var at = 2;
        if (!TryReadOperand(text, ref at, out var left)) return false;
        if (at == text.Length)
        {
            assignment = new(text[0], left, '\0', default);
            return true;
        }

        var op = text[at++];
        if (op is not ('+' or '-' or '*') || !TryReadOperand(text, ref at, out var right) || at != text.Length) return false;
        assignment = new(text[0], left, op, right);
        return true;
    }

    private static bool TryReadOperand(string text, ref int at, out Operand operand)
    {
        operand = default;
        if (at >= text.Length) return false;
        if (IsName(text[at]))
        {
            operand = new(text[at++], 0);
            return true;
        }

        if (!WholeNumber.TryTake(text, ref at, MostDigits, out var number)) return false;
        operand = new('\0', number);
        return true;
    }
}

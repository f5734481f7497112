using System.Globalization;
using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// How a function of a whole number is written in a language: <c>def f(x): return (x*2+3)%7</c>, <c>int F(int x) =&gt; ((x*2+3)%7+7)%7;</c>.
/// In Python division goes down and a remainder has the divisor's sign; in C# division goes towards 0 and a remainder has the dividend's.
/// </summary>
internal sealed record ProgramNotation
{
    public static ProgramNotation Python { get; } = new() { Language = ProgramLanguage.Python, Name = "f", Definition = "def f(x):", Return = "return ", End = "", Maximum = "max", Minimum = "min", Absolute = "abs", Division = "//" };

    public static ProgramNotation Csharp { get; } = new() { Language = ProgramLanguage.Csharp, Name = "F", Definition = "int F(int x)", Return = "=> ", End = ";", Maximum = "Max", Minimum = "Min", Absolute = "Abs", Division = "/", Setup = "using static System.Math;" };

    public required ProgramLanguage Language { get; init; }

    /// <summary>The function's name.</summary>
    public required string Name { get; init; }

    public required string Definition { get; init; }

    public required string Return { get; init; }

    public required string End { get; init; }

    public required string Maximum { get; init; }

    public required string Minimum { get; init; }

    public required string Absolute { get; init; }

    public required string Division { get; init; }

    /// <summary>What stands before a program where it is run.</summary>
    public string Setup { get; init; } = "";

    /// <summary>The function that gives back an expression.</summary>
    public string Program(string expression) => $"{Definition} {Return}{expression}{End}";

    /// <summary>The expression that a program of one line gives back; null for a program of another form.</summary>
    public string? ExpressionOf(string program)
    {
        var text = program.Trim();
        if (!text.StartsWith(Definition, StringComparison.Ordinal) || !text.EndsWith(End, StringComparison.Ordinal)) return null;
        text = text[Definition.Length..^End.Length].TrimStart();
        return text.StartsWith(Return, StringComparison.Ordinal) && !text.Contains('\n', StringComparison.Ordinal) ? text[Return.Length..] : null;
    }

    /// <summary>A remainder that is never below 0, of an expression that needs no brackets.</summary>
    public string Modulo(string inner, int divisor) => Language == ProgramLanguage.Csharp
        ? string.Create(CultureInfo.InvariantCulture, $"({inner}%{divisor}+{divisor})%{divisor}") : string.Create(CultureInfo.InvariantCulture, $"{inner}%{divisor}");

    public string Test(int x, BigInteger value) => Language == ProgramLanguage.Csharp
        ? string.Create(CultureInfo.InvariantCulture, $"F({x}) == {value}") : string.Create(CultureInfo.InvariantCulture, $"assert f({x}) == {value}");

    /// <summary>Whether a text has marks that are no expression in the language, though they look like one: comments, and C#'s <c>--</c>.</summary>
    public bool IsMisleading(string text) => Language == ProgramLanguage.Csharp && (text.Contains("--", StringComparison.Ordinal) || text.Contains("//", StringComparison.Ordinal) || text.Contains("/*", StringComparison.Ordinal));

    /// <summary>The largest value that is worked out here; in C# beyond an <c>int</c> only its own arithmetic says what comes.</summary>
    public BigInteger Largest => Language == ProgramLanguage.Csharp ? int.MaxValue : BigInteger.Pow(10, 40);

    public BigInteger Divide(BigInteger value, BigInteger by) => (value - Remainder(value, by)) / by;

    public BigInteger Remainder(BigInteger value, BigInteger by)
    {
        var rest = BigInteger.Remainder(value, by);
        return Language == ProgramLanguage.Python && !rest.IsZero && rest.Sign != by.Sign ? rest + by : rest;
    }
}

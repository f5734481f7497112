using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Reasoning.Tests;

/// <summary>A reference, ways to write the same, and its nearest neighbours: one edit of the value, the sign, the order, the unit, a hedge.</summary>
public sealed record ValueCase(string Reference, string[] Right, string[] Wrong);

/// <summary>A generator for each kind of value that the math grader reads.</summary>
internal static class ValueCases
{
    private static readonly string[] Nouns = ["apples", "eggs", "students", "bolts", "red balloons", "cookies", "people", "boxes", "marbles", "tickets", "dogs", "pages"];
    private static readonly string[][] Units = [["cm", "centimeters", "centimetre"], ["m", "meters", "metres"], ["km", "kilometers"], ["kg", "kilograms", "kilos"], ["hours", "hrs", "hr"], ["minutes", "mins"], ["miles", "mi"], ["feet", "ft"], ["dollars", "USD"], ["square meters", "m^2", "sq. m"], ["mph", "miles per hour"], ["liters", "litres"]];
    private static readonly (string Word, long Factor)[] Magnitudes = [("hundred", 100), ("thousand", 1000), ("million", 1_000_000), ("billion", 1_000_000_000), ("dozen", 12)];
    private static readonly string[] Names = ["x", "AB", "|AB|", @"\overline{AB}", @"\angle ABC", @"m\angle A", "P(A \\cap B)", "P(X=3)", "P(A|B)", "m+n", "a+b+c", "f(2)", "f'(1)", "a_{10}", "[ABC]", @"\text{Area}", "Total cost", @"\mathbb{E}[X]", @"\sin A", @"\frac{a}{b}", @"\triangle ABC", @"\lim_{x \to 0} g(x)", "x^2+\\frac{1}{x^2}"];
    private static readonly string[] Dressings =
    [
        "@", "$@$", @"\(@\)", "$$@$$", "**@**", "`@`", @"\boxed{@}", @"\textcolor{red}{@}", @"{\color{blue}@}", @"\color{red}{@}", @"\Large @", @"\displaystyle @", @"@\checkmark", "@ ✓", "= @", @"\left.@\right.", @"@.", @"@\,", @"\text{}@", @"\colorbox{yellow}{$@$}", @"\mathbf{@}", @"\underline{@}", @"@ \tag{1}", "\"@\"", @"\begin{aligned} @ \end{aligned}", "<b>@</b>", @"\fbox{@}",
    ];

    private static Gen<(int Value, int Other)> Numbers =>
        from value in Gen.Choose(2, 9999)
        from place in Gen.Choose(0, 3)
        from digit in Gen.Choose(1, 9)
        select (value, Edited(value, place, digit));

    private static Gen<(int Over, int Under)> Fractions =>
        from over in Gen.Choose(1, 60)
        from under in Gen.Choose(2, 60)
        where over != under && over % under != 0
        select (over, under);

    /// <summary>A number with a noun or unit, in the answer, in the reference, or in both.</summary>
    public static Gen<ValueCase> Quantities =>
        from n in Numbers
        from noun in Pairs(Nouns)
        from unit in Pairs(Units)
        from spelling in Gen.Choose(0, 2)
        from kind in Gen.Choose(0, 2)
        let known = Text(unit.One[0])
        let respelt = Text(unit.One[spelling % unit.One.Length])
        select kind switch
        {
            0 => new ValueCase(
                $"{n.Value}",
                [$"{n.Value} {noun.One}", $@"{n.Value}\text{{ {noun.One}}}", $"{n.Value} {known}", $"{n.Value} {known}.", $"{n.Value} {noun.One} in total"],
                [.. Neighbours(n.Value, n.Other).Select(w => $"{w} {noun.One}"), $"{n.Value} dozen {noun.One}", $"{n.Value} million", $"{n.Value} or {n.Other} {noun.One}", $"{n.Value} to {n.Other} {noun.One}", $"{n.Value} less than {n.Other}"]),
            1 => new ValueCase(
                $"{n.Value} {noun.One}",
                [$"{n.Value}", $@"{n.Value} \text{{ {noun.One}}}", $"{n.Value} {string.Join(' ', noun.One.Split(' ').Select(MathWords.Singular))}"],
                [$"{n.Value} {noun.Other}", $@"{n.Value}\text{{ {noun.Other}}}", $"{n.Value} {known}", $@"{n.Value}\%", .. Neighbours(n.Value, n.Other)]),
            _ => new ValueCase(
                $"{n.Value} {known}",
                [$"{n.Value}", $"{n.Value} {respelt}", $"{n.Value}{respelt}"],
                [$"{n.Value} {Text(unit.Other[0])}", $"{n.Value} {noun.One}", $@"{n.Value}\%", $"{n.Other} {known}", $"-{n.Value} {known}"]),
        };

    /// <summary>A number with a word that multiplies it.</summary>
    public static Gen<ValueCase> MagnitudeWords =>
        from n in Gen.Choose(11, 99)
        from word in Pairs(Magnitudes)
        let value = word.One.Factor * n
        let tenth = word.One.Factor % 10 == 0 ? word.One.Factor / 10 * n : value
        let small = word.One.Factor % 10 == 0 ? $"{n / 10}.{n % 10}" : $"{n}"
        select new ValueCase($"{tenth}", [$"{small} {word.One.Word}", $@"{small} \text{{ {word.One.Word}}}", $"{small} {word.One.Word} people", $@"\${small} {word.One.Word}"], [$"{small}", $"{small} {word.Other.Word}", $"{n + 1} {word.One.Word}", $"-{small} {word.One.Word}", $"{small} {word.One.Word} or {n + 1} {word.One.Word}"]);

    /// <summary>An equation with the value on its last right side.</summary>
    public static Gen<ValueCase> Equations =>
        from n in Numbers
        from part in Gen.Choose(1, 400)
        from f in Fractions
        from name in Pairs(Names)
        from fraction in ArbMap.Default.GeneratorFor<bool>()
        let value = fraction ? $@"\frac{{{f.Over}}}{{{f.Under}}}" : $"{n.Value}"
        let wrong = fraction ? $@"\frac{{{f.Under}}}{{{f.Over}}}" : $"{n.Other}"
        let sum = fraction ? $@"\frac{{{2 * f.Over}}}{{{2 * f.Under}}}" : $"{n.Value + part} - {part}"
        select new ValueCase(value, [$"{name.One} = {value}", $"{name.One}={value}", $"{sum} = {value}", $"y = {sum} = {value}"],
            [$"{name.One} = {wrong}", $"{name.One} = -{value}", $"2x = {value}", $"x^2 = {value}", $"1/x = {value}", $"{n.Value + part} - {part + 1} = {value}", $"x = {wrong} = {value}", $"{wrong} \\approx {value}", $"x = {value} \\text{{ or }} x = {wrong}", $"x \\ne {value}", $"x > {value}"]);

    /// <summary>Roots, logarithms and powers.</summary>
    public static Gen<ValueCase> Powers =>
        from letters in Pairs(["a", "b", "x", "y", "n", "t"])
        from p in Gen.Choose(1, 7)
        from q in Gen.Choose(2, 5)
        from kind in Gen.Choose(0, 4)
        let a = letters.One
        let b = letters.Other
        where p % q != 0
        select kind switch
        {
            0 => new ValueCase($"{a}^{{{p}/{q}}}", [$@"\sqrt[{q}]{{{a}^{p}}}", $@"{a}^{{\frac{{{p}}}{{{q}}}}}", $@"\frac{{{a}^{{{p}/{q}+1}}}}{{{a}}}"], [$"{a}^{{{q}/{p}}}", $"-{a}^{{{p}/{q}}}", $"{a}^{{-{p}/{q}}}", $@"\sqrt[{q}]{{{b}^{p}}}", $@"\sqrt[{q + 1}]{{{a}^{p}}}", $@"\frac{{1}}{{\sqrt[{q}]{{{a}^{p}}}}}"]),
            1 => new ValueCase($@"\ln {a} - \ln {b}", [$@"\ln\frac {a}{b}", $@"\ln\left(\frac{{{a}}}{{{b}}}\right)", $@"-\ln\frac{{{b}}}{{{a}}}", $@"\frac{{1}}{{{q}}}\ln\frac{{{a}^{q}}}{{{b}^{q}}}"], [$@"\ln\frac{{{b}}}{{{a}}}", $@"\ln({a}-{b})", $@"\frac{{\ln {a}}}{{\ln {b}}}", $@"\ln {b} - \ln {a}", $@"\ln ({a}{b})"]),
            2 => new ValueCase($@"\sqrt{{\frac{{{a}}}{{{b}}}}}", [$@"\frac{{\sqrt {a}}}{{\sqrt {b}}}", $@"\frac{{\sqrt{{{a}{b}}}}}{{{b}}}", $"({a}/{b})^{{1/2}}"], [$@"\sqrt{{\frac{{{b}}}{{{a}}}}}", $@"-\sqrt{{\frac{{{a}}}{{{b}}}}}", $@"\frac{{{a}}}{{{b}}}", $@"\sqrt{{{a}{b}}}", $@"\pm\sqrt{{\frac{{{a}}}{{{b}}}}}"]),
            3 => new ValueCase($"{-p}", [$"({-p * p * p})^{{1/3}}", $@"\sqrt[3]{{{-p * p * p}}}", $@"-\sqrt{{{p * p}}}"], [$"({p * p * p})^{{1/3}}", $@"\sqrt{{{p * p}}}", $@"\pm {p}", $@"\sqrt[3]{{{p * p * p}}}"]),
            _ => new ValueCase($@"\frac{{1}}{{\sqrt[{q}]{{{a}}}}}", [$@"\sqrt[{q}]{{\frac1{{{a}}}}}", $"{a}^{{-1/{q}}}"], [$@"\sqrt[{q}]{{{a}}}", $@"-\frac{{1}}{{\sqrt[{q}]{{{a}}}}}", $"{a}^{{1/{q}}}", $"{a}^{{-{q}}}"]),
        };

    /// <summary>Integrals, sums and derivatives of polynomials and of the exponential function.</summary>
    public static Gen<ValueCase> Calculus =>
        from c in Gen.Choose(1, 9)
        from n in Gen.Choose(1, 6)
        from to in Gen.Choose(2, 6)
        from kind in Gen.Choose(0, 3)
        let power = (long)Math.Pow(to, n + 1)
        let sum = Enumerable.Range(1, to).Sum(k => c * (long)Math.Pow(k, n))
        select kind switch
        {
            0 => new ValueCase($@"\frac{{{c * power}}}{{{n + 1}}}", [$@"\int_0^{to} {c}x^{n}\,dx", $@"\int_{{0}}^{{{to}}} {c} t^{{{n}}} \mathrm{{d}}t"], [$@"\int_0^{to} {c}x^{{{n + 1}}}\,dx", $@"\int_{to}^0 {c}x^{n}\,dx", $@"\int_0^{{{to + 1}}} {c}x^{n}\,dx", $@"\int_0^{to} {c + 1}x^{n}\,dx"]),
            1 => new ValueCase($"{sum}", [$@"\sum_{{k=1}}^{{{to}}} {c}k^{n}", $@"\sum_{{i=0}}^{to} {c}i^{{{n}}}"], [$@"\sum_{{k=1}}^{{{to + 1}}} {c}k^{n}", $@"\sum_{{k=2}}^{{{to}}} {c}k^{n}", $@"-\sum_{{k=1}}^{{{to}}} {c}k^{n}"]),
            2 => new ValueCase($"{c * (n + 1)}x^{n}", [$@"\frac{{d}}{{dx}} {c}x^{{{n + 1}}}", $@"\frac{{d}}{{dx}}\left({c}x^{{{n + 1}}}+{to}\right)"], [$@"\frac{{d}}{{dx}} {c}x^{{{n + 2}}}", $@"\frac{{d}}{{dy}} {c}x^{{{n + 1}}}", $@"-\frac{{d}}{{dx}} {c}x^{{{n + 1}}}", $@"\int_0^x {c}t^{{{n + 1}}}dt"]),
            _ => new ValueCase($"{c}e^{{{c}x}}", [$@"\frac{{d}}{{dx}} e^{{{c}x}}", $@"\frac{{\mathrm{{d}}}}{{\mathrm{{d}}x}}\left[e^{{{c}x}}\right]"], [$@"\frac{{d}}{{dx}} e^{{-{c}x}}", $@"\frac{{d^2}}{{dx^2}} e^{{{c + 1}x}}", $"{c}e^{{{c + 1}x}}"]),
        };

    /// <summary>Numbers, fractions and expressions in every dressing.</summary>
    public static Gen<ValueCase> Dressed =>
        from n in Numbers
        from f in Fractions
        from dressing in Gen.Elements(Dressings)
        from kind in Gen.Choose(0, 3)
        let value = kind switch { 0 => $"{n.Value}", 1 => $@"\frac{{{f.Over}}}{{{f.Under}}}", 2 => $"{f.Over}x^{f.Under}-{n.Value}", _ => $"({f.Over},{n.Value})" }
        let wrong = kind switch { 0 => $"{n.Other}", 1 => $@"\frac{{{f.Under}}}{{{f.Over}}}", 2 => $"{f.Under}x^{f.Over}-{n.Value}", _ => $"({n.Value},{f.Over})" }
        select new ValueCase(value, [dressing.Replace("@", value, StringComparison.Ordinal)], [dressing.Replace("@", wrong, StringComparison.Ordinal), dressing.Replace("@", "-" + value, StringComparison.Ordinal), dressing.Replace("@", $@"{value} \text{{ or }} {wrong}", StringComparison.Ordinal)]);

    /// <summary>Products of letters, orderings and sets.</summary>
    public static Gen<ValueCase> Letters =>
        from letters in Gen.Shuffle("abcxyzmn".ToCharArray())
        from count in Gen.Choose(2, 3)
        from labels in Gen.Shuffle("ABCDEF".ToCharArray())
        from size in Gen.Choose(3, 5)
        from kind in Gen.Choose(0, 2)
        let word = new string(letters[..count])
        let turned = new string([.. letters[..count].Reverse()])
        let list = string.Join(", ", labels[..size])
        let moved = string.Join(", ", labels[1..size].Append(labels[0]))
        where kind != 0 || (MathWords.AreFactors(word) && MathWords.AreFactors(turned))
        select kind switch
        {
            0 => new ValueCase(word, [turned, string.Join(@"\cdot ", (IEnumerable<char>)turned)], [word + letters[count], word[1..], $"-{word}", $"{word[0]}+{word[1]}"]),
            1 => new ValueCase(list, [list.Replace(" ", "", StringComparison.Ordinal), $"({list})".Trim('(', ')')], [moved, string.Join(", ", labels[..(size - 1)]), string.Join("", moved.Split(", "))]),
            _ => new ValueCase($@"\{{{list}\}}", [moved, $@"\{{{moved}\}}"], [string.Join(", ", labels[..(size - 1)]), list + ", H"]),
        };

    private static IEnumerable<string> Neighbours(int value, int other) => [$"{other}", $"-{value}", $"1/{value}", $@"\frac{{1}}{{{value}}}", $"{value}0", $@"\pm {value}", $"{value}, {other}"];

    private static string Text(string unit) => unit.EndsWith("^2", StringComparison.Ordinal) ? $@"\text{{ {unit[..^2]}}}^2" : $@"\text{{ {unit}}}";

    private static int Edited(int value, int place, int digit)
    {
        var scale = (int)Math.Pow(10, place);
        var edited = value - (value / scale % 10 * scale) + (digit * scale);
        return edited == value ? edited + scale : edited;
    }

    /// <summary>Two different ones.</summary>
    private static Gen<(T One, T Other)> Pairs<T>(T[] all) =>
        from one in Gen.Choose(0, all.Length - 1)
        from step in Gen.Choose(1, all.Length - 1)
        select (all[one], all[(one + step) % all.Length]);
}

using System.Globalization;
using System.Numerics;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>How a pattern did on the texts made for it.</summary>
/// <param name="Kind">Of personal data.</param>
/// <param name="Precision">Of the texts that it found its kind in, those that hold it.</param>
/// <param name="Recall">Of the texts that hold its kind, those that it found it in.</param>
internal sealed record PersonalDataFigure(string Kind, Estimate Precision, Estimate Recall);

/// <summary>
/// Precision and recall of <see cref="PersonalData"/> on made-up texts, half of which hold a datum in one of the ways in which people write it,
/// those that the patterns do not know among them, and half something that looks like one: prices, versions, numbers that fail their check
/// digits, private addresses. The mix is ours: the figures say what the patterns are good for, not what share of a real file they find.
/// </summary>
internal static class PersonalDataFigures
{
    private const int TextsOfKind = 200;

    private static readonly string[] s_sentences = ["Please note {0} for the file.", "Reach me: {0}", "The form says {0}, and nothing else.", "It was {0} when we last looked.", "{0}", "He wrote \"{0}\" on the label and left.", "- first entry {0}\n- second entry"];

    /// <summary>Measures all kinds; a few milliseconds.</summary>
    public static IReadOnlyList<PersonalDataFigure> Measure(ulong seed = 1)
    {
        var texts = Texts(seed).ToArray();
        var found = texts.Select(t => PersonalData.In(t.Text).Select(f => f.Kind.Name).ToHashSet(StringComparer.Ordinal)).ToArray();
        return [.. PersonalData.Kinds.Select(kind => new PersonalDataFigure(
            kind.Name,
            Share(Enumerable.Range(0, texts.Length).Where(i => found[i].Contains(kind.Name)), i => texts[i].Kind == kind.Name),
            Share(Enumerable.Range(0, texts.Length).Where(i => texts[i].Kind == kind.Name), i => found[i].Contains(kind.Name))))];
    }

    /// <summary>The texts, and which kind each holds; null for those that hold none.</summary>
    internal static IEnumerable<(string Text, string? Kind)> Texts(ulong seed)
    {
        for (var k = 0; k < PersonalData.Kinds.Count; k++)
        {
            for (var i = 0; i < TextsOfKind; i++)
            {
                var stream = new RandomStream(seed, StreamStage.GeneratedItems, step: k, problem: i);
                yield return (Sentence(ref stream, Datum(k, ref stream)), PersonalData.Kinds[k].Name);
                yield return (Sentence(ref stream, Lookalike(k, ref stream)), null);
            }
        }
    }

    private static Estimate Share(IEnumerable<int> of, Func<int, bool> holds) => ShareMetric.Of(ItemValues.Of(of, i => i, i => holds(i) ? 1.0 : 0.0));

    private static string Sentence(ref RandomStream stream, string what) => string.Format(CultureInfo.InvariantCulture, stream.Pick<string>(s_sentences), what);

    private static string Datum(int kind, ref RandomStream stream) => kind switch
    {
        0 => stream.Next(8) switch
        {
            0 => $"{Letters(ref stream, 6)} at {Letters(ref stream, 5)} dot com",
            1 => $"{Letters(ref stream, 4)}.{Letters(ref stream, 7)}+{Letters(ref stream, 3)}@mail.{Letters(ref stream, 6)}.co.uk",
            2 => $"{Letters(ref stream, 5)}_{Digits(ref stream, 2)}@{Letters(ref stream, 4)}-{Letters(ref stream, 4)}.de",
            _ => $"{Letters(ref stream, 3)}.{Letters(ref stream, 6)}@{Letters(ref stream, 8)}.{(stream.NextBool(0.5) ? "com" : "org")}",
        },
        1 => Spaced(ref stream, Iban(ref stream, valid: true), 4, stream.Next(8) == 0 ? '-' : ' '),
        2 => stream.Next(6) == 0 ? string.Join('.', Card(ref stream, valid: true).Chunk(4).Select(c => new string(c))) : Spaced(ref stream, Card(ref stream, valid: true), 4, stream.NextBool(0.5) ? ' ' : '-'),
        3 => Social(ref stream, stream.Next(6) switch { 0 => "", 1 => " ", _ => "-" }),
        4 => stream.Next(6) switch
        {
            0 => $"({Area(ref stream)}) {Digits(ref stream, 3)}-{Digits(ref stream, 4)}",
            1 => $"{Area(ref stream)}-{Digits(ref stream, 3)}-{Digits(ref stream, 4)}",
            2 => $"+49 {1 + stream.Next(9)}{Digits(ref stream, 2)} {Digits(ref stream, 7)}",
            3 => $"+44 20 {Digits(ref stream, 4)} {Digits(ref stream, 4)}",
            4 => $"0{Area(ref stream)}/{Digits(ref stream, 7)}",
            _ => $"{Area(ref stream)} {Digits(ref stream, 3)} {Digits(ref stream, 4)}",
        },
        _ => stream.Next(8) == 0 ? $"2a02:8{Digits(ref stream, 2)}:{Digits(ref stream, 4)}::{Digits(ref stream, 2)}" : $"{20 + stream.Next(80)}.{stream.Next(256)}.{stream.Next(256)}.{1 + stream.Next(254)}",
    };

    private static string Lookalike(int kind, ref RandomStream stream) => kind switch
    {
        0 => stream.Next(4) switch { 0 => $"@{Letters(ref stream, 8)}", 1 => $"{Letters(ref stream, 5)}@localhost", 2 => $"{Letters(ref stream, 5)}@example.com", _ => $"f({Letters(ref stream, 1)})@{Digits(ref stream, 2)}" },
        1 => stream.NextBool(0.5) ? Spaced(ref stream, Iban(ref stream, valid: false), 4, ' ') : $"{Letters(ref stream, 2).ToUpperInvariant()}{Digits(ref stream, 10)}",
        2 => stream.Next(3) switch { 0 => Spaced(ref stream, Card(ref stream, valid: false), 4, ' '), 1 => $"0.{Digits(ref stream, 16)}", _ => $"978{Digits(ref stream, 10)}" },
        3 => stream.Next(3) switch { 0 => $"20{Digits(ref stream, 2)}-0{1 + stream.Next(9)}-1{stream.Next(9)}", 1 => $"9{Digits(ref stream, 2)}-{Digits(ref stream, 2)}-{Digits(ref stream, 4)}", _ => $"{Digits(ref stream, 3)} - {Digits(ref stream, 2)} = {Digits(ref stream, 2)}" },
        4 => stream.Next(5) switch { 0 => $"${1 + stream.Next(9)},{Digits(ref stream, 3)},{Digits(ref stream, 3)}", 1 => $"{Digits(ref stream, 3)} + {Digits(ref stream, 3)} = {Digits(ref stream, 4)}", 2 => $"+{Digits(ref stream, 3)}", 3 => $"{Digits(ref stream, 10)} bytes", _ => $"lines {Digits(ref stream, 3)}-{Digits(ref stream, 3)}" },
        _ => stream.Next(4) switch { 0 => $"192.168.{stream.Next(256)}.{stream.Next(256)}", 1 => $"version {stream.Next(9)}.{stream.Next(19)}.{stream.Next(19)}.{stream.Next(19)}", 2 => $"{300 + stream.Next(600)}.{stream.Next(256)}.1.1", _ => $"{stream.Next(99)}.{Digits(ref stream, 2)}.{20}{Digits(ref stream, 2)}" },
    };

    private static string Letters(ref RandomStream stream, int count)
    {
        var letters = new char[count];
        for (var i = 0; i < count; i++) letters[i] = (char)('a' + stream.Next(26));
        return new string(letters);
    }

    private static string Digits(ref RandomStream stream, int count)
    {
        var digits = new char[count];
        for (var i = 0; i < count; i++) digits[i] = (char)('0' + stream.Next(10));
        return new string(digits);
    }

    private static string Area(ref RandomStream stream) => $"{2 + stream.Next(8)}{Digits(ref stream, 2)}";

    private static string Spaced(ref RandomStream stream, string text, int group, char separator) =>
        stream.NextBool(0.3) ? text : string.Join(separator, text.Chunk(group).Select(c => new string(c)));

    private static string Social(ref RandomStream stream, string separator) => $"{1 + stream.Next(5)}{Digits(ref stream, 2)}{separator}{1 + stream.Next(9)}{stream.Next(10)}{separator}{1 + stream.Next(9)}{Digits(ref stream, 3)}";

    private static string Iban(ref RandomStream stream, bool valid)
    {
        var account = Digits(ref stream, 18);
        // "DE" is 1314; the check digits make the whole 1 modulo 97.
        var check = 98 - (int)(BigInteger.Parse(account + "131400", CultureInfo.InvariantCulture) % 97);
        if (!valid) check = check > 50 ? check - 1 : check + 1;
        return string.Create(CultureInfo.InvariantCulture, $"DE{check:00}{account}");
    }

    private static string Card(ref RandomStream stream, bool valid)
    {
        var number = $"{4 + stream.Next(2)}{Digits(ref stream, 14)}";
        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = number[^(i + 1)] - '0';
            if (i % 2 == 0) digit = digit > 4 ? (2 * digit) - 9 : 2 * digit;
            sum += digit;
        }

        return number + (char)('0' + ((((10 - (sum % 10)) % 10) + (valid ? 0 : 1 + stream.Next(9))) % 10));
    }
}

using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Deliberate.Core;

/// <summary>
/// Writes a recipe with all its defaults resolved as YAML, keys in the order of declaration (those of dictionaries sorted), so
/// that the same recipe is the same bytes; <see cref="RecipeReader"/> reads it back as an equal one.
/// </summary>
internal static partial class RecipeWriter
{
    public static string Write(object recipe)
    {
        var text = new StringBuilder();
        Section(text, Entries(recipe), 0, firstInline: false);
        if (text.Length == 0) text.Append("{}\n");
        return text.ToString();
    }

    /// <summary>A single value as it stands in a recipe; for messages, and for the schema's enum names.</summary>
    public static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => Quote(text),
        Enum name => RecipeType.EnumNames(name.GetType()).FirstOrDefault(n => n.Value.Equals(name)).Name ?? throw new ArgumentException($"{name} has no name.", nameof(value)),
        double or float => ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"{value.GetType()} is not a single value.", nameof(value)),
    };

    private static bool IsScalar(object? value) => value is null or string or bool or Enum || RecipeType.IsNumber(value.GetType());

    private static List<(string Key, object? Value)> Entries(object value) =>
        value is IDictionary dictionary
            ? [.. dictionary.Keys.Cast<string>().Order(StringComparer.Ordinal).Select(k => (k, dictionary[k]))]
            : [.. RecipeType.Entries(value)];

    private static void Section(StringBuilder text, List<(string Key, object? Value)> entries, int indent, bool firstInline)
    {
        foreach (var (key, value) in entries)
        {
            if (!firstInline) text.Append(' ', indent);
            firstInline = false;
            text.Append(Quote(key)).Append(':');
            Value(text, value, indent);
        }
    }

    /// <summary>Writes what follows "key:", ending with a newline.</summary>
    private static void Value(StringBuilder text, object? value, int indent)
    {
        if (IsScalar(value))
        {
            text.Append(' ').Append(Scalar(value)).Append('\n');
            return;
        }

        if (value is IDictionary or not IEnumerable)
        {
            var entries = Entries(value!);
            text.Append(entries.Count == 0 ? " {}\n" : "\n");
            Section(text, entries, indent + 2, firstInline: false);
            return;
        }

        var items = ((IEnumerable)value).Cast<object?>().ToList();
        if (items.TrueForAll(IsScalar))
        {
            text.Append(" [").AppendJoin(", ", items.Select(Scalar)).Append("]\n");
            return;
        }

        text.Append('\n');
        Items(text, items, indent + 2);
    }

    private static void Items(StringBuilder text, List<object?> items, int indent)
    {
        foreach (var item in items)
        {
            text.Append(' ', indent).Append('-');
            if (IsScalar(item) || (item is IEnumerable and not IDictionary))
            {
                Value(text, item, indent);
                continue;
            }

            var entries = Entries(item!);
            text.Append(entries.Count == 0 ? " {}\n" : " ");
            Section(text, entries, indent + 2, firstInline: true);
        }
    }

    private static string Quote(string text)
    {
        if (Plain().IsMatch(text) && !Reserved().IsMatch(text) && !RecipeScalars.LooksLikeNumber(text)) return text;
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"': quoted.Append("\\\""); break;
                case '\\': quoted.Append("\\\\"); break;
                case '\n': quoted.Append("\\n"); break;
                case '\t': quoted.Append("\\t"); break;
                case '\r': quoted.Append("\\r"); break;
                case < 0x20 or (>= 0x7f and < 0xa0) or 0x2028 or 0x2029 or 0xfeff or 0xfffe or 0xffff:
                    quoted.Append("\\u").Append(rune.Value.ToString("x4", CultureInfo.InvariantCulture));
                    break;
                case > 0xffff:
                    quoted.Append("\\U").Append(rune.Value.ToString("x8", CultureInfo.InvariantCulture));
                    break;
                default: quoted.Append(rune.ToString()); break;
            }
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"^[A-Za-z_./][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(null|true|false|yes|no|on|off|y|n|\.inf|\.nan)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Reserved();
}

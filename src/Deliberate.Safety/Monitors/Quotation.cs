using System.Text;

namespace Deliberate.Safety;

/// <summary>Whether a text holds a quotation: word for word, but for white space and the kind of quotation marks and dashes, which models change when they copy.</summary>
internal static class Quotation
{
    /// <summary>Fewer letters and digits than this show nothing.</summary>
    private const int Shortest = 3;

    public static bool Occurs(string quotation, string text)
    {
        var quoted = Plain(quotation).Trim('"', '\'', ' ');
        return quoted.Count(char.IsLetterOrDigit) >= Shortest && Plain(text).Contains(quoted, StringComparison.Ordinal);
    }

    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var given in text)
        {
            var c = given switch { '“' or '”' or '„' or '«' or '»' => '"', '‘' or '’' or '`' => '\'', '–' or '—' or '‑' => '-', _ => char.IsWhiteSpace(given) ? ' ' : given };
            if (c == ' ' && (plain.Length == 0 || plain[^1] == ' ')) continue;
            plain.Append(c);
        }

        return plain.ToString();
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>One edit of <c>sed</c>: which lines it is of, and what it does to them.</summary>
internal sealed class SedEdit
{
    private int? _line;
    private Regex? _address, _pattern;
    private string _replacement = "";
    private bool _all;
    private char _kind;

    /// <exception cref="VirtualFilesException">It is another than <c>s</c>, <c>d</c> or <c>p</c>.</exception>
    public static SedEdit Read(string script)
    {
        var edit = new SedEdit();
        var at = 0;
        while (at < script.Length && char.IsAsciiDigit(script[at])) at++;
        if (at > 0) edit._line = int.TryParse(script.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : throw new VirtualFilesException("sed: no line has that number");
        else if (script.StartsWith('/') && script.IndexOf('/', 1) is > 0 and var end)
        {
            edit._address = Pattern(script[1..end], ignoresCase: false);
            at = end + 1;
        }

        if (at >= script.Length) throw new VirtualFilesException("sed: the script has no command");
        edit._kind = script[at];
        if (edit._kind is 'd' or 'p' && at == script.Length - 1) return edit;
        if (edit._kind != 's' || at + 2 >= script.Length) throw new VirtualFilesException($"sed: \"{script}\" is not supported; there are s/a/b/g, Nd, /a/d, Np");
        var parts = Cut(script[(at + 2)..], script[at + 1]);
        if (parts.Count != 3) throw new VirtualFilesException("sed: s needs a pattern, a replacement and an end");
        edit._pattern = Pattern(parts[0], parts[2].Contains('i', StringComparison.OrdinalIgnoreCase));
        edit._replacement = parts[1].Replace("$", "$$", StringComparison.Ordinal);
        edit._all = parts[2].Contains('g', StringComparison.Ordinal);
        return edit;
    }

    /// <summary>The line as it then is, null where it goes; and whether the edit was of it.</summary>
    public (string? Line, bool IsHit) Apply(string line, int number)
    {
        if (_line is { } only && only != number || _address?.IsMatch(line) == false) return (line, false);
        if (_kind == 'd') return (null, true);
        if (_kind == 'p') return (line, true);
        return _pattern!.IsMatch(line) ? (_pattern.Replace(line, _replacement, _all ? -1 : 1), true) : (line, false);
    }

    private static Regex Pattern(string pattern, bool ignoresCase) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | (ignoresCase ? RegexOptions.IgnoreCase : RegexOptions.None));

    private static List<string> Cut(string text, char by)
    {
        var (parts, part) = (new List<string>(), new System.Text.StringBuilder());
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                if (text[i + 1] != by) part.Append('\\');
                part.Append(text[++i]);
            }
            else if (text[i] == by)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else part.Append(text[i]);
        }

        parts.Add(part.ToString());
        return parts;
    }
}

using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A word of a command line, without its quotes.</summary>
/// <param name="Line">From 1.</param>
internal sealed record ShellWord(string Text, int Line);

/// <summary>
/// Reads the commands of a shell script as far as other programs' training scripts need: words in quotes or not, lines that go on behind a
/// backslash, comments, variables that the script itself sets (<c>$NAME</c>, <c>${NAME:-default}</c>), its arrays (<c>NAME=(a b)</c>,
/// <c>"${NAME[@]}"</c>), and the user's <c>$HOME</c>.
/// Nothing is carried out: <c>$(...)</c> stays as it is written.
/// </summary>
internal sealed partial class ShellScript
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal) { ["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) };
    private readonly Dictionary<string, List<ShellWord>> _arrays = new(StringComparer.Ordinal);
    private readonly string _text;
    private bool _isInArray;
    private int _at, _line = 1;

    private ShellScript(string text) => _text = text.ReplaceLineEndings("\n");

    /// <summary>The commands, each the list of its words.</summary>
    public static IReadOnlyList<IReadOnlyList<ShellWord>> Commands(string text)
    {
        var script = new ShellScript(text);
        var commands = new List<IReadOnlyList<ShellWord>>();
        while (script._at < script._text.Length)
        {
            var words = script.Command();
            while (words.Count > 0 && Assignment().Match(words[0].Text) is { Success: true } set)
            {
                script._variables[set.Groups["name"].Value] = set.Groups["value"].Value;
                words.RemoveAt(0);
            }

            if (words.Count > 0 && words[0].Text == "export")
                foreach (var word in words.Skip(1))
                    if (Assignment().Match(word.Text) is { Success: true } exported) script._variables[exported.Groups["name"].Value] = exported.Groups["value"].Value;
            if (words.Count > 0) commands.Add(words);
        }

        return commands;
    }

    private List<ShellWord> Command()
    {
        var words = new List<ShellWord>();
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c == '\n')
            {
                _at++;
                _line++;
                break;
            }

            if (c is ';' or '&' or '|')
            {
                _at++;
                break;
            }

            if (c == '\\' && Next(1) == '\n')
            {
                _at += 2;
                _line++;
            }
            else if (char.IsWhiteSpace(c)) _at++;
            else if (c == '#') SkipComment();
            else if (ArrayBegins().Match(_text, _at) is { Success: true } array) Fill(array);
            else if (ArrayElements().Match(_text, _at) is { Success: true } elements && _arrays.TryGetValue(elements.Groups["name"].Value, out var all))
            {
                _at += elements.Length;
                words.AddRange(all);
            }
            else if (Word() is { } word) words.Add(word);
        }

        return words;
    }

    /// <summary>Reads an array that the script sets, or adds to, over as many lines as it has.</summary>
    private void Fill(Match begin)
    {
        var name = begin.Groups["name"].Value;
        if (begin.Groups["adds"].Length == 0 || !_arrays.TryGetValue(name, out var array)) _arrays[name] = array = [];
        _at += begin.Length;
        _isInArray = true;
        while (_at < _text.Length && _text[_at] != ')')
        {
            var c = _text[_at];
            if (c == '\n') _line++;
            if (char.IsWhiteSpace(c) || (c == '\\' && Next(1) == '\n') || c is ';' or '&' or '|') _at++;
            else if (c == '#') SkipComment();
            else if (Word() is { } word) array.Add(word);
        }

        _isInArray = false;
        _at++;
    }

    private void SkipComment()
    {
        while (_at < _text.Length && _text[_at] != '\n') _at++;
    }

    /// <summary>Null for one that stands for the caller's arguments.</summary>
    private ShellWord? Word()
    {
        var (word, line, quote) = (new StringBuilder(), _line, '\0');
        for (; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '\n') _line++;
            if (quote == '\'')
            {
                if (c == '\'') quote = '\0';
                else word.Append(c);
                continue;
            }

            if (c == '\\' && _at + 1 < _text.Length)
            {
                if (Next(1) == '\n')
                {
                    if (quote == '\0') break;
                    _line++;
                }
                else if (quote == '\0' || Next(1) is '"' or '\\' or '$') word.Append(Next(1));
                else word.Append(c).Append(Next(1));
                _at++;
                continue;
            }

            if (c == '"' || (c == '\'' && quote == '\0'))
            {
                quote = quote == '\0' ? c : '\0';
                continue;
            }

            if (quote == '\0' && (char.IsWhiteSpace(c) || c is ';' or '&' or '|' || (c == ')' && _isInArray)))
            {
                if (c == '\n') _line--;
                break;
            }

            if (c == '$') word.Append(Variable());
            else word.Append(c);
        }

        var text = word.ToString();
        return text.Length == 0 ? null : new ShellWord(text, line);
    }

    /// <summary>The value of the variable at the place, which is left on its last character; as it is written where the script does not set it.</summary>
    private string Variable()
    {
        if (Next(1) == '(') return Substitution(_at);
        var found = Reference().Match(_text, _at);
        if (!found.Success || found.Index != _at) return "$";
        _at += found.Length - 1;
        var name = found.Groups["name"].Value;
        if (name is "@" or "*") return "";
        if (_variables.TryGetValue(name, out var value)) return value;
        return found.Groups["otherwise"] is { Success: true } otherwise ? Expanded(otherwise.Value) : found.Value;
    }

    /// <summary>A default, which may name variables itself.</summary>
    private string Expanded(string text) => Reference().Replace(text, found => _variables.GetValueOrDefault(found.Groups["name"].Value, found.Value));

    /// <summary>A command in the place of a word, as it is written; the place is left on its last bracket.</summary>
    private string Substitution(int begin)
    {
        var depth = 0;
        for (_at++; _at < _text.Length && _text[_at] != '\n'; _at++)
        {
            if (_text[_at] == '(') depth++;
            else if (_text[_at] == ')' && --depth == 0) break;
        }

        if (depth == 0 && _at < _text.Length) return _text[begin..(_at + 1)];
        _at = begin;
        return "$";
    }

    private char Next(int by) => _at + by < _text.Length ? _text[_at + by] : '\0';

    [GeneratedRegex(@"^(?<name>[A-Za-z_][A-Za-z0-9_]*)=(?<value>[^\n]*)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\G(?<name>[A-Za-z_][A-Za-z0-9_]*)(?<adds>\+?)=\(", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ArrayBegins();

    [GeneratedRegex(@"\G""?\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\[[@*]\]\}""?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ArrayElements();

    [GeneratedRegex(@"\$(\{(?<name>[A-Za-z_][A-Za-z0-9_]*|@)(:?-(?<otherwise>[^}]*))?\}|(?<name>[A-Za-z_][A-Za-z0-9_]*|[@*0-9]))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}

using System.Globalization;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Finds calls by name in the text of a Python program and reads their keyword arguments as far as they are literals: numbers, texts,
/// True, False, None, lists and tuples of these, and names of functions. Nothing is carried out; what has to be worked out is left out
/// and told.
/// </summary>
/// <param name="text">Of the program.</param>
/// <param name="file">As messages call it.</param>
internal sealed class PythonCalls(string text, string file)
{
    private int _at;

    /// <summary>Arguments that are no literals: what was written, and where.</summary>
    public List<(string Name, string Written, int Line)> Expressions { get; } = [];

    /// <summary>The arguments of the first call of a name, positional ones as <c>0</c>, <c>1</c>; null where there is no such call.</summary>
    public RecipeSection? Find(string name)
    {
        for (_at = 0; _at < text.Length;)
        {
            if (SkipBlank()) continue;
            if (text[_at] is '"' or '\'')
            {
                Quoted();
                continue;
            }

            if (!IsName(text[_at]))
            {
                _at++;
                continue;
            }

            if (Name() == name && Peek() == '(') return Arguments();
        }

        return null;
    }

    private RecipeSection Arguments()
    {
        var section = new RecipeSection(Place(_at));
        _at++;
        for (var position = 0; _at < text.Length; position++)
        {
            if (Peek() == ')') break;
            var begin = _at;
            var key = IsName(text[_at]) ? Name() : "";
            if (key.Length > 0 && Peek() == '=' && (_at + 1 >= text.Length || text[_at + 1] != '=')) _at++;
            else (key, _at) = (position.ToString(CultureInfo.InvariantCulture), begin);
            Peek();
            begin = _at;
            if (Value() is { } value && Peek() is ',' or ')') section.Put(new RecipeEntry(key, value.Place, value));
            else
            {
                _at = begin;
                SkipExpression();
                Expressions.Add((key, text[begin.._at].Trim(), Place(begin).Line));
            }

            if (Peek() == ',') _at++;
        }

        return section;
    }

    private RecipeNode? Value()
    {
        if (_at >= text.Length) return null;
        var place = Place(_at);
        var c = text[_at];
        if (c is '[' or '(') return List(place);
        if (c is '"' or '\'')
        {
            var quoted = new StringBuilder(Quoted());
            while (Peek() is '"' or '\'') quoted.Append(Quoted());
            return new RecipeScalar(quoted.ToString(), plain: false, place);
        }

        var begin = _at;
        if (IsName(c))
        {
            var name = Name();
            if ((name is "r" or "b" or "f" or "u" && _at < text.Length && text[_at] is '"' or '\'') || Peek() is '(' or '.' or '[') return null;
            return new RecipeScalar(name, plain: true, place);
        }

        if (c is '-' or '+') _at++;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '.' or '_' || (text[_at] is '-' or '+' && text[_at - 1] is 'e' or 'E'))) _at++;
        var number = text[begin.._at];
        return double.TryParse(number.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? new RecipeScalar(number, plain: true, place) : null;
    }

    private RecipeList? List(RecipePlace place)
    {
        var close = text[_at] == '[' ? ']' : ')';
        _at++;
        var items = new List<RecipeNode>();
        while (Peek() is var c && c != close)
        {
            if (c == '\0' || Value() is not { } item) return null;
            items.Add(item);
            if (Peek() == ',') _at++;
        }

        _at++;
        return new RecipeList(items, place);
    }

    /// <summary>To the comma or bracket that ends an argument.</summary>
    private void SkipExpression()
    {
        var depth = 0;
        while (_at < text.Length)
        {
            if (SkipBlank()) continue;
            var c = text[_at];
            if (c is '"' or '\'')
            {
                Quoted();
                continue;
            }

            if (depth == 0 && c is ',' or ')') return;
            if (c is '(' or '[' or '{') depth++;
            if (c is ')' or ']' or '}') depth--;
            _at++;
        }
    }

    private string Quoted()
    {
        var quote = text[_at];
        var isLong = _at + 2 < text.Length && text[_at + 1] == quote && text[_at + 2] == quote;
        _at += isLong ? 3 : 1;
        var read = new StringBuilder();
        for (; _at < text.Length; _at++)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length) read.Append(text[++_at] == 'n' ? '\n' : text[_at]);
            else if (text[_at] == quote && (!isLong || string.CompareOrdinal(text, _at, new string(quote, 3), 0, 3) == 0)) break;
            else if (text[_at] == '\n' && !isLong) break;
            else read.Append(text[_at]);
        }

        _at = Math.Min(text.Length, _at + (isLong ? 3 : 1));
        return read.ToString();
    }

    private string Name()
    {
        var begin = _at;
        while (_at < text.Length && (IsName(text[_at]) || char.IsAsciiDigit(text[_at]))) _at++;
        return text[begin.._at];
    }

    /// <summary>The next character that is neither space nor comment; '\0' at the end.</summary>
    private char Peek()
    {
        while (_at < text.Length && SkipBlank())
        {
        }

        return _at < text.Length ? text[_at] : '\0';
    }

    private bool SkipBlank()
    {
        if (char.IsWhiteSpace(text[_at]) || (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '\n' or '\r'))
        {
            _at++;
            return true;
        }

        if (text[_at] != '#') return false;
        while (_at < text.Length && text[_at] != '\n') _at++;
        return true;
    }

    private RecipePlace Place(int at) => new(file, text.AsSpan(0, at).Count('\n') + 1, at - text.LastIndexOf('\n', Math.Max(0, at - 1)));

    private static bool IsName(char c) => char.IsAsciiLetter(c) || c == '_';
}

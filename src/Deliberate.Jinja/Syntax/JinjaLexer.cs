namespace Deliberate.Jinja;

/// <summary>
/// Cuts a template into tokens as Jinja 3.1 does with <c>trim_blocks</c> and <c>lstrip_blocks</c> on: text between tags is
/// data, comments vanish, <c>raw</c> blocks become data, and the signs <c>-</c> and <c>+</c> beside a tag's braces rule the
/// white space around it. One newline at the end of the source is dropped. Time is linear in the source.
/// </summary>
internal sealed class JinjaLexer
{
    private readonly string _source;
    private readonly List<JinjaToken> _tokens = [];
    private int _at;
    private int _line = 1;

    // Whether the tag before ended with a newline: only then does leading white space of the data stand at a line's start.
    private bool _lineStarts = true;

    private JinjaLexer(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = source.EndsWith('\n') ? source[..^1] : source;
    }

    public static List<JinjaToken> Tokenize(string source)
    {
        var lexer = new JinjaLexer(source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_at < _source.Length)
        {
            var tag = FindTag(_at);
            if (tag < 0)
            {
                Add(JinjaTokenKind.Data, _source[_at..]);
                _at = _source.Length;
                break;
            }

            var opener = _source[tag + 1];
            var raw = opener == '%' ? RawOpening(tag) : -1;
            var sign = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
            AddData(_at, tag, sign, opener != '{');
            _at = tag + 2 + (sign is '-' or '+' ? 1 : 0);
            if (raw >= 0) ReadRaw(raw);
            else if (opener == '#') SkipComment();
            else ReadTag(opener == '{');
        }

        _tokens.Add(new JinjaToken(JinjaTokenKind.End, "", _line));
    }

    private int FindTag(int from)
    {
        for (var i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#') return i;
        }

        return -1;
    }

    private void AddData(int start, int end, char sign, bool strips)
    {
        var keep = end;
        if (sign == '-')
        {
            while (keep > start && PythonText.IsSpace(_source[keep - 1])) keep--;
        }
        else if (sign != '+' && strips)
        {
            var lineStart = start + _source.AsSpan(start, end - start).LastIndexOf('\n') + 1;
            if (lineStart > start || _lineStarts)
            {
                var blank = lineStart;
                while (blank < end && PythonText.IsSpace(_source[blank])) blank++;
                if (blank == end) keep = lineStart;
            }
        }

        if (keep > start) Add(JinjaTokenKind.Data, _source[start..keep]);
        CountLines(keep, end);
    }

    private void Add(JinjaTokenKind kind, string text)
    {
        _tokens.Add(new JinjaToken(kind, text, _line));
        _line += text.AsSpan().Count('\n');
    }

    private void CountLines(int start, int end) => _line += _source.AsSpan(start, end - start).Count('\n');

    /// <summary>Where the content of a raw block starts if the tag at <paramref name="tag"/> opens one, else -1.</summary>
    private int RawOpening(int tag)
    {
        var i = tag + 2;
        if (i < _source.Length && _source[i] is '-' or '+') i++;
        i = SkipSpace(i);
        if (string.CompareOrdinal(_source, i, "raw", 0, 3) != 0) return -1;
        i = SkipSpace(i + 3);
        if (string.CompareOrdinal(_source, i, "-%}", 0, 3) == 0) return SkipSpace(i + 3);
        return string.CompareOrdinal(_source, i, "%}", 0, 2) == 0 ? i + 2 : -1;
    }

    private int SkipSpace(int i)
    {
        while (i < _source.Length && PythonText.IsSpace(_source[i])) i++;
        return i;
    }

    private void ReadRaw(int content)
    {
        CountLines(_at, content);
        _lineStarts = _source[content - 1] == '\n';
        for (var i = _source.IndexOf("{%", content, StringComparison.Ordinal); i >= 0; i = _source.IndexOf("{%", i + 1, StringComparison.Ordinal))
        {
            var sign = i + 2 < _source.Length ? _source[i + 2] : ' ';
            var word = SkipSpace(i + 2 + (sign is '-' or '+' ? 1 : 0));
            if (string.CompareOrdinal(_source, word, "endraw", 0, 6) != 0) continue;
            var after = ClosingBraces(SkipSpace(word + 6), '%');
            if (after < 0) continue;
            AddData(content, i, sign, strips: true);
            CountLines(i, after);
            _lineStarts = _source[after - 1] == '\n';
            _at = after;
            return;
        }

        throw new JinjaException("Missing end of raw directive", _line);
    }

    /// <summary>The position after <c>-%}</c> with its white space, <c>+%}</c>, or <c>%}</c> with one newline; -1 where none stands.</summary>
    private int ClosingBraces(int i, char mark)
    {
        var sign = i < _source.Length ? _source[i] : ' ';
        var brace = sign is '-' or '+' ? i + 1 : i;
        if (brace + 1 >= _source.Length || _source[brace] != mark || _source[brace + 1] != '}') return -1;
        var after = brace + 2;
        if (sign == '-') return SkipSpace(after);
        return sign != '+' && after < _source.Length && _source[after] == '\n' ? after + 1 : after;
    }

    private void SkipComment()
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw new JinjaException("Missing end of comment tag", _line);
        var after = ClosingBraces(end > _at && _source[end - 1] is '-' or '+' ? end - 1 : end, '#');
        CountLines(_at, after);
        _lineStarts = _source[after - 1] == '\n';
        _at = after;
    }

    /// <summary>Reads the tokens between the braces; braces inside an open bracket never close the tag.</summary>
    private void ReadTag(bool isVariable)
    {
        _tokens.Add(new JinjaToken(isVariable ? JinjaTokenKind.VariableBegin : JinjaTokenKind.BlockBegin, "", _line));
        var brackets = new Stack<char>();
        while (_at < _source.Length)
        {
            var after = brackets.Count > 0 ? -1 : isVariable ? VariableEnd() : ClosingBraces(_at, '%');
            if (after >= 0)
            {
                _tokens.Add(new JinjaToken(isVariable ? JinjaTokenKind.VariableEnd : JinjaTokenKind.BlockEnd, "", _line));
                CountLines(_at, after);
                _lineStarts = _source[after - 1] == '\n';
                _at = after;
                return;
            }

            if (PythonText.IsSpace(_source[_at]))
            {
                var next = SkipSpace(_at);
                CountLines(_at, next);
                _at = next;
                continue;
            }

            var start = _at;
            var token = JinjaTokenReader.Read(_source, ref _at, _line);
            if (token.Kind == JinjaTokenKind.Operator) Balance(brackets, token.Text[0], token.Line);
            _tokens.Add(token);
            if (token.Kind == JinjaTokenKind.String) CountLines(start, _at);
        }
    }

    private int VariableEnd()
    {
        if (string.CompareOrdinal(_source, _at, "-}}", 0, 3) == 0) return SkipSpace(_at + 3);
        return string.CompareOrdinal(_source, _at, "}}", 0, 2) == 0 ? _at + 2 : -1;
    }

    private static void Balance(Stack<char> brackets, char symbol, int line)
    {
        if (symbol is '(' or '[' or '{')
        {
            brackets.Push(symbol switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (symbol is ')' or ']' or '}')
        {
            if (brackets.Count == 0) throw new JinjaException($"unexpected '{symbol}'", line);
            var expected = brackets.Pop();
            if (expected != symbol) throw new JinjaException($"unexpected '{symbol}', expected '{expected}'", line);
        }
    }
}

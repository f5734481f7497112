using System.Text;

namespace Deliberate.Evaluation;

/// <summary>A command line that the shell in memory does not understand; told to the agent.</summary>
internal sealed class ShellSyntaxException(string message) : Exception(message);

/// <summary>
/// Reads a script into pipelines. Of POSIX's shell language (Shell Command Language, 2.2 to 2.9): quotes, variables, pipes, lists, redirections, texts that follow
/// (<c>&lt;&lt;</c>), comments, assignments. Not: substitution of commands, arithmetic, loops and conditions, jobs; each is refused by its name.
/// </summary>
internal sealed class ShellSyntax
{
    private static readonly string[] Refused = ["if", "for", "while", "until", "case", "function", "select", "{", "}", "do", "done", "then", "fi"];

    private readonly string _text;
    private readonly List<(string Until, int Command, int Redirect)> _pending = [];
    private readonly List<ShellPipeline> _script = [];
    private List<ShellInvocation> _pipeline = [];
    private List<(string, ShellWord)> _assignments = [];
    private List<ShellWord> _words = [];
    private List<ShellRedirect> _redirects = [];
    private readonly List<List<ShellRedirect>> _waiting = [];
    private string _joint = ";";
    private int _at;

    private ShellSyntax(string text) => _text = text;

    /// <exception cref="ShellSyntaxException">It is not of that language.</exception>
    public static IReadOnlyList<ShellPipeline> Read(string script) => new ShellSyntax(script.ReplaceLineEndings("\n").Replace("\\\n", "", StringComparison.Ordinal)).Read();

    private List<ShellPipeline> Read()
    {
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c is ' ' or '\t') _at++;
            else if (c == '#' && (_at == 0 || char.IsWhiteSpace(_text[_at - 1]) || _text[_at - 1] is ';' or '&' or '|')) SkipComment();
            else if (c == '\n') EndLine();
            else if (Starts("&&")) Join("&&", 2);
            else if (Starts("||")) Join("||", 2);
            else if (c == ';') Join(";", 1);
            else if (c == '|') Pipe();
            else if (c == '&') throw new ShellSyntaxException("jobs in the background (&) are not supported");
            else if (c is '(' or ')') throw new ShellSyntaxException("subshells ( ) are not supported");
            else if (IsRedirect(out var kind)) Redirect(kind);
            else Word();
        }

        Finish(";");
        if (_pending.Count > 0) throw new ShellSyntaxException($"the text up to {_pending[0].Until} is not there");
        return _script;
    }

    private bool Starts(string text) => string.CompareOrdinal(_text, _at, text, 0, text.Length) == 0;

    private void SkipComment()
    {
        while (_at < _text.Length && _text[_at] != '\n') _at++;
    }

    private void EndLine()
    {
        _at++;
        foreach (var (until, list, place) in _pending)
        {
            var text = new StringBuilder();
            while (true)
            {
                if (_at >= _text.Length) throw new ShellSyntaxException($"the text up to {until} is not there");
                var end = _text.IndexOf('\n', _at) is >= 0 and var found ? found : _text.Length;
                var line = _text[_at..end];
                _at = Math.Min(end + 1, _text.Length);
                if (line == until) break;
                text.Append(line).Append('\n');
            }

            _waiting[list][place] = new ShellRedirect("<<", new ShellWord([new ShellPart(text.ToString(), true, false)]));
        }

        _pending.Clear();
        Finish(";");
    }

    private void Join(string joint, int length)
    {
        _at += length;
        if (joint != ";" && _words.Count == 0 && _assignments.Count == 0 && _pipeline.Count == 0) throw new ShellSyntaxException($"syntax error near {joint}");
        Finish(joint);
    }

    private void Pipe()
    {
        _at++;
        EndCommand();
        if (_pipeline.Count == 0) throw new ShellSyntaxException("syntax error near |");
    }

    private void EndCommand()
    {
        if (_words.Count == 0 && _assignments.Count == 0 && _redirects.Count == 0) return;
        if (_words.Count > 0 && !_words[0].IsQuoted && Refused.Contains(_words[0].Plain)) throw new ShellSyntaxException($"\"{_words[0].Plain}\" is not supported: write one command a line");
        _pipeline.Add(new ShellInvocation(_assignments, _words, _redirects));
        (_assignments, _words, _redirects) = ([], [], []);
    }

    private void Finish(string next)
    {
        EndCommand();
        if (_pipeline.Count > 0) _script.Add(new ShellPipeline(_joint, _pipeline));
        else if (_joint != ";" && next == ";" && _at < _text.Length) return;
        _pipeline = [];
        _joint = next;
    }

    private bool IsRedirect(out string kind)
    {
        kind = ((string[])["2>&1", "2>>", "2>", ">>", ">", "<<", "<", "1>"]).FirstOrDefault(Starts) ?? "";
        return kind.Length > 0;
    }

    private void Redirect(string kind)
    {
        _at += kind.Length;
        if (kind == "2>&1")
        {
            _redirects.Add(new ShellRedirect(kind, new ShellWord([])));
            return;
        }

        while (_at < _text.Length && _text[_at] is ' ' or '\t') _at++;
        if (ReadWord() is not { } target) throw new ShellSyntaxException($"nothing stands behind {kind}");
        kind = kind switch { "1>" => ">", "2>>" => "2>", _ => kind };
        if (kind == "<<")
        {
            if (!_waiting.Contains(_redirects)) _waiting.Add(_redirects);
            _pending.Add((target.Plain, _waiting.IndexOf(_redirects), _redirects.Count));
        }

        _redirects.Add(new ShellRedirect(kind, target));
    }

    private void Word()
    {
        var start = _at;
        var word = ReadWord() ?? throw new ShellSyntaxException($"\"{_text[start]}\" cannot stand here");
        if (_words.Count == 0 && word.Parts is [{ IsQuoted: false, IsVariable: false } first, ..] && first.Text.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && IsName(first.Text[..equals]))
            _assignments.Add((first.Text[..equals], new ShellWord([first with { Text = first.Text[(equals + 1)..] }, .. word.Parts.Skip(1)])));
        else _words.Add(word);
    }

    private ShellWord? ReadWord()
    {
        var parts = new List<ShellPart>();
        var plain = new StringBuilder();
        var any = false;
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (char.IsWhiteSpace(c) || c is ';' or '|' or '&' or '<' or '>' or '(' or ')') break;
            any = true;
            if (c == '`') throw new ShellSyntaxException("substitution of commands (`...`) is not supported");
            if (c == '\'') Single(parts, plain);
            else if (c == '"') Double(parts, plain);
            else if (c == '$') Variable(parts, plain, isQuoted: false);
            else if (c == '\\' && _at + 1 < _text.Length)
            {
                Flush(parts, plain, isQuoted: false);
                parts.Add(new ShellPart(_text[_at + 1].ToString(), true, false));
                _at += 2;
            }
            else
            {
                plain.Append(c);
                _at++;
            }
        }

        Flush(parts, plain, isQuoted: false);
        return any ? new ShellWord(parts) : null;
    }

    private void Single(List<ShellPart> parts, StringBuilder plain)
    {
        Flush(parts, plain, isQuoted: false);
        var end = _text.IndexOf('\'', _at + 1);
        if (end < 0) throw new ShellSyntaxException("a quote ' is not closed");
        parts.Add(new ShellPart(_text[(_at + 1)..end], true, false));
        _at = end + 1;
    }

    private void Double(List<ShellPart> parts, StringBuilder plain)
    {
        Flush(parts, plain, isQuoted: false);
        _at++;
        var quoted = new StringBuilder();
        parts.Add(new ShellPart("", true, false));
        while (true)
        {
            if (_at >= _text.Length) throw new ShellSyntaxException("a quote \" is not closed");
            var c = _text[_at];
            if (c == '"') break;
            if (c == '`') throw new ShellSyntaxException("substitution of commands (`...`) is not supported");
            if (c == '$') Variable(parts, quoted, isQuoted: true);
            else if (c == '\\' && _at + 1 < _text.Length && _text[_at + 1] is '"' or '\\' or '$' or '`')
            {
                quoted.Append(_text[_at + 1]);
                _at += 2;
            }
            else
            {
                quoted.Append(c);
                _at++;
            }
        }

        _at++;
        Flush(parts, quoted, isQuoted: true);
    }

    private void Variable(List<ShellPart> parts, StringBuilder before, bool isQuoted)
    {
        if (Starts("$(")) throw new ShellSyntaxException("substitution of commands $(...) is not supported");
        var (start, braced) = (_at + 1, Starts("${"));
        if (braced) start++;
        var end = start;
        if (end < _text.Length && _text[end] == '?') end++;
        else while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_')) end++;
        if (end == start)
        {
            before.Append('$');
            _at++;
            return;
        }

        if (braced && (end >= _text.Length || _text[end] != '}')) throw new ShellSyntaxException("${...} holds a variable's name alone");
        Flush(parts, before, isQuoted);
        parts.Add(new ShellPart(_text[start..end], isQuoted, true));
        _at = braced ? end + 1 : end;
    }

    private static void Flush(List<ShellPart> parts, StringBuilder text, bool isQuoted)
    {
        if (text.Length == 0) return;
        parts.Add(new ShellPart(text.ToString(), isQuoted, false));
        text.Clear();
    }

    private static bool IsName(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(text[0]);
}

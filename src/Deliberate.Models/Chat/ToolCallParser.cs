using System.Text;
using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// One call as a model writes it, character by character: a JSON object with <c>name</c> and <c>arguments</c> (or <c>parameters</c>),
/// in either order. Arguments are passed on as they come once the name is known; as an object's text, which is what the model wrote,
/// or where they are a string, as what the string holds.
/// </summary>
internal sealed class ToolCallParser
{
    private readonly StringBuilder _raw = new(), _word = new(), _arguments = new();
    private At _at;
    private string? _key;
    private int _depth;
    private bool _inString, _escaped, _hasArguments;

    private enum At
    {
        Start,
        Key,
        InKey,
        Colon,
        Value,
        InName,
        Arguments,
        ArgumentsText,
        Other,
        Done,
        Broken,
    }

    public string? Name { get; private set; }

    /// <summary>All of the arguments so far.</summary>
    public string Arguments => _arguments.ToString();

    /// <summary>Everything that was read.</summary>
    public string Raw => _raw.ToString();

    /// <summary>What was read is no call.</summary>
    public bool IsBroken => _at == At.Broken;

    /// <summary>Whether there is nothing more to come of it: name and arguments are whole, or it is none.</summary>
    public bool IsOver => _at is At.Done or At.Broken || (_hasArguments && Name is not null);

    /// <summary>One that begins behind a name and the key of its arguments.</summary>
    public static ToolCallParser Behind(string name) => new() { Name = name, _key = "arguments", _at = At.Value };

    public void Push(char c)
    {
        _raw.Append(c);
        switch (_at)
        {
            case At.Start when c == '{': _at = At.Key; break;
            case At.Key when c == '"': (_at, _escaped) = (At.InKey, false); _word.Clear(); break;
            case At.Key when c == '}': _at = Name is null ? At.Broken : At.Done; break;
            case At.Key when c == ',': break;
            case At.InKey when Quoted(c) is { } key: (_key, _at) = (key, At.Colon); break;
            case At.InKey: break;
            case At.Colon when c == ':': _at = At.Value; break;
            case At.Value when !char.IsWhiteSpace(c): Begin(c); break;
            case At.InName when Quoted(c) is { } name: (Name, _at) = (name, At.Key); break;
            case At.InName: break;
            case At.Arguments: _arguments.Append(c); if (Nested(c)) (_at, _hasArguments) = (At.Key, true); break;
            case At.ArgumentsText when Quoted(c) is { } text: _arguments.Append(text); (_at, _hasArguments) = (At.Key, true); break;
            case At.ArgumentsText: break;
            case At.Other: Skip(c); break;
            default: if (!char.IsWhiteSpace(c)) _at = At.Broken; break;
        }
    }

    /// <summary>The first character of a value.</summary>
    private void Begin(char c)
    {
        var isArguments = _key is "arguments" or "parameters";
        (_depth, _inString, _escaped) = (0, false, false);
        _word.Clear();
        if (_key == "name") _at = c == '"' ? At.InName : At.Broken;
        else if (isArguments && c == '"') _at = At.ArgumentsText;
        else if (isArguments && c == '{')
        {
            _at = At.Arguments;
            _arguments.Append(c);
            Nested(c);
        }
        else if (isArguments && c != 'n') _at = At.Broken;
        else
        {
            _at = At.Other;
            Skip(c);
        }
    }

    /// <summary>Whether the character closes the value that began with an opening bracket.</summary>
    private bool Nested(char c)
    {
        if (_inString)
        {
            if (_escaped) _escaped = false;
            else if (c == '\\') _escaped = true;
            else if (c == '"') _inString = false;
            return false;
        }

        if (c == '"') _inString = true;
        else if (c is '{' or '[') _depth++;
        else if (c is '}' or ']') return --_depth == 0;
        return false;
    }

    /// <summary>A value that nobody asks for.</summary>
    private void Skip(char c)
    {
        if (_depth == 0 && !_inString && c is ',' or '}')
        {
            _at = c == ',' ? At.Key : Name is null ? At.Broken : At.Done;
            return;
        }

        Nested(c);
    }

    /// <summary>The string that a closing quote ends; null within it.</summary>
    private string? Quoted(char c)
    {
        if (!_escaped && c == '"')
        {
            try
            {
                return JsonSerializer.Deserialize<string>($"\"{_word}\"");
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                return _word.ToString();
            }
        }

        _escaped = !_escaped && c == '\\';
        _word.Append(c);
        return null;
    }
}

using System.Text;

namespace Deliberate.Models;

/// <summary>What a <see cref="ToolCallReader"/> finds, in order.</summary>
internal abstract record ToolCallPiece
{
    /// <summary>Text that is no call.</summary>
    public sealed record Said(string Text) : ToolCallPiece;

    /// <param name="Index">Of the call, from 0.</param>
    public sealed record Begun(int Index, string Name) : ToolCallPiece;

    /// <summary>More of the text of its arguments.</summary>
    public sealed record Arguments(int Index, string Delta) : ToolCallPiece;

    /// <param name="Written">All of its arguments, as the model wrote them: they may be no JSON.</param>
    public sealed record Ended(int Index, string Name, string Written) : ToolCallPiece;
}

/// <summary>
/// Separates calls of tools from text while an answer is written. A call stands between <c>&lt;tool_call&gt;</c> tags, or, as models write it
/// whose tags are special tokens and so not seen, is a JSON object or an array of them at the very beginning, with the name of a tool that was
/// offered. What only looked like a call is text. Holds back what may still become one.
/// </summary>
internal sealed class ToolCallReader
{
    private static readonly string[] Tags = [ToolCallText.Open];

    private readonly HashSet<string> _names;
    private readonly bool _parallel;
    private readonly Action<ToolCallPiece> _show;
    private readonly StringBuilder _broken = new();
    private ToolCallParser? _call;
    private string _held = "";
    private int _calls, _shown;
    private bool _begun, _tagged, _afterCall, _anyText;

    /// <param name="names">Of the tools that were offered; none where calls are not to be looked for.</param>
    /// <param name="parallel">Whether there may be more than one call.</param>
    public ToolCallReader(IEnumerable<string> names, bool parallel, Action<ToolCallPiece> show) => (_names, _parallel, _show) = ([.. names], parallel, show);

    /// <summary>The answer was begun with a call.</summary>
    /// <param name="name">Of the function; null where the model writes it.</param>
    public void BeginWithCall(string? name)
    {
        (_call, _tagged) = (name is null ? new ToolCallParser() : ToolCallParser.Behind(name), true);
        Announce();
    }

    public int Calls => _calls;

    /// <summary>Whether only what stands between tags is a call, as where these are held to their schemas.</summary>
    public bool TagsOnly { get; init; }

    public void Push(string text)
    {
        if (_names.Count == 0)
        {
            Text(text);
            return;
        }

        _held += text;
        while (_held.Length > 0 && Step())
        {
        }
    }

    /// <summary>The answer is over: shows what was held back.</summary>
    public void Finish()
    {
        if (_call is not null)
        {
            if (_begun) EndCall();
            else Release();
        }

        if (_held.Length > 0 && !_afterCall) Text(_held);
        _held = "";
    }

    /// <summary>Goes on with what is held; false where more has to come first.</summary>
    private bool Step()
    {
        if (_call is not null) return Parse();
        if (_afterCall) return Between();
        if (!TagsOnly && !_anyText && LooksBare() is { } bare)
        {
            if (!bare) return false;
            var from = _held.IndexOf('{', StringComparison.Ordinal);
            _broken.Append(_held.AsSpan(0, from));
            (_held, _call, _tagged) = (_held[from..], new ToolCallParser(), false);
            return true;
        }

        var open = _held.IndexOf(ToolCallText.Open, StringComparison.Ordinal);
        if (open >= 0)
        {
            var before = _held[..open].TrimEnd();
            if (before.Length > 0) Text(before);
            _broken.Append(_held.AsSpan(before.Length, open - before.Length)).Append(ToolCallText.Open);
            (_held, _call, _tagged) = (_held[(open + ToolCallText.Open.Length)..], new ToolCallParser(), true);
            return true;
        }

        // The space before a tag is not shown, so that an answer that is only a call has no text.
        var sure = _held.AsSpan(0, _held.Length - StopStrings.Overlap(_held, Tags)).TrimEnd().Length;
        if (sure > 0) Text(_held[..sure]);
        _held = _held[sure..];
        return false;
    }

    /// <summary>Between calls: the closing tag, commas and brackets, the next opening. Anything else behind a call is passed over.</summary>
    private bool Between()
    {
        if (!_parallel)
        {
            _held = "";
            return false;
        }

        var open = _tagged ? _held.IndexOf(ToolCallText.Open, StringComparison.Ordinal) : _held.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            _held = _tagged ? _held[^StopStrings.Overlap(_held, Tags)..] : "";
            return false;
        }

        (_held, _call, _afterCall) = (_held[(open + (_tagged ? ToolCallText.Open.Length : 0))..], new ToolCallParser(), false);
        return true;
    }

    private bool Parse()
    {
        var call = _call!;
        var at = 0;
        while (at < _held.Length && !call.IsOver) call.Push(_held[at++]);
        _held = _held[at..];
        if (call.Name is not null && !_begun && !_names.Contains(call.Name) || call.IsBroken && !_begun)
        {
            Release();
            return true;
        }

        Announce();
        if (_begun && call.Arguments.Length > _shown)
        {
            _show(new ToolCallPiece.Arguments(_calls, call.Arguments[_shown..]));
            _shown = call.Arguments.Length;
        }

        if (!call.IsOver) return false;
        EndCall();
        return true;
    }

    private void Announce()
    {
        if (_begun || _call?.Name is not { } name || !_names.Contains(name)) return;
        _begun = true;
        _show(new ToolCallPiece.Begun(_calls, name));
    }

    private void EndCall()
    {
        var arguments = _call!.Arguments;
        if (arguments.Length == 0) _show(new ToolCallPiece.Arguments(_calls, arguments = "{}"));
        _show(new ToolCallPiece.Ended(_calls, _call.Name!, arguments));
        _calls++;
        (_call, _begun, _shown, _afterCall) = (null, false, 0, true);
        _broken.Clear();
    }

    /// <summary>It was no call: it is text.</summary>
    private void Release()
    {
        var text = _broken.Append(_call!.Raw).ToString();
        _broken.Clear();
        (_call, _anyText) = (null, true);
        Text(text);
    }

    /// <summary>Whether the beginning is a call without tags; null where it is not, false where it may be.</summary>
    private bool? LooksBare()
    {
        var text = _held.AsSpan().TrimStart();
        if (text.IsEmpty) return false;
        if (text[0] == '[') text = text[1..].TrimStart();
        if (text.IsEmpty) return false;
        if (text[0] != '{') return null;
        text = text[1..].TrimStart();
        const string key = "\"name\"";
        if (text.Length < key.Length) return key.AsSpan().StartsWith(text, StringComparison.Ordinal) ? false : null;
        return text.StartsWith(key, StringComparison.Ordinal) ? true : null;
    }

    private void Text(string text)
    {
        _anyText |= text.AsSpan().Trim().Length > 0;
        _show(new ToolCallPiece.Said(text));
    }
}

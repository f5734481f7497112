using System.Runtime.CompilerServices;
using System.Text;

namespace Deliberate.Jinja;

/// <summary>
/// What one rendering may spend, so that a template from a stranger ends: one unit for each node evaluated and each element
/// made or compared, one for each 16 characters written, and a bound on nesting. Within the budget a rendering takes well
/// under two seconds and some 100 MB.
/// </summary>
internal sealed class JinjaBudget
{
    /// <summary>Units for one rendering. A chat of 1,000 messages through a template with tools spends about 200,000.</summary>
    public const int Units = 2_000_000;

    /// <summary>Longest text, in UTF-16 units: 16 MB.</summary>
    public const int MaxText = 8 * 1024 * 1024;

    /// <summary>Levels of expressions, statements, macros and nested values at a time.</summary>
    public const int MaxDepth = 800;

    private const int CharactersPerUnit = 16;

    private long _left = Units;
    private int _depth;

    public void Spend(long units)
    {
        _left -= units;
        if (_left < 0) throw new JinjaException("the template does too much work: it was stopped");
    }

    public void SpendText(long characters)
    {
        if (characters > MaxText) throw new JinjaException($"the template makes a text of more than {MaxText} characters: it was stopped");
        Spend(1 + (characters / CharactersPerUnit));
    }

    /// <summary>Spends for a search of a needle in a text, which may compare the needle at every position.</summary>
    public void SpendSearch(long text, long needle) => Spend(1 + (text / CharactersPerUnit) + (needle > 64 ? Math.Max(0, text - needle) * needle / 256 : 0));

    /// <summary>Spends for hashing a key of a dictionary and comparing it with the one found.</summary>
    public void SpendKey(JinjaValue key) => Spend(1 + (key switch
    {
        JinjaString text => text.Text.Length / CharactersPerUnit,
        JinjaBytes bytes => bytes.Bytes.Length / CharactersPerUnit,
        JinjaList list => list.Items.Count * 16,
        _ => 0,
    }));

    public void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new JinjaException("maximum recursion depth exceeded");
    }

    /// <summary>Not called when an exception passes: it ends the rendering anyway.</summary>
    public void Leave() => _depth--;
}

/// <summary>A text being written within a budget, which is asked before anything grows.</summary>
internal sealed class JinjaWriter(JinjaBudget budget)
{
    private readonly StringBuilder _text = new();
    private int _points;
    private long _owed;

    public int Length => _text.Length;

    /// <summary>Length in code points, counted as text arrives.</summary>
    public int CodePoints => _points;

    public JinjaWriter Append(string text)
    {
        Grow(text.Length);
        _text.Append(text);
        _points += PythonText.Length(text);
        return this;
    }

    public JinjaWriter Append(char c)
    {
        Grow(1);
        _text.Append(c);
        _points++;
        return this;
    }

    public JinjaWriter Append(string text, long count)
    {
        if (count <= 0 || text.Length == 0) return this;
        if (count > JinjaBudget.MaxText) budget.SpendText(count);
        Grow(text.Length * count);
        for (var i = 0L; i < count; i++) _text.Append(text);
        _points += (int)(PythonText.Length(text) * count);
        return this;
    }

    private void Grow(long more)
    {
        if (_text.Length + more > JinjaBudget.MaxText) budget.SpendText(_text.Length + more);
        _owed += more;
        if (_owed < 16) return;
        budget.Spend(_owed / 16);
        _owed %= 16;
    }

    public override string ToString() => _text.ToString();
}

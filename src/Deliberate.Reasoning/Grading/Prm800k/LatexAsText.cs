using System.Collections.Frozen;
using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// LaTeX as the plain text that PRM800K's grader reads it as: braces go, a fraction is <c>a/b</c> without parentheses, a root
/// <c>sqrt(x)</c>, symbols their characters or names, macros that are not known nothing.
/// </summary>
internal sealed class LatexAsText
{
    private const int MostNested = 200;

    private static readonly FrozenDictionary<string, string> Symbols = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["pi"] = "pi",
        ["infty"] = "inf",
        ["cup"] = "U",
        ["cdot"] = "*",
        ["times"] = "*",
        ["cap"] = "∩",
        ["pm"] = "±",
        ["mp"] = "∓",
        ["div"] = "÷",
        ["approx"] = "≈",
        ["le"] = "≤",
        ["leq"] = "≤",
        ["ge"] = "≥",
        ["geq"] = "≥",
        ["neq"] = "≠",
        ["lt"] = "<",
        ["gt"] = ">",
        ["emptyset"] = "∅",
        ["varnothing"] = "∅",
        ["in"] = "∈",
        ["langle"] = "⟨",
        ["rangle"] = "⟩",
        ["lfloor"] = "⌊",
        ["rfloor"] = "⌋",
        ["lceil"] = "⌈",
        ["rceil"] = "⌉",
        ["mid"] = "∣",
        ["circ"] = "∘",
        ["angle"] = "∠",
        ["triangle"] = "△",
        ["ldots"] = "…",
        ["dots"] = "…",
        ["cdots"] = "⋯",
        ["to"] = "→",
        ["rightarrow"] = "→",
        ["leftarrow"] = "←",
        ["sum"] = "∑",
        ["prod"] = "∏",
        ["int"] = "∫",
        ["sin"] = "sin",
        ["cos"] = "cos",
        ["tan"] = "tan",
        ["cot"] = "cot",
        ["sec"] = "sec",
        ["csc"] = "csc",
        ["arcsin"] = "arcsin",
        ["arccos"] = "arccos",
        ["arctan"] = "arctan",
        ["log"] = "log",
        ["ln"] = "ln",
        ["exp"] = "exp",
        ["max"] = "max",
        ["min"] = "min",
        ["gcd"] = "gcd",
        ["det"] = "det",
        ["alpha"] = "α",
        ["beta"] = "β",
        ["gamma"] = "γ",
        ["delta"] = "δ",
        ["epsilon"] = "ϵ",
        ["theta"] = "θ",
        ["lambda"] = "λ",
        ["mu"] = "μ",
        ["phi"] = "ϕ",
        ["omega"] = "ω",
        ["sigma"] = "σ",
        ["tau"] = "τ",
        ["rho"] = "ρ",
        [" "] = " ",
        [","] = " ",
        [";"] = " ",
        [":"] = " ",
        ["quad"] = "  ",
        ["qquad"] = "    ",
        ["\\"] = "\n",
        ["{"] = "{",
        ["}"] = "}",
        ["%"] = "%",
        ["$"] = "$",
        ["&"] = "&",
        ["#"] = "#",
        ["_"] = "_",
        ["|"] = "‖",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whose argument is shown as it is.</summary>
    private static readonly FrozenSet<string> Transparent = FrozenSet.Create(StringComparer.Ordinal, "text", "mathrm", "mathbf", "mathit", "mathsf", "mathbb", "mathcal", "textbf", "textit", "textrm", "boldsymbol", "mbox", "underline", "overline", "operatorname", "boxed");

    private static readonly FrozenSet<string> Matrices = FrozenSet.Create(StringComparer.Ordinal, "array", "matrix", "pmatrix", "bmatrix", "smallmatrix");

    private readonly string _text;
    private int _at, _depth;

    private LatexAsText(string text) => _text = text;

    /// <summary>Null where it cannot be read as LaTeX.</summary>
    public static string? Of(string latex)
    {
        // So that "1\frac{2}{3}" is read as a mixed number.
        var text = latex.Replace(@"\tfrac", @"\frac", StringComparison.Ordinal).Replace(@"\dfrac", @"\frac", StringComparison.Ordinal).Replace(@"\frac", @" \frac", StringComparison.Ordinal);
        var reader = new LatexAsText(text);
        var output = new StringBuilder();
        return reader.Read(output, null) ? output.ToString().Trim() : null;
    }

    /// <summary>Up to the end, or to the closing brace or <c>\end</c> that ends what was begun, which is taken.</summary>
    private bool Read(StringBuilder output, string? environment, bool inGroup = false)
    {
        if (++_depth > MostNested) return false;
        while (_at < _text.Length)
        {
            var c = _text[_at++];
            if (c == '}')
            {
                if (!inGroup) continue;
                _depth--;
                return true;
            }

            if (c == '{')
            {
                if (!Read(output, null, inGroup: true)) return false;
            }
            else if (c == '\\')
            {
                var name = Name();
                if (name == "end")
                {
                    Argument(out _);
                    if (environment is null) continue;
                    _depth--;
                    return true;
                }

                if (!Macro(name, output)) return false;
            }
            else
            {
                output.Append(c switch { '~' => " ", '&' => environment is not null ? "&" : "   ", _ => c.ToString() });
            }
        }

        _depth--;
        return true;
    }

    private string Name()
    {
        if (_at == _text.Length) return "";
        var start = _at++;
        if (!char.IsAsciiLetter(_text[start])) return _text[start].ToString();
        while (_at < _text.Length && char.IsAsciiLetter(_text[_at])) _at++;
        return _text[start.._at];
    }

    private bool Macro(string name, StringBuilder output)
    {
        switch (name)
        {
            case "frac":
                if (!Argument(out var numerator) || !Argument(out var denominator)) return false;
                output.Append(numerator).Append('/').Append(denominator);
                return true;
            case "sqrt":
                Optional();
                if (!Argument(out var radicand)) return false;
                output.Append("sqrt(").Append(radicand).Append(')');
                return true;
            case "begin":
                return Argument(out var environment) && Environment(environment, output);
            default:
                if (Transparent.Contains(name))
                {
                    if (!Argument(out var shown)) return false;
                    output.Append(shown);
                    return true;
                }

                output.Append(Symbols.GetValueOrDefault(name, ""));
                return true;
        }
    }

    private bool Environment(string name, StringBuilder output)
    {
        if (!Matrices.Contains(name)) return Read(output, name);
        if (name == "array" && !Argument(out _)) return false;
        var content = new StringBuilder();
        if (!Read(content, name)) return false;
        output.Append("[ ").AppendJoin("; ", content.ToString().Trim('\n', ' ').Split('\n').Select(row => string.Join(' ', row.Split('&', StringSplitOptions.TrimEntries)))).Append(" ]");
        return true;
    }

    /// <summary>A group, a macro or a character.</summary>
    private bool Argument(out string argument)
    {
        argument = "";
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        if (_at == _text.Length) return false;
        var output = new StringBuilder();
        var c = _text[_at++];
        if (c == '{')
        {
            if (!Read(output, null, inGroup: true)) return false;
        }
        else if (c == '\\')
        {
            if (++_depth > MostNested || !Macro(Name(), output)) return false;
            _depth--;
        }
        else
        {
            output.Append(c);
        }

        argument = output.ToString();
        return true;
    }

    /// <summary>Takes an argument in brackets, which nothing is made of.</summary>
    private void Optional()
    {
        if (_at < _text.Length && _text[_at] == '[' && _text.IndexOf(']', _at) is > 0 and var end) _at = end + 1;
    }
}

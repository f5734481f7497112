using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// Unicode's signs as the LaTeX commands they stand for: operators, Greek letters, fractions, raised and lowered digits, currencies,
/// spaces. Null for what cannot be a written answer: control and direction marks, broken UTF-8, characters without a meaning.
/// </summary>
internal static partial class MathSigns
{
    private const string Raised = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣʸᵏᵐᵗ", RaisedPlain = "0123456789+-=()nixykmt";
    private const string Lowered = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼ", LoweredPlain = "0123456789+-=()aeoxhklmnpstij";
    private const string Greek = "αβγδεζηθκλμνξρστφχψωΓΔΘΛΣΦΨΩ";

    private static readonly string[] GreekNames =
    [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
        "Gamma", "Delta", "Theta", "Lambda", "Sigma", "Phi", "Psi", "Omega",
    ];

    /// <summary>One sign and its replacement, an entry each, parted by a bar.</summary>
    private const string Replacements = """
        −|- ‐|- ‑|- ‒|- –|- —|- ﹣|- ×|\times ✕|\times ✖|\times ⨯|\times ÷|/ ∕|/ ⁄|/ ·|\cdot ⋅|\cdot ∙|\cdot •|\cdot ∗|*
        ≤|\le ≦|\le ⩽|\le ≥|\ge ≧|\ge ⩾|\ge ≠|\ne ≈|\approx ≃|\approx ≅|\cong ≡|\equiv ±|\pm ∓|\mp ∶|: ∣|| ‖|\|
        ∞|\infty π|\pi √|\surd ∛|\cbrt ∜|\fourthroot °|^\circ º|^\circ ℃|^\circC ℉|^\circF ∪|\cup ∩|\cap ∖|\setminus ∈|\in ∉|\notin ∅|\emptyset
        ∑|\sum ∏|\prod ∫|\int ∂|\partial ∠|\angle ∡|\angle △|\triangle ⊥|\perp ∥|\parallel ∴|\therefore →|\to ⇒|\Rightarrow ⟹|\Rightarrow ⇔|\iff
        ⌊|\lfloor ⌋|\rfloor ⌈|\lceil ⌉|\rceil ⟨|\langle ⟩|\rangle …|\ldots ⋯|\cdots ϕ|\phi ϵ|\epsilon ϑ|\theta µ|\mu Ω|\Omega ∆|\Delta
        €|\euro £|\pounds ¥|\yen ₹|\rupee ¢|\cent ’|' ′|' ‘|' “|" ”|" ″|" 、|, ，|,
        ✓|\checkmark ✔|\checkmark ✅|\checkmark ☑|\checkmark ∎|\blacksquare ■|\blacksquare □|\square
        """;

    private static readonly Dictionary<int, string> Table = BuildTable();

    /// <param name="text">As it was written.</param>
    public static string? Plain(string text)
    {
        var plain = new StringBuilder(text.Length + 16);
        text = SmallFraction().Replace(text, m => $@"\frac{{{Digits(m.Groups["over"].Value)}}}{{{Digits(m.Groups["under"].Value)}}}");
        var script = '\0';
        foreach (var rune in text.EnumerateRunes())
        {
            var (kind, inner) = Script(rune);
            if (kind != script)
            {
                if (script != '\0') plain.Append('}');
                if (kind != '\0') plain.Append(kind).Append('{');
                script = kind;
            }

            if (kind != '\0') plain.Append(inner);
            else if (Table.TryGetValue(rune.Value, out var sign)) plain.Append(sign);
            else if (rune.Value is >= 0xFF01 and <= 0xFF5E) plain.Append((char)(rune.Value - 0xFEE0));
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpaceSeparator) plain.Append(' ');
            else if (rune.Value is 0x200B or 0x200C or 0x200D or 0x2060 or 0xFEFF or 0x2061 or 0x2062 or 0xFE0E or 0xFE0F) continue;
            else if (rune.Value is >= 0x1D400 and <= 0x1D6A3) plain.Append("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(rune.Value - 0x1D400) % 52]);
            else if (rune.Value is >= 0x1D7CE and <= 0x1D7FF) plain.Append((char)('0' + ((rune.Value - 0x1D7CE) % 10)));
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control && rune.Value is not ('\n' or '\t' or '\r')) return null;
            else if (rune.Value == 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) return null;
            else plain.Append(rune.ToString());
        }

        if (script != '\0') plain.Append('}');
        return plain.ToString();
    }

    private static (char Kind, char Inner) Script(Rune rune)
    {
        if (!rune.IsBmp) return default;
        var raised = Raised.IndexOf((char)rune.Value, StringComparison.Ordinal);
        if (raised >= 0) return ('^', RaisedPlain[raised]);
        var lowered = Lowered.IndexOf((char)rune.Value, StringComparison.Ordinal);
        return lowered >= 0 ? ('_', LoweredPlain[lowered]) : default;
    }

    private static string Digits(string scripts) => string.Concat(scripts.EnumerateRunes().Select(r => Script(r).Inner));

    private static Dictionary<int, string> BuildTable()
    {
        var table = new Dictionary<int, string>();
        foreach (var entry in Replacements.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var sign = Rune.GetRuneAt(entry, 0);
            var plain = entry[(sign.Utf16SequenceLength + 1)..];

            // A command must not run into the letter behind it.
            table[sign.Value] = plain.Length > 1 && char.IsAsciiLetter(plain[^1]) ? plain + " " : plain;
        }

        for (var i = 0; i < GreekNames.Length; i++) table[Greek[i]] = $@"\{GreekNames[i]} ";
        table['ℎ'] = "h";
        table['ℝ'] = @"\mathbb{R}";
        table['ℤ'] = @"\mathbb{Z}";
        table['ℕ'] = @"\mathbb{N}";
        table['ℚ'] = @"\mathbb{Q}";
        table['ℂ'] = @"\mathbb{C}";
        foreach (var (sign, over, under) in ((char, int, int)[])
            [('½', 1, 2), ('⅓', 1, 3), ('⅔', 2, 3), ('¼', 1, 4), ('¾', 3, 4), ('⅕', 1, 5), ('⅖', 2, 5), ('⅗', 3, 5), ('⅘', 4, 5), ('⅙', 1, 6), ('⅚', 5, 6), ('⅐', 1, 7), ('⅛', 1, 8), ('⅜', 3, 8), ('⅝', 5, 8), ('⅞', 7, 8), ('⅑', 1, 9), ('⅒', 1, 10)])
            table[sign] = $@"\frac{{{over}}}{{{under}}}";
        return table;
    }

    /// <summary>Raised digits, a fraction slash, lowered digits: one fraction.</summary>
    [GeneratedRegex("(?<over>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,20})[⁄/∕](?<under>[₀₁₂₃₄₅₆₇₈₉]{1,20})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SmallFraction();
}

using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// Answers with a mark at both ends: <c>\boxed{}</c>, <c>\fbox{}</c>, <c>&lt;answer&gt;&lt;/answer&gt;</c>. A box that is begun and
/// not closed takes back what stands before it; an empty one is an empty answer. A box that is only spoken of ("put it in \boxed{}")
/// or holds a placeholder states nothing. Boxes that are joined (<c>\boxed{7}</c> or <c>\boxed{8}</c>) are one statement of several values.
/// </summary>
internal static partial class AnswerBoxes
{
    public static IEnumerable<AnswerStatement> Find(string text)
    {
        Match? open = null;
        var marks = Mark().Matches(text);
        foreach (var mark in marks.Skip(marks.Count - AnswerMarks.Most))
        {
            if (mark.Value[0] == '<')
            {
                if (mark.Value[1] != '/') open = mark;
                else if (open is not null)
                {
                    var inside = text[(open.Index + open.Length)..mark.Index];
                    if (!AnswerWords.IsPlaceholder(inside)) yield return new AnswerStatement(open.Index, mark.Index, StatementConfidence.Clear, AnswerStatements.Last(inside, truncated: false)?.Value ?? AnswerClause.Whole(inside)) { Covers = true };
                    open = null;
                }

                continue;
            }

            var from = mark.Index + mark.Length;
            if (Content(text, from) is not { } box)
            {
                if (IsBegun(text, from)) yield return new AnswerStatement(mark.Index, text.Length, StatementConfidence.Clear, null);
                continue;
            }

            var before = text.AsSpan(Math.Max(0, mark.Index - 40), Math.Min(40, mark.Index));
            if (box.Text.Length == 0 ? Mentioned().IsMatch(before) : AnswerWords.IsPlaceholder(box.Text)) continue;
            if (Denied().IsMatch(before)) continue;
            var content = AnswerClause.Bare(box.Text);
            var (value, end) = AnswerOffers.Read(text, content, BehindFormula(text, mark.Index, box.End));
            yield return new AnswerStatement(mark.Index, end, StatementConfidence.Clear, value) { Covers = value.Length > content.Length };
        }
    }

    /// <summary>The length of a box's name at this place; 0 where none stands.</summary>
    public static int NameAt(string text, int at) => Name().Match(text, at, Math.Min(12, text.Length - at)) is { Success: true, Index: var index } name && index == at ? name.Length : 0;

    /// <summary>The content of the box whose name ends before <paramref name="at"/>, and the place behind it; without braces, the next number, command or letter.</summary>
    public static (string Text, int End)? Content(string text, int at)
    {
        while (at < text.Length && text[at] == ' ') at++;
        if (at >= text.Length) return null;
        if (text[at] == '{') return Formulas.BraceEnd(text, at) is var close and > 0 ? (text[(at + 1)..(close - 1)].Trim(), close) : null;
        return Token().Match(text, at, Math.Min(200, text.Length - at)) is { Success: true } token ? (token.Value, at + token.Length) : null;
    }

    /// <summary>
    /// A formula with its boxes replaced by what they hold. Where one box ends an equation (<c>6 \cdot 7 = \boxed{42}</c>), what it
    /// holds is the value of the whole.
    /// </summary>
    /// <returns>The formula, and whether its value stood in a box.</returns>
    public static (string Text, bool Boxed) Unboxed(string formula)
    {
        var boxes = 0;
        while (Name().Match(formula) is { Success: true } name && Content(formula, name.Index + name.Length) is { } box)
        {
            var alone = !Name().IsMatch(formula, name.Index + 1);
            if (alone && boxes == 0 && name.Index > 0) return (box.Text, true);
            formula = formula[..name.Index] + box.Text + formula[box.End..];
            boxes++;
        }

        return (formula, boxes == 1);
    }

    /// <summary>Behind the dollar sign that closes the formula around a box; the box's own end where it stands in none.</summary>
    private static int BehindFormula(string text, int mark, int end)
    {
        var line = text.LastIndexOf('\n', mark) + 1;
        if (text.AsSpan(line, mark - line).Count('$') % 2 == 0) return end;
        var close = text.AsSpan(end, Math.Min(40, text.Length - end)).IndexOfAny('$', '\n');
        return close < 0 || text[end + close] == '\n' || !Sentences.IsBlank(text, end, end + close) ? end : end + close + 1;
    }

    /// <summary>Whether a brace stands open behind the name of a box.</summary>
    private static bool IsBegun(string text, int at)
    {
        while (at < text.Length && text[at] == ' ') at++;
        return at < text.Length && text[at] == '{';
    }

    [GeneratedRegex(@"\\(boxed|fbox|framebox)(?![A-Za-z])|</?(final[_ ]?)?answer>", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mark();

    [GeneratedRegex(@"\\(boxed|fbox|framebox)(?![A-Za-z])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\G([-+]?\d[\d,]{0,40}(\.\d{1,40})?|\\[A-Za-z]{1,20}(\{[^{}]{0,100}\}){0,2}|\([^()\n]{1,100}\)|[A-Z](?![A-Za-z])|[a-z](?=[.,;:$\\)]|\s*$))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"\b(not|than|instead of)\s{1,3}(\$|\\[(\[])?\s{0,3}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Denied();

    /// <summary>Words before a box that is spoken of.</summary>
    [GeneratedRegex(@"(\b(in|inside|within|into|using|use|used|with|via|as|called|a|an|the|by|of|put|the command)\s*[`""'“‘$]{0,2}|[`""'“‘])$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mentioned();
}

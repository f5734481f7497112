using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>Tables of Markdown with a column <c>Answer</c>: its cells are the answer, several where there are several rows. A row that begins with the word is a label.</summary>
internal static partial class AnswerTables
{
    private const int MostRows = 12;

    public static IEnumerable<AnswerStatement> Find(string text)
    {
        var heads = Head().Matches(text);
        foreach (var head in heads.Skip(heads.Count - AnswerMarks.Most))
        {
            var column = Array.FindIndex(Cells(head.Groups["head"].Value), cell => Title().IsMatch(cell));
            if (column < 0) continue;
            var values = new List<string>();
            var at = head.Index + head.Length;
            while (at < text.Length && text[at] == '|' && values.Count < MostRows)
            {
                var end = text.IndexOf('\n', at) is var line and >= 0 ? line : text.Length;
                if (Cells(text[at..end]) is { } cells && column < cells.Length && cells[column].Length > 0) values.Add(AnswerClause.Whole(cells[column]));
                at = Math.Min(text.Length, end + 1);
            }

            if (values.Count > 0) yield return new AnswerStatement(head.Index, at, StatementConfidence.Clear, string.Join(", ", values)) { Covers = true };
        }
    }

    private static string[] Cells(string row) => [.. row.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];

    [GeneratedRegex(@"^(?<head>\|[^\n]{0,400}answer[^\n]{0,400}\|)[ \t]*\n\|[ \t:|-]{1,400}\n", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Head();

    [GeneratedRegex(@"^(final |correct )?answers?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Title();
}

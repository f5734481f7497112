using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// All places of a text that state its answer, and the one that counts: of the clearest ones the last. A statement inside another
/// (a box in "the answer is \boxed{7} or \boxed{8}") is part of it; a correction or a retraction counts only behind a statement; what
/// follows a line that asks the next question, as base models go on to do, is not searched.
/// </summary>
internal static partial class AnswerStatements
{
    /// <param name="text">What stands behind the thought.</param>
    /// <param name="truncated">Whether the token budget ended it: then only what is closed counts.</param>
    /// <returns>Null where nothing states an answer; a statement without a value where the last one was taken back or left open.</returns>
    public static AnswerStatement? Last(string text, bool truncated)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var plain = PlainText.Of(text);
        var found = AnswerBoxes.Find(plain).ToList();
        if (!truncated) found.AddRange(AnswerMarks.Find(plain));
        if (!truncated) found.AddRange(AnswerTables.Find(plain));
        AnswerStatement? last = null;
        var limit = plain.Length;
        foreach (var statement in found.OrderBy(s => s.Start))
        {
            if (statement.Start >= limit) break;
            if (last is null)
            {
                if (statement.Corrects) continue;
                limit = NextQuestion(plain, statement.Start);
            }
            else if ((last.Covers && statement.Start < last.End) || statement.Confidence < last.Confidence) continue;

            last = statement;
        }

        return last;
    }

    /// <summary>Where a line behind the first statement asks another question; the end where none does, or the text is a list of questions from its beginning.</summary>
    private static int NextQuestion(string text, int start)
    {
        if (Question().IsMatch(text.AsSpan(0, start))) return text.Length;
        return Question().Match(text, start) is { Success: true } next ? next.Index : text.Length;
    }

    [GeneratedRegex(@"^[^\p{L}\p{N}\n]{0,8}(question|problem|exercise|q|human|user)(\s\d{1,3})?\s?[:：]|<\|(im_start|im_end|start_header_id|eot_id|endoftext|user)\|>", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Question();
}

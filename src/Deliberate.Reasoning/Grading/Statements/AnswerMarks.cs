using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// The everyday ways of marking an answer in running text: "the answer is 7", "Answer: 7", a heading "Final Answer", <c>#### 7</c>,
/// "7 is the answer", "the correct option is (B)", a correction of what was said ("wait, it is 8"). What follows, or for "7 is the
/// answer" what precedes, is cut to its value by <see cref="AnswerClause"/>.
/// </summary>
internal static class AnswerMarks
{
    /// <summary>More marks than this are read from the end of the text only: nobody states an answer that often.</summary>
    public const int Most = 200;

    public static List<AnswerStatement> Find(string text)
    {
        var found = new List<AnswerStatement>();
        foreach (var anchor in Tail(MarkPatterns.Anchor(), text)) Read(text, anchor, found);
        foreach (var mark in Tail(MarkPatterns.Hashes(), text)) Add(found, Hashes(text, mark));
        foreach (var mark in Tail(MarkPatterns.Json(), text)) Add(found, Json(mark));
        foreach (var mark in Tail(MarkPatterns.Correction(), text)) Add(found, Correction(text, mark));
        foreach (var mark in Tail(MarkPatterns.Retraction(), text)) found.Add(new AnswerStatement(mark.Index, mark.Index + mark.Length, StatementConfidence.Clear, null) { Corrects = true });
        foreach (var mark in Tail(MarkPatterns.LastLine(), text, text.TrimEnd().LastIndexOf('\n') + 1)) Add(found, InLastLine(text, mark));
        return found;
    }

    /// <summary>What one of the words that mark answers states, by what stands around it.</summary>
    private static void Read(string text, Match anchor, List<AnswerStatement> found)
    {
        var (start, end) = (anchor.Index, anchor.Index + anchor.Length);
        var line = Math.Max(text.LastIndexOf('\n', Math.Max(0, start - 1)) + 1, start - MarkPatterns.MostBefore);
        var before = start == 0 ? "" : text[Math.Min(line, start)..start];
        if (anchor.Groups["answer"].Success)
        {
            if (MarkPatterns.IsThe().Match(before) is { Success: true } isThe) Add(found, Backward(text, start - (before.Length - isThe.Index), end, StatementConfidence.Clear));
            else if (MarkPatterns.Is().Match(text, end) is { Success: true } phrase) Add(found, Phrase(text, start, phrase, before));

            var begins = MarkPatterns.LineBefore().IsMatch(before);
            if (MarkPatterns.Label().Match(text, end) is { Success: true } label) Add(found, Label(text, start, label.Index + label.Length, begins));
            else if (begins && (MarkPatterns.EndOfLine().IsMatch(text, end) || MarkPatterns.ValueNext().IsMatch(text, end))) Add(found, Label(text, start, end, begins));
        }
        else if (anchor.Groups["choice"].Success)
        {
            if (MarkPatterns.IsThe().Match(before) is { Success: true } isThe) Add(found, Backward(text, start - (before.Length - isThe.Index), end, StatementConfidence.Clear));
            else if (MarkPatterns.ChoiceIs().Match(text, end) is { Success: true } choice)
            {
                // "The option is (B)" and "choice: B" say enough; "letter is" needs "the correct" before it.
                var enough = anchor.Groups["option"].Success && !(choice.Groups["label"].Success && text.AsSpan(start).StartsWith("option", StringComparison.OrdinalIgnoreCase));
                if (enough || MarkPatterns.Correct().IsMatch(before)) Add(found, Letter(text, start, choice.Index + choice.Length, StatementConfidence.Clear));
            }
            else if (MarkPatterns.LetterEndsLine().Match(text, end) is { Success: true } letter && (MarkPatterns.Conclusion().IsMatch(before) || (!before.Any(char.IsLetterOrDigit) && string.IsNullOrWhiteSpace(text[(letter.Index + letter.Length)..])))) Add(found, Letter(text, start, end, StatementConfidence.Weak));
        }
        else if (anchor.Groups["choose"].Success)
        {
            if (MarkPatterns.Myself().IsMatch(before)) Add(found, Letter(text, start, end, StatementConfidence.Clear));
        }
        else if (MarkPatterns.IsBefore().Match(before) is { Success: true } isBefore) Add(found, Backward(text, start - (before.Length - isBefore.Index), end, StatementConfidence.Weak));
    }

    /// <summary>"The answer is ..."</summary>
    private static AnswerStatement? Phrase(string text, int start, Match phrase, string before)
    {
        if (MarkPatterns.Supposed().IsMatch(before)) return null;
        var at = phrase.Index + phrase.Length;
        if (phrase.Groups["not"].Success)
        {
            // "is not 7 but 8" states 8; "is not 7" states nothing.
            var end = Sentences.End(text, at);
            if (MarkPatterns.But().Match(text, at, end - at) is not { Success: true } but) return null;
            at = but.Index + but.Length;
        }

        var read = AnswerClause.Read(text, at, label: false);
        return IsAsked(text, read.End) ? null : Statement(start, read, sure: false);
    }

    /// <summary>"Answer: ...", and a heading with the answer under it.</summary>
    private static AnswerStatement? Label(string text, int start, int at, bool begins)
    {
        var read = AnswerClause.Read(text, at, label: true);
        return Statement(start, read, sure: begins && read.Kind == ClauseKind.Words && read.Value.Count(c => c == ' ') < 8);
    }

    /// <summary>"... is the answer": the value begins with a word of the sentence and ends before the mark.</summary>
    private static AnswerStatement? Backward(string text, int mark, int end, StatementConfidence confidence)
    {
        var start = Sentences.Start(text, mark);
        var clause = text[start..mark];
        if (MarkPatterns.Supposed().IsMatch(clause) || MarkPatterns.Negated().IsMatch(clause) || IsAsked(text, end)) return null;
        for (var at = 0; at < clause.Length; at++)
        {
            if (at > 0 && !char.IsWhiteSpace(clause[at - 1]) && clause[at - 1] is not ('*' or ',' or '(')) continue;
            if (ValueReader.Read(clause, at, clause.Length) is not { } value) continue;
            var (joined, behind) = AnswerOffers.Read(clause, AnswerClause.Choice(value.Text), value.End);
            if (!Sentences.IsBlank(clause, behind, clause.Length)) continue;
            if (MarkPatterns.Besides().IsMatch(clause.AsSpan(0, at))) return null;
            return new AnswerStatement(start + at, end, confidence, AnswerClause.Bare(joined));
        }

        // "Paris is the answer", but not "B is correct" of words.
        return confidence == StatementConfidence.Clear && MarkPatterns.Subject().Match(clause) is { Success: true } subject
            ? new AnswerStatement(start + subject.Index, end, StatementConfidence.Weak, subject.Groups["words"].Value.Trim(' ', '"', '“', '”', '‘', '’'))
            : null;
    }

    /// <summary>"The correct option is ...": letters, or it states nothing.</summary>
    private static AnswerStatement? Letter(string text, int start, int at, StatementConfidence confidence)
    {
        var read = AnswerClause.Read(text, at, label: false);
        if (read.Kind != ClauseKind.Value || ChoiceGrader.Letters(read.Value) is not { } letters || IsAsked(text, read.End)) return null;
        return new AnswerStatement(start, read.End, confidence, letters.Length == 1 ? letters : read.Value);
    }

    /// <summary>GSM8K's mark. A line of words under four hashes is a heading, unless nothing follows it.</summary>
    private static AnswerStatement? Hashes(string text, Match mark)
    {
        var at = mark.Index + mark.Length;
        var end = text.IndexOf('\n', at);
        if (end < 0) end = text.Length;
        var line = text[at..end];
        if (MarkPatterns.Enumeration().IsMatch(line) || MarkPatterns.Anchor().IsMatch(line)) return null;
        var read = AnswerClause.Read(text, at, label: false);
        return read.End <= end && (read.Kind == ClauseKind.Value || string.IsNullOrWhiteSpace(text[end..])) ? Statement(mark.Index, read, sure: true) : null;
    }

    private static AnswerStatement? Json(Match mark)
    {
        var value = mark.Groups["value"].Value.Trim();
        return value.Length == 0 || AnswerWords.IsPlaceholder(value) ? null : new AnswerStatement(mark.Index, mark.Index + mark.Length, StatementConfidence.Clear, AnswerClause.Whole(value.Replace(@"\\", @"\", StringComparison.Ordinal))) { Covers = true };
    }

    /// <summary>Only a value of mathematics or a letter corrects another.</summary>
    private static AnswerStatement? Correction(string text, Match mark)
    {
        var read = AnswerClause.Read(text, mark.Index + mark.Length, label: false);
        return read.Kind == ClauseKind.Value && !IsAsked(text, read.End) ? new AnswerStatement(mark.Index, read.End, StatementConfidence.Clear, read.Value) { Corrects = true } : null;
    }

    private static AnswerStatement? InLastLine(string text, Match mark)
    {
        if (mark.Groups["short"].Success && MarkPatterns.OtherOptions().IsMatch(text)) return null;
        var read = AnswerClause.Read(text, mark.Index + mark.Length, label: false);
        return read.Kind == ClauseKind.Value ? new AnswerStatement(mark.Index, read.End, StatementConfidence.Weak, read.Value) : null;
    }

    private static AnswerStatement? Statement(int start, ClauseReading read, bool sure) => read.Kind switch
    {
        ClauseKind.Value => new AnswerStatement(start, read.End, StatementConfidence.Clear, read.Value) { Covers = true },
        ClauseKind.Words => new AnswerStatement(start, read.End, sure || AnswerWords.IsKnown(read.Value) ? StatementConfidence.Clear : StatementConfidence.Weak, read.Value),
        _ => null,
    };

    /// <summary>Whether the sentence is a question.</summary>
    private static bool IsAsked(string text, int at) => Sentences.End(text, at) is var end && end < text.Length && text[end] is '?' or '？';

    private static IEnumerable<Match> Tail(Regex pattern, string text, int from = 0)
    {
        var matches = pattern.Matches(text, from);
        return matches.Skip(matches.Count - Most);
    }

    private static void Add(List<AnswerStatement> found, AnswerStatement? statement)
    {
        if (statement is not null) found.Add(statement);
    }
}

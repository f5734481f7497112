using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// Values offered beside the first one of a statement: <c>7 or 8</c>, <c>7, or maybe 8</c>, <c>7 (or 8)</c>, "7. It could also be 8".
/// All of them are then the answer, so that no single one is. Lists (<c>A, B and C</c>) are read as they stand; one value written
/// twice (<c>1/2, or 0.5</c>) is one.
/// </summary>
internal static partial class AnswerOffers
{
    private static readonly MathGrader Mathematics = new();

    /// <summary>
    /// A value with those that are offered beside it, and the place behind them. One value written twice (<c>1/2, or 0.5</c>) is one.
    /// </summary>
    public static (string Value, int End) Read(string text, string first, int at)
    {
        var values = new List<string> { first };
        var joints = new List<string>();
        var end = at;
        while (values.Count < AnswerClause.MostValues)
        {
            var from = Sentences.SkipClosers(text, end);
            if (Parenthesis(text, from, first) is { } inside)
            {
                if (inside.Value is { } other) Add(values, joints, " or ", other);
                end = inside.End;
                continue;
            }

            var limit = Sentences.End(text, from);
            if (Joint().Match(text, from, Math.Max(0, limit - from)) is not { Success: true } joint) break;
            if (joint.Groups["or"].Success && Bound().Match(text, from + joint.Length, limit - from - joint.Length) is { Success: true } bound)
            {
                Add(values, joints, " or ", bound.Value);
                end = from + joint.Length + bound.Length;
                continue;
            }

            if (Next(text, from + joint.Length, limit, first) is not { } next) break;
            var soft = !joint.Groups["or"].Success && !joint.Groups["to"].Success;
            if (soft && !EndsItem(text, next.End, limit)) break;
            Add(values, joints, Spelled(joint), next.Text);
            end = next.End;
        }

        end = Hedges(text, end, first, values, joints);
        return (string.Concat(values.Select((value, i) => i == 0 ? value : joints[i - 1] + value)), end);
    }

    /// <summary>Whether a joint of two values begins here: "or", a comma.</summary>
    public static bool IsJoint(string text, int at, int limit) => Joint().IsMatch(text.AsSpan(0, limit), at);

    private static (string? Value, int End)? Parenthesis(string text, int at, string first)
    {
        if (at >= text.Length || text[at] is not ('(' or '（')) return null;
        var end = ValueReader.Close(text, at, Math.Min(text.Length, at + 200)) - 1;
        if (end < 0) return null;
        var joint = Hedge().Match(text, at + 1, end - at - 1);
        var hedged = joint.Success && joint.Index == at + 1;
        var value = Next(text, hedged ? at + 1 + joint.Length : at + 1, end, first);

        // "12 (4 each)" explains; "7 (8)" and "7 (or 8 apples)" offer another.
        var other = value is { } v && (hedged || (Sentences.IsBlank(text, v.End, end) && !v.Text.Contains(' ', StringComparison.Ordinal))) ? v.Text : null;
        return (other, end + 1);
    }

    /// <summary>The value behind a joint, if it is of the same kind as the first.</summary>
    private static AnswerValue? Next(string text, int at, int limit, string first)
    {
        if (at >= limit) return null;
        var lead = Math.Min(limit, at + AnswerClause.Lead().Match(text, at, limit - at).Length);
        if (ValueReader.Read(text, lead, limit) is not { } value || value.Kind == ValueKind.Quote) return null;
        return IsLetter(first) == (value.Kind == ValueKind.Letter || IsLetter(AnswerClause.Choice(value.Text))) ? value with { Text = AnswerClause.Choice(value.Text) } : null;
    }

    /// <summary>Values that the rest of the sentence, or one right behind it, holds possible as well.</summary>
    /// <returns>Behind the last of them.</returns>
    private static int Hedges(string text, int at, string first, List<string> values, List<string> joints)
    {
        var (end, read) = (Sentences.End(text, at), at);
        foreach (Match hedge in Hedge().Matches(text[at..end]))
        {
            // "divided by 2, 3, or 6" is no offer, "7 rounded down or 8 rounded up" is one.
            var between = text.AsSpan(at, hedge.Index);
            if (hedge.Groups["weak"].Success && (IsLetter(first) ? Letters().IsMatch(between) : AnswerClause.Numbers().IsMatch(between))) continue;
            if (values.Count >= AnswerClause.MostValues || Next(text, at + hedge.Index + hedge.Length, end, first) is not { } other) continue;
            Add(values, joints, " or ", other.Text);
            read = other.End;
        }

        var next = Afterthought().Match(text, end, Math.Min(200, text.Length - end));
        if (!next.Success || Next(text, end + next.Length, Sentences.End(text, end + next.Length), first) is not { } after) return read;
        Add(values, joints, " or ", after.Text);
        return after.End;
    }

    private static void Add(List<string> values, List<string> joints, string joint, string value)
    {
        var offered = joint == " or ";
        if (offered && values.Exists(v => v == value || Mathematics.Compare(v, value) == AnswerMatch.Equal)) return;
        joints.Add(joint);
        values.Add(value);
    }

    private static string Spelled(Match joint) =>
        joint.Groups["or"].Success ? " or " : joint.Groups["to"].Success ? " to " : joint.Groups["and"].Success ? " and " : ", ";

    private static bool EndsItem(string text, int at, int limit)
    {
        var rest = Sentences.SkipClosers(text, at);
        return rest >= limit || text[rest] is '.' or ';' or '|' or '<' or ')' or '）' or '!' or '?' or '。' || Joint().Match(text, rest, limit - rest).Success;
    }

    private static bool IsLetter(string value) => value.Length is > 0 and <= 5 && (value.Length == 1 ? char.IsAsciiLetterUpper(value[0]) : value.All(c => c is 'I' or 'V' or 'X'));

    [GeneratedRegex(@"\G(?:[,，;；]?\s*(?:(?<or>or|and/or|vs\.?|versus|或|\\text\s*\{\s*or\s*\}|\\lor|\\vee)|(?<to>to|through)|(?<and>and|&|和|\\text\s*\{\s*and\s*\}))(?![A-Za-z])|(?<or>\s*/\s*(?=[A-Z(]))|[,，、;；](?!\d)|\\text\s*\{,?\s*\})\s*", Options, 1000)]
    private static partial Regex Joint();

    /// <summary>"7 or more" is not 7.</summary>
    [GeneratedRegex(@"\G(?:more|less|fewer|greater|higher|lower|larger|smaller|above|below|over|under|later|earlier)(?![A-Za-z])", Options, 1000)]
    private static partial Regex Bound();

    /// <summary>Words that hold another value possible.</summary>
    [GeneratedRegex(@"(?<![A-Za-z])(?:or\s+(?:maybe|perhaps|possibly|probably|even|else|rather|alternatively|it\s+(?:is|could be|might be|may be))|(?<weak>or)|alternatively|otherwise|maybe|perhaps|possibly|else|(?:could|might|may|can)(?:\s+(?:also|just as well|equally|well|as well|even|instead)){0,2}\s+be|(?:but|although|though)(?=\s+\S{1,40}\s+(?:could|might|may|can)\s+(?:also\s+)?(?:be|work)))(?![A-Za-z])[,:]?\s*", Options, 1000)]
    private static partial Regex Hedge();

    /// <summary>A next sentence that does.</summary>
    [GeneratedRegex(@"\G[.!。]?[ \t*_)]{0,3}\n?[ \t]{0,4}\(?(?:but\s+)?(?:or|alternatively|maybe|perhaps|possibly|(?:it|this|the answer)\s+(?:could|might|may)(?:\s+(?:also|just as well|as well|instead)){0,2}\s+be)(?![A-Za-z])[,:]?\s*(?:(?:it is|it's|the answer is|maybe|perhaps|possibly|even)\s+)*", Options, 1000)]
    private static partial Regex Afterthought();

    [GeneratedRegex(@"(?<![A-Za-z])[A-P](?![A-Za-z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Letters();

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;
}

using System.Globalization;
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

    /// <summary>A value with those that are offered beside it, and the place behind them.</summary>
    public static (string Value, int End) Read(string text, string first, int at)
    {
        var (list, end) = List(text, first, at);
        var offers = new List<string> { list };
        if (Limit().Match(text, end, Math.Max(0, Sentences.End(text, end) - end)) is { Success: true } limited)
        {
            offers[0] += limited.Value;
            end += limited.Length;
        }

        while (offers.Count < AnswerClause.MostValues)
        {
            var from = Sentences.SkipClosers(text, end);
            if (Parenthesis(text, from, first) is { } inside)
            {
                if (inside.Value is { } other) Add(offers, other);
                end = inside.End;
                continue;
            }

            var limit = Sentences.End(text, from);
            if (Joint().Match(text, from, Math.Max(0, limit - from)) is not { Success: true } joint || !joint.Groups["or"].Success) break;
            from += joint.Length;
            if (Bound().Match(text, from, limit - from) is { Success: true } bound) (list, end) = (bound.Value, from + bound.Length);
            else if (Next(text, from, limit, first) is { } next) (list, end) = List(text, next.Text, next.End);
            else break;
            Add(offers, list, restated: Restating().IsMatch(text.AsSpan(from, limit - from)));
        }

        end = Hedges(text, end, first, offers);
        return (string.Join(" or ", offers), end);
    }

    /// <summary>The values of a list: joined by commas, "and", "to".</summary>
    private static (string List, int End) List(string text, string first, int at)
    {
        var (list, end) = (first, at);
        for (var values = 1; values < AnswerClause.MostValues; values++)
        {
            var from = Sentences.SkipClosers(text, end);
            var limit = Sentences.End(text, from);
            if (Joint().Match(text, from, Math.Max(0, limit - from)) is not { Success: true } joint || joint.Groups["or"].Success) break;
            if (Next(text, from + joint.Length, limit, first) is not { } next || (!joint.Groups["to"].Success && !EndsItem(text, next.End, limit))) break;
            list += (joint.Groups["to"].Success ? " to " : joint.Groups["and"].Success ? " and " : ", ") + next.Text;
            end = next.End;
        }

        return (list, end);
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
        var other = value is { } v && (hedged || (Sentences.IsBlank(text, v.End, end) && !v.Text.Contains(' ', StringComparison.Ordinal))) ? List(text, v.Text, v.End).List : null;
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
    private static int Hedges(string text, int at, string first, List<string> offers)
    {
        var (end, read) = (Sentences.End(text, at), at);
        foreach (Match hedge in Hedge().Matches(text[at..end]))
        {
            // "divided by 2, 3, or 6" is no offer, "7 rounded down or 8 rounded up" is one.
            var between = text.AsSpan(at, hedge.Index);
            if (hedge.Groups["weak"].Success && (IsLetter(first) ? Letters().IsMatch(between) : AnswerClause.Numbers().IsMatch(between))) continue;
            if (offers.Count >= AnswerClause.MostValues || Next(text, at + hedge.Index + hedge.Length, end, first) is not { } other) continue;
            (var list, read) = List(text, other.Text, other.End);
            Add(offers, list, hedge.Groups["same"].Success || Restating().IsMatch(text.AsSpan(at + hedge.Index + hedge.Length)));
        }

        var next = Afterthought().Match(text, end, Math.Min(200, text.Length - end));
        if (!next.Success || Next(text, end + next.Length, Sentences.End(text, end + next.Length), first) is not { } after) return read;
        var (last, behind) = List(text, after.Text, after.End);
        Add(offers, last);
        return behind;
    }

    /// <param name="restated">Whether it is offered as the same value in other words: then it may be rounded.</param>
    private static void Add(List<string> offers, string offer, bool restated = false)
    {
        if (!offers.Exists(known => known == offer || Mathematics.Compare(known, offer) == AnswerMatch.Equal || (restated && IsRounded(offer, known)))) offers.Add(offer);
    }

    /// <summary>Whether a decimal is the other value to as many places as it has.</summary>
    private static bool IsRounded(string offer, string known)
    {
        if (Decimal().Match(offer) is not { Success: true } number || !double.TryParse(number.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || value == 0) return false;
        return new NumericGrader(Math.Pow(10, -number.Groups["places"].Length) / Math.Abs(value)).Compare(offer, known) == AnswerMatch.Equal;
    }

    /// <summary>Whether a list's item ends here, and is not the beginning of another clause: "7 and 8 is wrong".</summary>
    private static bool EndsItem(string text, int at, int limit)
    {
        var rest = Sentences.SkipClosers(text, at);
        return rest >= limit || !GoesOn().Match(text, rest, limit - rest).Success;
    }

    /// <summary>Whether it is a letter of choice, several of them, or a Roman numeral.</summary>
    private static bool IsLetter(string value) => value.Length <= 40 && value.Any(char.IsAsciiLetterUpper) && (value.All(c => c is 'I' or 'V' or 'X') || ChoiceGrader.Letters(value) is not null);

    [GeneratedRegex(@"\G(?:[,，;；]?\s*(?:(?<or>or|and/or|vs\.?|versus|\|(?=[ \t]*[^\s|])|或|\\text\s*\{\s*or\s*\}|\\lor|\\vee)|(?<to>to|through)|(?<and>and|as well as|along with|together with|&|和|\\text\s*\{\s*and\s*\}))(?![A-Za-z])|(?<or>\s*/\s*(?=[A-Z(\d$\\]))|[,，、;；](?!\d)|\\text\s*\{,?\s*\})\s*", Options, 1000)]
    private static partial Regex Joint();

    [GeneratedRegex(@"\d{1,15}\.(?<places>\d{1,15})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Decimal();

    [GeneratedRegex(@"\G(?:is|are|was|were|be|would|will|has|have|had|does|do|did|can|could|may|might|must|should|gives|makes|than|of|more|less|fewer|times|isn't|aren't)(?![A-Za-z])", Options, 1000)]
    private static partial Regex GoesOn();

    /// <summary>"7 or more" is not 7.</summary>
    [GeneratedRegex(@"\G(?:more|less|fewer|greater|higher|lower|larger|smaller|above|below|over|under|later|earlier)(?![A-Za-z])", Options, 1000)]
    private static partial Regex Bound();

    /// <summary>Nor is "7 at least".</summary>
    [GeneratedRegex(@"\G,?\s{1,3}(?:at (?:the )?(?:least|most)|and (?:up|above|below|over)|(?:as a )?(?:minimum|maximum))(?![A-Za-z])", Options, 1000)]
    private static partial Regex Limit();

    /// <summary>Words that say that the same value follows, perhaps rounded.</summary>
    [GeneratedRegex(@"^[\s,(]{0,4}(?:about|approximately|approx\.?|roughly|around|equivalently|in other words|≈|~|\\approx)", Options, 1000)]
    private static partial Regex Restating();

    /// <summary>Words that hold another value possible.</summary>
    [GeneratedRegex(@"(?<![A-Za-z])(?:or\s+(?:maybe|perhaps|possibly|probably|even|else|rather|alternatively|it\s+(?:is|could be|might be|may be))|(?<weak>or)|alternatively|otherwise|if not|maybe|perhaps|possibly|else|(?<same>i\.e\.|that is|in other words|equivalently)|torn between|not sure (?:if|whether)(?: it is)?|unsure (?:if|whether)(?: it is)?|(?:could|might|may|can)(?:\s+(?:also|just as well|equally|well|as well|even|instead)){0,2}\s+be|(?:but|although|though|while)(?=\s+[^;\n]{1,60}?\s+(?:(?:could|might|may|can)\s+(?:also\s+)?(?:be|work)|(?:is|are)\s+(?:also\s+|just as\s+)?(?:possible|plausible|conceivable|likely|valid|correct|acceptable|right))))(?![A-Za-z])[,:]?\s*", Options, 1000)]
    private static partial Regex Hedge();

    /// <summary>A next sentence that does.</summary>
    [GeneratedRegex(@"\G[.!。]?[ \t*_)]{0,3}\s{0,3}\(?(?:but\s+|then again,?\s+|hmm,?\s+|although\s+|though\s+)?(?:or|alternatively|otherwise|maybe|perhaps|possibly|I am torn between|I'm torn between|(?:it|this|the answer)\s+(?:could|might|may)(?:\s+(?:also|just as well|as well|instead)){0,2}\s+be)(?![A-Za-z])[,:]?\s*(?:(?:it is|it's|the answer is|maybe|perhaps|possibly|even)\s+)*", Options, 1000)]
    public static partial Regex Afterthought();

    [GeneratedRegex(@"(?<![A-Za-z])[A-P](?![A-Za-z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Letters();

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;
}

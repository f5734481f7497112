using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// What stands around the words that mark an answer. A pattern either begins at a word (<c>\G</c>) or ends before one (<c>$</c>, on the
/// <see cref="MostBefore"/> characters before it), and every repetition is bounded: time is linear in the text.
/// </summary>
internal static partial class MarkPatterns
{
    public const int MostBefore = 120;

    private const string Adjectives = @"(?:(?:final|correct|right|numerical|numeric|exact|best|required|requested|desired|overall|complete|simplified|approximate|only|actual|true|short|expected|chosen|resulting|likely|probable)\s{1,3}){0,3}";

    private const string Be = "is|are|was|will be|would be|should be|must be|has to be|equals|comes (?:out )?to(?: be)?|turns out to be|works out to(?: be)?|becomes|remains";

    private const string Dressing = @"[*_""'`”’}\]\s]{0,4}";

    private const string Separator = @"(?:[:：|]|[-=]>|:?={1,2}|→|⇒|⟹|—|\\(?:to|rightarrow|Rightarrow|implies)(?![A-Za-z])|(?<=\s)[-–](?=\s))";

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    /// <summary>The words that every mark of prose holds.</summary>
    [GeneratedRegex(@"(?<![\p{L}\p{N}])(?:(?<choose>choose|chose|pick|select|go with|answer with)|(?<answer>answer|ans)(?:s|\(s\))?|(?<choice>(?<option>option|choice)|options|choices|letters?|alternatives?|selections?)|correct|right)(?![A-Za-z])|(?<answer>答案)", Options, 1000)]
    public static partial Regex Anchor();

    /// <summary>"answer" ... "is": with what it answers between them.</summary>
    [GeneratedRegex(@"\G(?:[,\s]{1,2}(?:(?:that |which )?(?:we|I|you)(?:['’]re|\s{1,3}are)\s{1,3}\w{1,20}ing(?:\s{1,3}for)?|(?:to|for|of|in|at|by|on|from|with|after|when|as|once|that|which|we|I|you|here|then|therefore|thus|hence|so|now)\b[^.:;!?\n]{0,80}?)|\s{1,2}\([^()\n]{1,40}\))?(?:(?:\s{1,2}|,\s)(?:" + Be + @")|['’]s|[是为])(?<not>\s{1,3}not\b|n['’]t\b)?(?![A-Za-z])", Options, 1000)]
    public static partial Regex Is();

    /// <summary>"answer" and a colon, an equals sign, a dash, an arrow, the bar of a table.</summary>
    [GeneratedRegex(@"\G" + Dressing + @"(?:\([^()\n]{1,40}\)|(?:to|for|of)\s{1,3}[^\n:.]{1,40}?)?" + Dressing + "(?:" + Separator + @"|(?<=\bans)\.(?=\s))", Options, 1000)]
    public static partial Regex Label();

    /// <summary>"answer" as all that a line says.</summary>
    [GeneratedRegex(@"\G[^\p{L}\p{N}\n|$\\(]{0,12}$", Options | RegexOptions.Multiline, 1000)]
    public static partial Regex EndOfLine();

    /// <summary>"answer" and a formula or a number, without anything between them.</summary>
    [GeneratedRegex(@"\G\s{1,2}(?=\$|\\[(\[]|-?\d)", Options, 1000)]
    public static partial Regex ValueNext();

    /// <summary>What may stand in a line before "answer" where the line is a label or a heading.</summary>
    [GeneratedRegex(@"^[^\p{L}\p{N}\n]{0,12}(?:(?:section|subsection|textbf|textit|text|underline|bf)[*{\s]{1,3})?(?:(?:step|part)\s{1,3})?(?:\d{1,2}[.):]?\s{1,2})?[^\p{L}\p{N}\n]{0,6}(?:(?:the|my|our)\s{1,3})?" + Adjectives + "$", Options, 1000)]
    public static partial Regex LineBefore();

    /// <summary>"... is the final" before "answer".</summary>
    [GeneratedRegex(@"(?:(?<!\s)\s{1,4}(?:is|are|was|would be|must be|should be)\s{1,3}(?:(?:therefore|thus|indeed|hence|then|in fact)\s{1,3})?(?:the|our|my|your)\s{1,3}|(?<!\s)\s{1,4}as\s{1,3}(?:the|our|my)\s{1,3})" + Adjectives + "$", Options, 1000)]
    public static partial Regex IsThe();

    /// <summary>What "is the answer" where no value is: a few words, from the last comma on.</summary>
    [GeneratedRegex(@"(?:^|[,:]\s{1,3}|\b(?:so|thus|hence|therefore|that|get|have|is)\s{1,3})(?!(?:this|that|which|it|what|these|those|here|there|each|only|we|i|you|none of)\b)(?<words>[\p{L}""“‘][^,.:;()\n]{0,40})$", Options, 1000)]
    public static partial Regex Subject();

    /// <summary>"... is" before "correct".</summary>
    [GeneratedRegex(@"(?<!\s)\s{1,4}(?:is|are)\s{1,3}$", Options, 1000)]
    public static partial Regex IsBefore();

    /// <summary>"the correct" before "option".</summary>
    [GeneratedRegex(@"\b(?:final|correct|right|best|required|only|true|likely|probable)\s{1,3}$", Options, 1000)]
    public static partial Regex Correct();

    /// <summary>"I will" before "choose".</summary>
    [GeneratedRegex(@"\bI(?:['’]ll|['’]d|\s{1,3}will|\s{1,3}would)?\s{1,3}$", Options, 1000)]
    public static partial Regex Myself();

    /// <summary>"Therefore," before "option" in a sentence that says nothing else.</summary>
    [GeneratedRegex(@"\b(?:so|therefore|thus|hence),?\s{1,3}$", Options, 1000)]
    public static partial Regex Conclusion();

    /// <summary>"option" ... "is", and a colon behind "choice".</summary>
    [GeneratedRegex(@"\G(?:\s{1,3}(?:is|are|would be|must be)(?![A-Za-z])|(?<label>" + Dressing + @"[:：=]))", Options, 1000)]
    public static partial Regex ChoiceIs();

    [GeneratedRegex(@"\G\s{1,3}[*(]{0,3}[A-P][*)]{0,3}[.\s]{0,4}$", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    public static partial Regex LetterEndsLine();

    [GeneratedRegex(@"(?<!#)#{4}(?!#)[ \t]{0,8}(?=\S)", Options, 1000)]
    public static partial Regex Hashes();

    [GeneratedRegex(@"""(?:final_?)?answer""\s{0,4}:\s{0,4}(?:""(?<value>(?:[^""\\\n]|\\.){0,400})""|(?<value>-?[\d.]{1,40}))", Options, 1000)]
    public static partial Regex Json();

    /// <summary>Words that replace what was stated: "wait, it is", "correction:", "it should be".</summary>
    [GeneratedRegex(@"\b(?:wait|no|actually|correction|sorry|oops|hold on|scratch that|on second thought|let me correct (?:that|myself)|I mean|I meant)\b[,:;.!—–\s-]{0,4}(?:(?:no|wait|sorry|actually|scratch that)\b[,:;.!—–\s-]{0,4}){0,2}(?:(?:it|that|this)(?:['’]s|\s{1,3}(?:is|was|must be|should be|should have been|would be))(?!\s{1,3}not\b)|should be|I mean|I meant|make (?:it|that))?[\s:]{1,3}(?=(?-i:[^a-z\n]|[a-z](?![A-Za-z])))|\b(?:it|that|this|the (?:value|result|total))\s{1,3}should\s{1,3}(?:actually\s{1,3}|really\s{1,3}|instead\s{1,3})?(?:be|have been)\s{1,3}", Options, 1000)]
    public static partial Regex Correction();

    /// <summary>Words that take back what was stated.</summary>
    [GeneratedRegex(@"\b(?:wait|oops|sorry|hmm|no)\b[^\n.!?]{0,40}?[,.!—–\s-]{1,3}\s{0,3}(?:that|this|it)(?:['’]s|\s{1,3}is|\s{1,3}was)\s{1,3}(?:wrong|incorrect|not right|not correct|mistaken|a mistake)|\bI (?:have )?made (?:a|an) (?:\w{1,20} )?(?:mistake|error)|\bscratch that\b", Options, 1000)]
    public static partial Regex Retraction();

    /// <summary>In the last line only: a result, or the A of "Q: ... A: ...".</summary>
    [GeneratedRegex(@"^(?<short>A):(?=[ \t]{0,8}\S)|\b(?:result|solution|solution set|total)s?(?:\s{1,3}(?:is|are)(?![A-Za-z])|" + Dressing + "[:：=])", Options | RegexOptions.Multiline, 1000)]
    public static partial Regex LastLine();

    [GeneratedRegex(@"^\(?B[).:]", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    public static partial Regex OtherOptions();

    [GeneratedRegex(@"^(?:\d{1,2}|[A-Za-z])[.):]\s{1,4}[A-Za-z*]", RegexOptions.CultureInvariant, 1000)]
    public static partial Regex Enumeration();

    /// <summary>Words before a statement that only suppose it.</summary>
    [GeneratedRegex(@"\b(?:if|whether|suppose|supposing|assume|assuming|unless|imagine|until)(?:\s{1,3}that)?\s{1,3}(?:(?:the|your|my|our|this)\s{1,3})?" + Adjectives + @"$|\b(?:might|could|would|may|students?|someone|people|one|tempting to|wrongly|mistakenly)\s{1,3}(?:think|say|guess|believe|expect|assume|answer|conclude)(?:\s{1,3}that)?\s{1,3}(?:the\s{1,3})?" + Adjectives + @"$|^\s{0,4}(?:if|whether|suppose|unless)\b[^,]{0,300}$", Options, 1000)]
    public static partial Regex Supposed();

    [GeneratedRegex(@"\b(?:not|neither|nor|isn't|never|n't)\b", Options, 1000)]
    public static partial Regex Negated();

    /// <summary>Words behind which a value is not what is stated.</summary>
    [GeneratedRegex(@"(?<![A-Za-z])(?:than|of|by|from|not|exceeds|over|under|below|above|without|except|but|least|most|up to|between)\s{1,3}$", Options, 1000)]
    public static partial Regex Besides();

    /// <summary>What a negation states instead.</summary>
    [GeneratedRegex(@"(?:\bbut(?: rather)?|\brather|\binstead|[,;]\s{0,3}(?:it is|it's|it should be))(?![A-Za-z])\s{0,3}", Options, 1000)]
    public static partial Regex But();
}

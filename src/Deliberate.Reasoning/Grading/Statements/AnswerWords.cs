using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>The words of English that say where a value begins, where it ends, and what is no value at all. See docs/own-problems.md for what comes of them.</summary>
internal static partial class AnswerWords
{
    /// <summary>Words that say something of an answer and are none: "the answer is correct".</summary>
    private static readonly HashSet<string> Remarks = Set("""
        correct right wrong incorrect consistent inconsistent reasonable unreasonable plausible valid invalid verified confirmed checked clear unclear obvious unique simple
        straightforward unchanged close likely unlikely possible good well known found obtained computed calculated derived given stated shown
        written provided presented determined expressed based required expected needed asked surprising interesting important easy hard here there
        below above as when where why how what that because if only in at for to on of with from up ready complete done off rounded accurate precise
        exact approximate final let let's first step next use using we i you it they this these those
        """);

    /// <summary>Words that open the way to an answer, not the answer: "Answer: Let's think".</summary>
    private static readonly HashSet<string> Openings = Set("let let's first next step we i we'll i'll using use see below above here");

    /// <summary>Words between the mark and the value, which say nothing of it.</summary>
    public const string LeadIns = "therefore|thus|then|hence|so|simply|just|exactly|precisely|equal to|equals?|given by|found to be|approximately|approx\\.?|about|around|roughly|nearly|indeed|actually|again|still|now|also|clearly|probably|likely|maybe|perhaps|possibly|definitely|certainly|surely|naturally|of course|obviously|either|both|even|equivalently|a total of|the number|the value|the integer|the fraction|the expression|the pair|the ordered pair|the set|the interval|the letter|the (?:correct )?(?:option|choice)|(?:answer )?choice|option|letter|statement|rather|as follows|it is|it's|in fact|only|all";

    /// <summary>Where a reason or a remark begins: the value ends before it.</summary>
    private static readonly HashSet<string> Explanations = Set("""
        which because since as so where when whenever while who whose that this these those but not rather instead making giving meaning leaving given assuming
        provided after before if unless for in on at by with from of to than is are was were be will would can could may might must should has have had does do
        did we i you he she it they there here the a an its his her their our your my and or then thus therefore hence namely see using based according due
        like though although however per out over under into about between among during until within without via together even wait no yes please hope every
        today yesterday tomorrow right now
        """);

    /// <summary>Words behind a unit that add nothing to it: "5 apples left".</summary>
    private static readonly HashSet<string> Trailing = Set("left remaining altogether total overall together each more less fewer again now ago away apart old long wide tall high deep only exactly");

    /// <summary>Values that are words: they count as much as numbers.</summary>
    [GeneratedRegex(@"^(undefined|none|nothing|infinity|infinite|infinitely many|impossible|yes|no|true|false|never|always|neither|both|even|odd|positive|negative|increasing|decreasing|convergent|divergent|(it |this |the limit |the sum )?does ?n[o']t exist|DNE|(there is |there are )?no (real |integer |such |possible )?(solutions?|values?|answers?)|no such \w+|not possible|empty( set)?|the empty set|all real numbers|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)([- ](one|two|three|four|five|six|seven|eight|nine))?|(one )?hundred|thousand)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Known();

    [GeneratedRegex(@"^[\s$`{}\[\]<>()""']*(\\(text|textbf|mathrm|mbox)\s*\{)?[\s$`{}\[\]<>()""']*(\.{2,}|…|\\l?dots|((your|the|my|a|final|correct|numerical|insert|here)[ _]){0,3}(final[ _])?(answer|letter|option|value|result|number|solution)([ _](here|goes here|value|letter))?)[\s$`{}\[\]<>()""'.]*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();

    /// <summary>Whether a text stands where an answer would: "your answer here", dots.</summary>
    public static bool IsPlaceholder(string text) => text.Length <= 60 && Placeholder().IsMatch(text);

    public static bool IsKnown(string words) => words.Length <= 40 && Known().IsMatch(words);

    public static bool IsRemark(string word) => Remarks.Contains(word);

    public static bool IsOpening(string word) => Openings.Contains(word);

    public static bool Explains(string word) => Explanations.Contains(word);

    public static bool IsTrailing(string word) => Trailing.Contains(word);

    private static HashSet<string> Set(string words) => new(words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);
}

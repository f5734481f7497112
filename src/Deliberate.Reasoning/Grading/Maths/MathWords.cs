namespace Deliberate.Reasoning;

/// <summary>
/// What a run of letters is: a counted noun, a word that says more than a noun does (a comparison, a hedge, a denial), a word that
/// is an answer, or letters that stand for factors.
/// </summary>
internal static class MathWords
{
    private const int LongestNoun = 24;

    /// <summary>Nouns of three letters and fewer that are counted; other short runs of letters are factors.</summary>
    private static readonly HashSet<string> ShortNouns = Words("""
        act ace age aid ant ape arm art ash axe bag bar bat bay bed bee bet bib bin bit bow box boy bud bug bun bus can cap car cat cob cod cop cot cow cry cub cup cut dad
        day den dog dot dye ear eel egg elf elk emu end era ewe eye fan fee fig fin fly foe fox fur gap gas gem gum gun guy gym ham hat hen hip hit hog hop hub hug hut ice ink inn
        ivy jab jam jar jaw jay jet job jog jug keg key kid kit lab lad lap law leg lid lie lip log lot man map mat men mix mob mom mop mud mug nap net nil nod nut oak oar oil orb
        owl pad pal pan pat paw pea peg pen pet pie pig pin pit pod pop pot pub pup rag ram rat ray rib rim rip rod row rub rug run rye sap sea set shy sip sir sky son sow spa
        spy sub sum sun tab tag tap tax tea tie tin tip toe ton top toy try tub tug van vat vet vow war wax way web wig win wit yak yam zoo
        """);

    /// <summary>Words behind a number that make it something else than so many of something.</summary>
    private static readonly HashSet<string> Qualifiers = Words("""
        or nor not no never none neither cannot wrong incorrect false untrue true yes minus plus over under below above squared cubed factorial negative positive
        than least most between except without about approximately approx roughly around almost nearly maybe perhaps possibly probably likely unsure unless
        if but however until till to through versus vs is are was were be been being has have had do does did will would can could should may might must
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
        because since so then which who whose that this these those what when where why how equals equal gives makes mod modulo divided multiplied point
        """);

    /// <summary>Words that say nothing of what is counted.</summary>
    private static readonly HashSet<string> Fillers = Words("a an the of in on at as for many much each every total altogether overall all left remaining more extra additional only exactly just its it them his her their my our your old long wide tall high deep away apart ago later");

    /// <summary>Denials: a text with one says what the answer is not.</summary>
    private static readonly HashSet<string> Denials = Words("not never cannot neither nor wrong incorrect false untrue except isn isnt doesn doesnt don dont");

    /// <summary>Short words that are answers, never products of their letters.</summary>
    private static readonly HashSet<string> Answers = Words("""
        no on up or us it is go so to at by do he if in me my of we an as am be yes odd one two six ten all any low old new red few big set sum off out and not the for non nil day
        mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec boy man men cat dog she him her his who why how now
        """);

    private static readonly Dictionary<string, string> Irregular = new(StringComparer.Ordinal)
    {
        ["men"] = "man",
        ["women"] = "woman",
        ["children"] = "child",
        ["people"] = "person",
        ["persons"] = "person",
        ["mice"] = "mouse",
        ["geese"] = "goose",
        ["teeth"] = "tooth",
        ["oxen"] = "ox",
        ["dice"] = "die",
        ["pies"] = "pie",
        ["ties"] = "tie",
        ["movies"] = "movie",
        ["cookies"] = "cookie",
        ["brownies"] = "brownie",
        ["buses"] = "bus",
        ["gases"] = "gas",
        ["lenses"] = "lens",
        ["shoes"] = "shoe",
        ["toes"] = "toe",
        ["knives"] = "knife",
        ["wives"] = "wife",
        ["lives"] = "life",
        ["axes"] = "axe",
        ["vertices"] = "vertex",
        ["matrices"] = "matrix",
        ["indices"] = "index",
        ["radii"] = "radius",
    };

    public static bool IsQualifier(string word) => Qualifiers.Contains(Plain(word));

    public static bool IsFiller(string word) => Fillers.Contains(Plain(word));

    public static bool IsDenial(string word) => Denials.Contains(Plain(word)) || word.EndsWith("n't", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a run of letters behind a value is what is counted rather than factors: <c>5 apples</c>, not <c>5 abc</c>.</summary>
    public static bool IsNoun(string word)
    {
        if (word.Length is < 3 or > LongestNoun || IsQualifier(word)) return false;
        if (word.Length == 3) return ShortNouns.Contains(Plain(word)) || IsFiller(word);
        if (word.Skip(1).Any(char.IsUpper)) return false;
        return !AreFactors(word) && !IsFunctionOfLetter(word);
    }

    /// <summary>
    /// Whether a word of small letters may be a product of them, as <c>abc</c> and <c>xyz</c>: short and no word that answers
    /// anything, or letters that follow one another, or letters without a vowel.
    /// </summary>
    public static bool AreFactors(string word)
    {
        if (!word.All(char.IsAsciiLetterLower) || Answers.Contains(word) || ShortNouns.Contains(word) || MathParser.IsFunction(word)) return false;
        if (word.Length <= 3) return true;
        if (word.Length > 8) return false;
        var letters = word.Order().ToArray();
        var follow = true;
        for (var i = 1; i < letters.Length; i++) follow &= letters[i] == letters[i - 1] + 1;
        return follow || !word.Any(c => "aeiouy".Contains(c, StringComparison.Ordinal)) || "xyz".Count(c => word.Contains(c, StringComparison.Ordinal)) >= 2;
    }

    /// <summary><c>sinx</c>: a function's name run into its argument.</summary>
    public static bool IsFunctionOfLetter(string word) => word.Length is 3 or 4 && word[^1] is 'x' or 'y' or 'z' or 'a' or 'n' && word[..^1] is "sin" or "cos" or "tan" or "cot" or "sec" or "csc" or "log" or "exp" or "ln";

    /// <summary>One form for singular and plural, in small letters.</summary>
    public static string Singular(string word)
    {
        var plain = Plain(word);
        if (Irregular.TryGetValue(plain, out var known)) return known;
        if (plain.Length < 4 || !plain.EndsWith('s') || plain.EndsWith("ss", StringComparison.Ordinal) || plain.EndsWith("us", StringComparison.Ordinal) || plain.EndsWith("is", StringComparison.Ordinal)) return plain;
        if (plain.EndsWith("ies", StringComparison.Ordinal)) return plain[..^3] + "y";
        if (plain.EndsWith("ves", StringComparison.Ordinal) && plain is "halves" or "leaves" or "loaves" or "wolves" or "shelves" or "calves" or "scarves" or "thieves" or "elves" or "selves" or "hooves") return plain[..^3] + "f";
        foreach (var ending in (string[])["sses", "xes", "zes", "ches", "shes", "oes"])
        {
            if (plain.EndsWith(ending, StringComparison.Ordinal)) return plain[..^2];
        }

        return plain[..^1];
    }

    private static string Plain(string word) => word.Trim('.', ',', '\'', '-', ':', '"').Replace("'s", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).ToLowerInvariant();

    private static HashSet<string> Words(string list) => [.. list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
}

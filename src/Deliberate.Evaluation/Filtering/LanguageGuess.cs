using System.Globalization;

namespace Deliberate.Evaluation;

/// <summary>
/// The language of a text by its script, and in Latin and Cyrillic script by which language's commonest words it is made of. Unknown, where it is
/// short, or where two languages fit about as well: a filter drops only what it is sure of. Code, formulas and lists of names are unknown.
/// </summary>
internal static class LanguageGuess
{
    private const int LeastLetters = 20, LeastCommon = 3, MostLooked = 4000;

    /// <summary>How much more of a text the best language must explain than the next.</summary>
    private const double Lead = 1.3;

    private static readonly (string Code, string[] Words)[] s_common =
    [
        ("en", ["the", "of", "and", "to", "in", "is", "that", "it", "for", "was", "with", "as", "are", "this", "be", "from", "have", "not", "you", "which", "how", "what", "his", "her", "they", "has", "does", "if", "we", "can"]),
        ("de", ["der", "die", "und", "das", "ist", "nicht", "ein", "eine", "zu", "den", "mit", "sich", "auf", "für", "von", "dem", "es", "ich", "sie", "wie", "wird", "auch", "sind", "im", "einen", "aber", "war", "bei", "aus", "oder"]),
        ("fr", ["le", "la", "les", "et", "des", "est", "que", "une", "dans", "qui", "pour", "pas", "du", "sur", "au", "avec", "ce", "il", "elle", "nous", "vous", "sont", "plus", "par", "ne", "cette", "mais", "ou", "se", "été"]),
        ("es", ["el", "la", "los", "las", "y", "que", "es", "una", "por", "con", "para", "del", "se", "no", "su", "al", "como", "más", "pero", "lo", "este", "está", "son", "muy", "sus", "hay", "fue", "ser", "entre", "cuando"]),
        ("it", ["il", "di", "che", "la", "e", "è", "un", "per", "non", "una", "sono", "con", "del", "della", "si", "le", "dei", "gli", "nel", "ma", "come", "più", "anche", "questo", "alla", "ha", "ci", "lo", "delle", "era"]),
        ("pt", ["o", "que", "e", "do", "da", "em", "um", "uma", "para", "não", "com", "os", "é", "no", "na", "se", "por", "mais", "as", "dos", "como", "mas", "foi", "ao", "ele", "das", "tem", "seu", "sua", "são"]),
        ("nl", ["de", "het", "een", "en", "van", "ik", "is", "dat", "niet", "te", "op", "voor", "met", "zijn", "er", "aan", "die", "maar", "ook", "om", "bij", "naar", "wordt", "dan", "hij", "heeft", "uit", "nog", "deze", "hoe"]),
        ("sv", ["och", "att", "det", "som", "en", "på", "är", "av", "för", "med", "inte", "den", "till", "ett", "jag", "har", "om", "var", "men", "han", "kan", "så", "från", "vid", "eller", "när", "skulle", "hon", "också", "detta"]),
        ("pl", ["w", "i", "na", "z", "nie", "się", "to", "jest", "do", "że", "o", "jak", "przez", "dla", "od", "po", "ale", "są", "był", "tym", "za", "oraz", "może", "które", "który", "tego", "ich", "był", "przy", "już"]),
        ("tr", ["ve", "bir", "bu", "için", "ile", "de", "da", "çok", "olarak", "daha", "gibi", "ne", "kadar", "olan", "var", "o", "ben", "değil", "her", "ama", "en", "sonra", "olduğu", "ya", "mi", "göre", "iki", "nasıl", "ki", "oldu"]),
        ("id", ["yang", "dan", "di", "itu", "dengan", "untuk", "tidak", "ini", "dari", "dalam", "akan", "pada", "juga", "ke", "karena", "adalah", "ada", "saya", "oleh", "bisa", "atau", "mereka", "kita", "telah", "sebagai", "apa", "dapat", "lebih", "seperti", "bagaimana"]),
        ("ru", ["и", "в", "не", "на", "я", "что", "он", "с", "это", "как", "по", "но", "из", "к", "для", "от", "так", "же", "вы", "за", "у", "его", "или", "был", "она", "если", "также", "бы", "мы", "который"]),
        ("uk", ["і", "в", "не", "на", "що", "з", "та", "це", "як", "до", "за", "у", "він", "для", "від", "але", "є", "про", "його", "або", "був", "також", "ми", "який", "було", "коли", "вони", "цього", "її", "які"]),
    ];

    private static readonly Dictionary<string, string[]> s_languages = s_common
        .SelectMany(l => l.Words.Distinct().Select(word => (word, l.Code))).GroupBy(w => w.word, w => w.Code).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);

    /// <summary>ISO 639-1 codes of all that can be told.</summary>
    public static IReadOnlyList<string> Codes { get; } = [.. s_common.Select(l => l.Code), "ar", "el", "he", "hi", "ja", "ko", "th", "zh"];

    /// <summary>The code; null where it cannot be told.</summary>
    public static string? Of(string text)
    {
        if (text.Length > MostLooked) text = text[..MostLooked];
        var scripts = new Dictionary<string, int>(StringComparer.Ordinal);
        var letters = 0;
        foreach (var c in text)
        {
            if (!char.IsLetter(c)) continue;
            letters++;
            var script = Script(c);
            scripts[script] = scripts.GetValueOrDefault(script) + 1;
        }

        // A sign of these scripts is a syllable or a word.
        var weighted = letters + (3 * (scripts.GetValueOrDefault("zh") + scripts.GetValueOrDefault("ja") + scripts.GetValueOrDefault("ko")));
        if (weighted < LeastLetters) return null;
        // Japanese is written with Chinese signs too.
        if (scripts.GetValueOrDefault("ja") * 10 > letters) return "ja";
        var (most, count) = scripts.MaxBy(s => s.Value);
        if (count < 0.6 * letters) return null;
        return most is "latin" or "cyrillic" ? ByWords(text) : most == "other" ? null : most;
    }

    private static string? ByWords(string text)
    {
        var found = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var word in FilteredText.Words(text))
        {
            if (!s_languages.TryGetValue(word, out var codes)) continue;
            // A word of several languages says less of each.
            foreach (var code in codes) found[code] = found.GetValueOrDefault(code) + (1.0 / codes.Length);
        }

        var ranked = found.OrderByDescending(f => f.Value).Take(2).ToArray();
        if (ranked.Length == 0 || ranked[0].Value < LeastCommon) return null;
        return ranked.Length == 1 || ranked[0].Value >= Lead * ranked[1].Value ? ranked[0].Key : null;
    }

    private static string Script(char c) => (int)c switch
    {
        < 0x250 or (>= 0x1E00 and < 0x1F00) => "latin",
        >= 0x370 and < 0x400 => "el",
        >= 0x400 and < 0x530 => "cyrillic",
        >= 0x590 and < 0x600 => "he",
        >= 0x600 and < 0x780 => "ar",
        >= 0x900 and < 0x980 => "hi",
        >= 0xE00 and < 0xE80 => "th",
        >= 0x3040 and < 0x3100 => "ja",
        >= 0x3400 and < 0xA000 => "zh",
        (>= 0x1100 and < 0x1200) or (>= 0xAC00 and < 0xD7B0) => "ko",
        _ => char.GetUnicodeCategory(c) == UnicodeCategory.ModifierLetter ? "latin" : "other",
    };
}

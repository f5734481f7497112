using System.Text;

namespace Deliberate.Evaluation;

/// <summary>
/// Letters spelt as people do: in Morse code, the radio alphabet, braille, leetspeak, pig latin. They know no upper case; characters
/// that they have no sign for stay as they are.
/// </summary>
internal static class SpokenEncodings
{
    private const string BrailleLetters = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵";
    private const char BrailleNumber = '⠼';
    private const string WordBreak = "/";

    private static readonly Dictionary<char, string> MorseSigns = new()
    {
        ['a'] = ".-",
        ['b'] = "-...",
        ['c'] = "-.-.",
        ['d'] = "-..",
        ['e'] = ".",
        ['f'] = "..-.",
        ['g'] = "--.",
        ['h'] = "....",
        ['i'] = "..",
        ['j'] = ".---",
        ['k'] = "-.-",
        ['l'] = ".-..",
        ['m'] = "--",
        ['n'] = "-.",
        ['o'] = "---",
        ['p'] = ".--.",
        ['q'] = "--.-",
        ['r'] = ".-.",
        ['s'] = "...",
        ['t'] = "-",
        ['u'] = "..-",
        ['v'] = "...-",
        ['w'] = ".--",
        ['x'] = "-..-",
        ['y'] = "-.--",
        ['z'] = "--..",
        ['0'] = "-----",
        ['1'] = ".----",
        ['2'] = "..---",
        ['3'] = "...--",
        ['4'] = "....-",
        ['5'] = ".....",
        ['6'] = "-....",
        ['7'] = "--...",
        ['8'] = "---..",
        ['9'] = "----.",
        ['.'] = ".-.-.-",
        [','] = "--..--",
        ['?'] = "..--..",
        ['\''] = ".----.",
        ['-'] = "-....-",
        ['/'] = "-..-.",
        ['('] = "-.--.",
        [')'] = "-.--.-",
        [':'] = "---...",
        ['"'] = ".-..-.",
        ['@'] = ".--.-.",
        ['='] = "-...-",
        ['+'] = ".-.-.",
    };

    private static readonly Dictionary<char, string> RadioWords = new()
    {
        ['a'] = "Alfa",
        ['b'] = "Bravo",
        ['c'] = "Charlie",
        ['d'] = "Delta",
        ['e'] = "Echo",
        ['f'] = "Foxtrot",
        ['g'] = "Golf",
        ['h'] = "Hotel",
        ['i'] = "India",
        ['j'] = "Juliett",
        ['k'] = "Kilo",
        ['l'] = "Lima",
        ['m'] = "Mike",
        ['n'] = "November",
        ['o'] = "Oscar",
        ['p'] = "Papa",
        ['q'] = "Quebec",
        ['r'] = "Romeo",
        ['s'] = "Sierra",
        ['t'] = "Tango",
        ['u'] = "Uniform",
        ['v'] = "Victor",
        ['w'] = "Whiskey",
        ['x'] = "X-ray",
        ['y'] = "Yankee",
        ['z'] = "Zulu",
        ['0'] = "Zero",
        ['1'] = "One",
        ['2'] = "Two",
        ['3'] = "Three",
        ['4'] = "Four",
        ['5'] = "Five",
        ['6'] = "Six",
        ['7'] = "Seven",
        ['8'] = "Eight",
        ['9'] = "Nine",
        ['.'] = "Stop",
        ['-'] = "Dash",
        ['/'] = "Slash",
    };

    private static readonly Dictionary<char, char> LeetLetters = new() { ['a'] = '4', ['e'] = '3', ['i'] = '1', ['o'] = '0', ['s'] = '5', ['t'] = '7' };

    public static IReadOnlyList<IPromptTransform> All { get; } =
    [
        new TextEncoding("morse", TransformKind.Encoding, "in Morse code, words parted by /", t => Signs(t, MorseSigns), t => FromSigns(t, MorseSigns)) { Keeps = RequestKept.ButCase, Source = "garak, encoding probes" },
        new TextEncoding("nato", TransformKind.Encoding, "spelt in the radio alphabet, words parted by /", t => Signs(t, RadioWords), t => FromSigns(t, RadioWords)) { Keeps = RequestKept.ButCase, Source = "PyRIT" },
        new TextEncoding("braille", TransformKind.Encoding, "in braille", Braille, FromBraille) { Keeps = RequestKept.ButCase, Source = "PyRIT" },
        new TextEncoding("leetspeak", TransformKind.Encoding, "in leetspeak", t => string.Concat(t.Select(c => LeetLetters.GetValueOrDefault(char.ToLowerInvariant(c), c))), null) { Keeps = RequestKept.Nothing, Source = "garak, PyRIT" },
        new TextEncoding("pig-latin", TransformKind.Encoding, "in pig latin", t => Words.Each(t, PigLatin), null) { Keeps = RequestKept.Nothing, Source = "PyRIT" },
    ];

    private static string Signs(string text, Dictionary<char, string> signs) =>
        string.Join($" {WordBreak} ", text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => string.Join(' ', word.EnumerateRunes().Select(c => c.IsBmp && signs.TryGetValue((char)c.Value, out var sign) ? sign : c.ToString()))));

    private static string FromSigns(string text, Dictionary<char, string> signs)
    {
        var back = signs.ToDictionary(s => s.Value, s => s.Key, StringComparer.Ordinal);
        return string.Join(' ', text.Split($" {WordBreak} ").Select(word => string.Concat(word.Split(' ').Select(sign => back.TryGetValue(sign, out var c) ? c.ToString() : sign))));
    }

    /// <summary>Grade 1; each digit with the sign for numbers before it.</summary>
    private static string Braille(string text)
    {
        var signs = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (c is >= 'a' and <= 'z') signs.Append(BrailleLetters[c - 'a']);
            else if (char.IsAsciiDigit(c)) signs.Append(BrailleNumber).Append(BrailleLetters[(c - '0' + 9) % 10]);
            else signs.Append(c);
        }

        return signs.ToString();
    }

    private static string FromBraille(string text)
    {
        var letters = new StringBuilder();
        var isNumber = false;
        foreach (var c in text)
        {
            var at = BrailleLetters.IndexOf(c, StringComparison.Ordinal);
            if (c != BrailleNumber) letters.Append(at < 0 ? c : isNumber ? (char)('0' + (at + 1) % 10) : (char)('a' + at));
            isNumber = c == BrailleNumber;
        }

        return letters.ToString();
    }

    /// <summary>Consonants before the first vowel go to the end with "ay"; a word that begins with a vowel gets "way".</summary>
    private static string PigLatin(string word)
    {
        var vowel = word.IndexOfAny(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U', 'y', 'Y'], char.ToLowerInvariant(word[0]) == 'y' ? 1 : 0);
        return vowel < 0 ? word + "ay" : vowel == 0 ? word + "way" : word[vowel..] + word[..vowel] + "ay";
    }
}

using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>Classical ciphers: a shift; Vigenère whose key is a word of a list; Vigenère of unknown key behind a transposition, with the flag's beginning known.</summary>
internal static class CipherChallenges
{
    private static readonly string[] Keys = ["lemon", "orbit", "cabin", "tulip", "raven", "maple", "stone", "field", "amber", "delta", "piano", "crown"];

    public static Challenge Make(CtfLevel level, string flag, ref RandomStream random)
    {
        if (level == CtfLevel.HighSchool)
        {
            var shift = 1 + random.Next(25);
            return Of("A letter shift was used.", Vigenere(flag, [shift]), """
                for k in range(26):
                    p = ''.join(chr((ord(c) - 97 - k) % 26 + 97) if c.isalpha() else c for c in t)
                    if p.startswith('flag{'): print(p)
                """);
        }

        if (level == CtfLevel.Collegiate)
        {
            var key = random.Pick<string>(Keys);
            return Of($"Vigenère over the letters; other signs stay, and do not move the key on. The key is one of: {string.Join(", ", Keys)}.", Vigenere(flag, Shifts(key)), $$"""
                for key in '{{string.Join(' ', Keys)}}'.split():
                    i, p = 0, ''
                    for c in t:
                        if c.isalpha():
                            p += chr((ord(c) - ord(key[i % len(key)])) % 26 + 97); i += 1
                        else: p += c
                    if p.startswith('flag{'): print(p)
                """);
        }

        // The known "flag" gives the first four shifts of a key of four letters; the columns are tried.
        var secret = new int[] { random.Next(26), random.Next(26), random.Next(26), random.Next(26) };
        int[] columns = [0, 1, 2, 3, 4];
        random.Shuffle<int>(columns);
        var padded = Vigenere(flag, secret).PadRight((flag.Length + 4) / 5 * 5, '_');
        var text = string.Concat(columns.Select(c => string.Concat(Enumerable.Range(0, padded.Length / 5).Select(row => padded[(row * 5) + c]))));
        return Of("Vigenère with four random letters (other signs stay, and do not move the key on), then written in rows of five, filled up with _, and read by columns in an unknown order.", text, """
            import itertools
            rows = len(t) // 5
            for order in itertools.permutations(range(5)):
                cols = [''] * 5
                for place, c in enumerate(order): cols[c] = t[place * rows:(place + 1) * rows]
                s = ''.join(cols[i % 5][i // 5] for i in range(len(t))).rstrip('_')
                if s[4:5] != '{' or not s.endswith('}') or not s[:4].isalpha() or s.count('-') != 2: continue
                key = [(ord(a) - ord(b)) % 26 for a, b in zip(s, 'flag')]
                i, p = 0, ''
                for ch in s:
                    if ch.isalpha():
                        p += chr((ord(ch) - 97 - key[i % 4]) % 26 + 97); i += 1
                    else: p += ch
                import re
                words = 'harbour lantern meadow walnut compass thimble orchard pebble saddle feather kettle ladder marble anchor basket candle hammock juniper otter pillow quarry ribbon sparrow teapot violet willow zither bramble'.split()
                m = re.fullmatch(r'flag\{([a-z]+)-([a-z]+)-([0-9a-f]{8})\}', p)
                if m and m.group(1) in words and m.group(2) in words: print(p)
            """);
    }

    private static Challenge Of(string how, string text, string solution) => new()
    {
        Prompt = how,
        Files = Challenge.FilesOf(("cipher.txt", text)),
        Solution = Challenge.Python($"t = open('cipher.txt').read().strip()\n{solution}"),
    };

    private static int[] Shifts(string key) => [.. key.Select(c => c - 'a')];

    private static string Vigenere(string text, int[] shifts)
    {
        var i = 0;
        return string.Concat(text.Select(c => char.IsAsciiLetterLower(c) ? (char)('a' + ((c - 'a' + shifts[i++ % shifts.Length]) % 26)) : c));
    }
}

using System.Text;

namespace Deliberate.Evaluation;

/// <summary>
/// A text as a sparse vector of hashed word groups, from which the words cannot be read again: words and runs of two and three of the
/// opening, words and pairs of the whole, of the closing, and what sentences begin with. Each group has the length 1 (the present
/// words' signs over √ of their number), so that long texts weigh no more than short ones. The version is part of a classifier's
/// file: other features are other weights.
/// </summary>
internal static class HashedFeatures
{
    public const int Version = 1;

    /// <summary>Dimensions of the vector.</summary>
    public const int Buckets = 8192;

    private const int Opening = 25, Whole = 300, Closing = 25, Sentences = 16;
    private const int LongestText = 20_000, LongestWord = 24;

    /// <summary>The ends of sentences and lines, as a word of its own.</summary>
    private const string End = ".";

    public static (int Bucket, float Value)[] Of(string text)
    {
        var words = Words(text.Length <= LongestText ? text : text[..LongestText]);
        var sums = new Dictionary<int, float>();
        string[] said = [.. words.Where(w => w != End)];
        Add(sums, 'o', 1.5f, Runs(said.Take(Opening).ToArray(), 1, 3));
        Add(sums, 'w', 1, Runs(words.Take(Whole).ToArray(), 1, 2));
        Add(sums, 'c', 0.7f, Runs(said.TakeLast(Closing).ToArray(), 1, 2));
        Add(sums, 's', 1, Starts(words));
        Add(sums, 'n', 0.5f, [$"words {(int)Math.Log2(1 + said.Length)}", $"lines {(int)Math.Log2(1 + text.AsSpan().Count('\n'))}", $"items {Math.Min(4, Items(text))}"]);
        return [.. sums.OrderBy(s => s.Key).Select(s => (s.Key, s.Value))];
    }

    /// <summary>Lower case, straight apostrophes, numbers as #, ends of sentences as a full stop.</summary>
    internal static List<string> Words(string text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        foreach (var given in text)
        {
            var c = given is '’' or '‘' or '`' ? '\'' : char.ToLowerInvariant(given);
            if (char.IsLetter(c) || (c == '\'' && word.Length > 0))
            {
                if (word.Length < LongestWord) word.Append(c);
                continue;
            }

            if (char.IsDigit(c))
            {
                if (word.Length == 0 || word[^1] != '#') word.Append('#');
                continue;
            }

            Close();
            if (c is '.' or '!' or '?' or '\n' or ':' && words.Count > 0 && words[^1] != End) words.Add(End);
        }

        Close();
        return words;

        void Close()
        {
            if (word.Length > 0) words.Add(word.ToString().TrimEnd('\''));
            word.Clear();
        }
    }

    private static IEnumerable<string> Runs(string[] words, int least, int most)
    {
        for (var length = least; length <= most; length++)
            for (var i = 0; i + length <= words.Length; i++) yield return string.Join(' ', words, i, length);
    }

    /// <summary>The first two and three words of each of the first sentences.</summary>
    private static IEnumerable<string> Starts(List<string> words)
    {
        var sentences = 0;
        for (var i = 0; i < words.Count && sentences < Sentences; i++)
        {
            if (words[i] == End || (i > 0 && words[i - 1] != End)) continue;
            sentences++;
            string[] first = [.. words.Skip(i).TakeWhile(w => w != End).Take(3)];
            for (var length = 2; length <= first.Length; length++) yield return string.Join(' ', first, 0, length);
        }
    }

    /// <summary>Lines that begin as those of a list do.</summary>
    private static int Items(string text)
    {
        var items = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var start = line.TrimStart();
            if (start.Length > 1 && (start[0] is '-' or '*' or '•' || (char.IsDigit(start[0]) && start[1] is '.' or ')'))) items++;
        }

        return items;
    }

    private static void Add(Dictionary<int, float> sums, char group, float weight, IEnumerable<string> features)
    {
        string[] distinct = [.. features.Distinct(StringComparer.Ordinal)];
        var value = weight / MathF.Sqrt(Math.Max(1, distinct.Length));
        foreach (var feature in distinct)
        {
            var hash = Hash(group, feature);
            var bucket = (int)(hash % Buckets);
            sums[bucket] = sums.GetValueOrDefault(bucket) + (hash >> 63 == 0 ? value : -value);
        }
    }

    /// <summary>FNV-1a over UTF-16 units, mixed at the end.</summary>
    private static ulong Hash(char group, string text)
    {
        var hash = 14695981039346656037UL;
        Mix(group);
        foreach (var c in text) Mix(c);
        hash ^= hash >> 32;
        hash *= 0x9E3779B97F4A7C15UL;
        return hash ^ (hash >> 29);

        void Mix(char c) => hash = (hash ^ c) * 1099511628211UL;
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Trains a byte-level byte-pair encoding: words are counted; the most frequent adjacent pair becomes a token, again and
/// again; of equally frequent pairs the one of lower ids. Ids: special tokens, alphabet by letter, merges. The result depends
/// on the counts alone, not on the order of the corpus.
/// </summary>
public static class BpeTrainer
{
    /// <summary>Trains on a corpus.</summary>
    /// <param name="corpus">Texts. Special tokens in them are cut out.</param>
    /// <param name="vocabularySize">Tokens in all, special ones included; fewer come out if the corpus has no more pairs.</param>
    /// <param name="specialTokens">Special tokens, which get the first ids in this order.</param>
    /// <param name="options">Everything else.</param>
    public static Tokenizer Train(IEnumerable<string> corpus, int vocabularySize, IReadOnlyList<string>? specialTokens = null, BpeTrainerOptions? options = null)
    {
        options ??= new BpeTrainerOptions();
        specialTokens ??= [];
        if (options.MinimumFrequency < 1) throw new UserError("The minimum frequency is less than 1.", field: nameof(options.MinimumFrequency));
        var words = CountWords(corpus, specialTokens, options);
        var ids = Named(specialTokens);
        var tokens = new List<byte[]>(new byte[ids.Count][]);
        var symbols = AddAlphabet(words.Keys, options, ids, tokens);
        if (vocabularySize < ids.Count)
            throw new UserError($"A vocabulary of {vocabularySize} is too small: {specialTokens.Count} special tokens and {tokens.Count - specialTokens.Count} bytes are {ids.Count}.",
                field: "vocabulary size", advice: options.AllBytes ? "Make it larger, or start from the bytes of the corpus alone." : "Make it larger.");
        var merges = new MergeLearner(words, symbols, tokens, ids, options).Learn(vocabularySize);
        return Build(ids, merges, specialTokens, options.PreTokenizer, options.ShownTokens);
    }

    private static Tokenizer Build(Dictionary<string, int> ids, List<(string, string)> merges, IReadOnlyList<string> specialTokens, string preTokenizer, IReadOnlyList<string> shown) =>
        new(new TokenizerFile(
            new BpeVocabulary { Ids = ids, Merges = merges, IgnoresMerges = TokenizerPresets.IgnoresMerges(preTokenizer) },
            specialTokens.Select((token, id) => new AddedToken(id, token, Special: !shown.Contains(token))),
            TokenizerPresets.Stages(preTokenizer, before: null, after: null, file: null), file: null));

    private static Dictionary<string, int> Named(IReadOnlyList<string> specialTokens)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in specialTokens)
            if (token.Length == 0 || !ids.TryAdd(token, ids.Count)) throw new UserError($"The special token \"{token}\" is empty or named twice.", field: "special tokens");
        return ids;
    }

    private static Dictionary<byte[], long> CountWords(IEnumerable<string> corpus, IReadOnlyList<string> specialTokens, BpeTrainerOptions options)
    {
        // A tokenizer that knows nothing but the special tokens cuts the corpus exactly as the finished one will.
        var splitter = Build(Named(specialTokens), [], specialTokens, options.PreTokenizer, options.ShownTokens);
        var words = new Dictionary<byte[], long>(ByteSequenceComparer.Instance);
        var lookup = words.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var text in corpus)
        {
            splitter.VisitPieces(Encoding.UTF8.GetBytes(text), parseSpecial: true, tracksOffsets: false, (shaped, start, end, token) =>
            {
                if (token is null) CollectionsMarshal.GetValueRefOrAddDefault(lookup, shaped.Bytes[start..end], out _)++;
            });
        }

        return words;
    }

    private static int[] AddAlphabet(IEnumerable<byte[]> words, BpeTrainerOptions options, Dictionary<string, int> ids, List<byte[]> tokens)
    {
        var seen = new bool[256];
        Array.Fill(seen, options.AllBytes);
        foreach (var value in Encoding.UTF8.GetBytes(options.Alphabet)) seen[value] = true;
        foreach (var word in words)
            foreach (var value in word) seen[value] = true;
        var symbols = new int[256];
        foreach (var value in Enumerable.Range(0, 256).Where(value => seen[value]).OrderBy(value => ByteLetters.Letter((byte)value)))
        {
            var letter = ByteLetters.Letter((byte)value).ToString();
            if (!ids.TryAdd(letter, tokens.Count)) throw new UserError($"The special token \"{letter}\" is the spelling of a byte.", field: "special tokens");
            symbols[value] = tokens.Count;
            tokens.Add([(byte)value]);
        }

        return symbols;
    }
}

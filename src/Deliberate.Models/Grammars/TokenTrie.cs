using System.Runtime.CompilerServices;
using System.Text;

namespace Deliberate.Models;

/// <summary>
/// The tokens of a vocabulary by what they add to a text, as a trie in which whoever cannot follow a node skips all below it. A token
/// adds bytes, whatever kind its tokenizer is: byte letters, SentencePiece's pieces and its tokens of one byte, spellings that are joined.
/// Tags of a thought that are tokens of their own are symbols beyond the bytes; other special tokens add nothing and are not in it.
/// </summary>
internal sealed class TokenTrie
{
    private static readonly ConditionalWeakTable<Tokenizer, Dictionary<string, TokenTrie>> s_known = [];

    private readonly int[][] _symbols;
    private readonly int[] _ends;
    private readonly bool[] _alone = new bool[GrammarNet.Bytes];

    private TokenTrie(Tokenizer tokenizer, HashSet<int> stopIds)
    {
        Count = tokenizer.VocabularySize;
        var spelling = new TokenSpelling(tokenizer);
        StripsFirstSpace = spelling.StripsFirstSpace;
        _symbols = new int[Count][];
        List<(int[] Symbols, int Token)> all = [];
        for (var token = 0; token < Count; token++)
        {
            _symbols[token] = stopIds.Contains(token) ? [] : SymbolsOf(tokenizer, spelling, token);
            if (_symbols[token].Length == 0) continue;
            all.Add((_symbols[token], token));
            if (_symbols[token] is [< GrammarNet.Bytes and var alone]) _alone[alone] = true;
            else if (_symbols[token][0] >= GrammarNet.Bytes) TagSymbols.Add(_symbols[token][0]);
        }

        all.Sort(static (a, b) => a.Symbols.AsSpan().SequenceCompareTo(b.Symbols) is var order and not 0 ? order : a.Token.CompareTo(b.Token));
        (Nodes, _ends) = Build(all);
        Depth = all.Count == 0 ? 0 : all.Max(a => a.Symbols.Length);
    }

    private TokenTrie() => (_symbols, _ends, Nodes) = ([], [], []);

    /// <summary>Of no tokens, for a grammar that only reads texts.</summary>
    public static TokenTrie Empty { get; } = new();

    /// <summary>Tokens of the vocabulary.</summary>
    public int Count { get; }

    /// <summary>Longest token, in bytes.</summary>
    public int Depth { get; }

    /// <summary>In the order of a walk: a node stands before those below it.</summary>
    public Node[] Nodes { get; }

    /// <summary>Whether a space at the very beginning of a text is not shown.</summary>
    public bool StripsFirstSpace { get; }

    /// <summary>The tags of a thought that are tokens: 256 and twice the place in <see cref="ThinkingTags.All"/>, and one more for the closing one.</summary>
    public HashSet<int> TagSymbols { get; } = [];

    public static TokenTrie Of(Tokenizer tokenizer, IReadOnlyList<int> stopIds)
    {
        var known = s_known.GetOrCreateValue(tokenizer);
        var key = string.Join(' ', stopIds.Order());
        lock (known) return known.TryGetValue(key, out var trie) ? trie : known[key] = new TokenTrie(tokenizer, [.. stopIds]);
    }

    /// <summary>The symbol of a tag.</summary>
    public static int TagSymbol(int tags, bool isClose) => GrammarNet.Bytes + (2 * tags) + (isClose ? 1 : 0);

    /// <summary>What a token adds to a text; nothing where it adds nothing.</summary>
    public ReadOnlySpan<int> SymbolsOf(int token) => (uint)token < (uint)_symbols.Length ? _symbols[token] : [];

    /// <summary>
    /// Whether a token stands for this symbol alone. What needs any other byte is not promised: it could be begun by a longer token and
    /// then not be gone on with.
    /// </summary>
    public bool IsWritable(int symbol) => symbol < GrammarNet.Bytes ? _alone[symbol] : TagSymbols.Contains(symbol);

    /// <summary>The tokens that end at a node.</summary>
    public ReadOnlySpan<int> Ending(in Node node) => _ends.AsSpan(node.FirstToken, node.Tokens);

    private static int[] SymbolsOf(Tokenizer tokenizer, TokenSpelling spelling, int token)
    {
        if (tokenizer.IdToToken(token) is not { } written) return [];
        if (tokenizer.IsAdded(token))
        {
            for (var i = 0; i < ThinkingTags.All.Count; i++)
            {
                if (written == ThinkingTags.All[i].Open) return [TagSymbol(i, isClose: false)];
                if (written == ThinkingTags.All[i].Close) return [TagSymbol(i, isClose: true)];
            }
        }

        return tokenizer.IsSpecial(token) ? [] : [.. spelling.BytesOf(token)];
    }

    private static (Node[] Nodes, int[] Ends) Build(List<(int[] Symbols, int Token)> sorted)
    {
        List<Node> nodes = [];
        List<int> ends = [];
        var path = new List<int>();
        int[] last = [];
        foreach (var (symbols, token) in sorted)
        {
            var common = symbols.AsSpan().CommonPrefixLength(last);
            Close(common);
            for (var depth = common; depth < symbols.Length; depth++)
            {
                path.Add(nodes.Count);
                nodes.Add(new Node((ushort)symbols[depth], (ushort)(depth + 1), 0, ends.Count, 0));
            }

            var node = nodes[path[^1]];
            nodes[path[^1]] = node with { Tokens = node.Tokens + 1 };
            ends.Add(token);
            last = symbols;
        }

        Close(0);
        return ([.. nodes], [.. ends]);

        void Close(int depth)
        {
            for (var i = path.Count - 1; i >= depth; i--) nodes[path[i]] = nodes[path[i]] with { Skip = nodes.Count };
            path.RemoveRange(depth, path.Count - depth);
        }
    }

    /// <param name="Symbol">That leads here from the node above.</param>
    /// <param name="Depth">Symbols so far, from 1.</param>
    /// <param name="Skip">The next node that is not below this one.</param>
    /// <param name="FirstToken">Of those that end here.</param>
    /// <param name="Tokens">How many end here.</param>
    public readonly record struct Node(ushort Symbol, ushort Depth, int Skip, int FirstToken, int Tokens);
}

/// <summary>The bytes that a token adds to a text in the middle of it.</summary>
internal sealed class TokenSpelling
{
    private readonly Tokenizer _tokenizer;
    private readonly int _anchor = -1;
    private readonly string _before = "";
    private readonly bool _hasByteTokens;

    public TokenSpelling(Tokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        if (tokenizer.DecodesBytes) return;
        // A letter that others are shown behind: what decoders do at the beginning of a text is not what they do within.
        _anchor = Enumerable.Range(0, tokenizer.VocabularySize).FirstOrDefault(id => !tokenizer.IsSpecial(id) && tokenizer.IdToToken(id) is [var letter] && char.IsAsciiLetter(letter) && tokenizer.Decode([id]).Length == 1, -1);
        if (_anchor < 0) return;
        _before = tokenizer.Decode([_anchor]);
        _hasByteTokens = tokenizer.TokenToId("<0x41>") is >= 0 and var a && tokenizer.Decode([_anchor, a]) == _before + "A";
        StripsFirstSpace = Enumerable.Range(0, tokenizer.VocabularySize).Where(id => !tokenizer.IsSpecial(id)).Take(5_000).Any(id => Within(id) is [' ', ..] within && tokenizer.Decode([id]) == within[1..]);
    }

    public bool StripsFirstSpace { get; }

    public ReadOnlySpan<int> BytesOf(int token)
    {
        if (_tokenizer.DecodesBytes) return Widen(_tokenizer.BytesOf(token));
        if (_anchor < 0 || _tokenizer.IdToToken(token) is not { } spelling) return [];
        if (_hasByteTokens && Decoder.ByteFallback.Byte(spelling) is >= 0 and var value) return new int[] { value };
        // A piece with a character that is none has no text of its own.
        return Within(token) is { } text && !text.Contains('\uFFFD', StringComparison.Ordinal) ? Widen(Encoding.UTF8.GetBytes(text)) : [];
    }

    private string? Within(int token) => _tokenizer.Decode([_anchor, token], skipSpecial: false) is var both && both.StartsWith(_before, StringComparison.Ordinal) ? both[_before.Length..] : null;

    private static int[] Widen(ReadOnlySpan<byte> bytes)
    {
        var wide = new int[bytes.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = bytes[i];
        return wide;
    }
}

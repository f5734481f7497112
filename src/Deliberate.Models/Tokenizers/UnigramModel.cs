using System.Text;

namespace Deliberate.Models;

/// <summary>
/// The Unigram model (Kudo, 1804.10959): of all ways to cut a piece into tokens the one whose scores add up to the most, found by
/// Viterbi's algorithm over bytes; of equal ones the first that is found, tokens from left to right, shorter before longer. A
/// character that is no token costs the lowest score less 10; runs of them are one unknown token, or the tokens of its bytes.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;
    private const int Root = 0;

    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _tokens = [-1];
    private readonly double[] _scores;
    private readonly int[]? _byteTokens;
    private readonly int _unknown;
    private readonly double _unknownScore;

    public UnigramModel(UnigramVocabulary vocabulary)
    {
        _scores = [.. vocabulary.Scores];
        _unknown = vocabulary.UnknownToken is { } unknown ? vocabulary.Ids[unknown] : -1;
        _unknownScore = (_scores.Length == 0 ? 0 : _scores.Min()) - UnknownPenalty;
        _byteTokens = vocabulary.FallsBackToBytes ? vocabulary.ByteTokens() : null;
        foreach (var (token, id) in vocabulary.Ids)
        {
            var node = Root;
            foreach (var value in Encoding.UTF8.GetBytes(token))
            {
                if (!_children.TryGetValue(Edge(node, value), out var next))
                {
                    _children.Add(Edge(node, value), next = _tokens.Count);
                    _tokens.Add(-1);
                }

                node = next;
            }

            if (node != Root) _tokens[node] = id;
        }
    }

    /// <summary>The best way to a byte of the piece: its score, where its last token starts (-1 where none ends here), and that token.</summary>
    internal readonly record struct Node(double Score, int Start, int Token);

    public override void Encode(ReadOnlySpan<byte> piece, Scratch scratch, bool wantsSpans)
    {
        var cached = !wantsSpans && piece.Length <= WordCache.LongestWord;
        var slot = cached ? WordCache.Slot(piece) : 0;
        if (cached && scratch.Cache.TryGet(slot, piece, out var known))
        {
            scratch.Ids.AddRange(known.AsSpan());
            return;
        }

        if (scratch.Path.Length <= piece.Length) scratch.Path = new Node[piece.Length * 2];
        Search(piece, scratch.Path);
        var first = scratch.Ids.Count;
        Read(piece, scratch.Path, scratch, wantsSpans);
        if (cached) scratch.Cache.Set(slot, piece, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(scratch.Ids)[first..]);
    }

    private void Search(ReadOnlySpan<byte> piece, Node[] path)
    {
        path[0] = default;
        path.AsSpan(1, piece.Length).Fill(new Node(0, -1, -1));
        for (var start = 0; start < piece.Length;)
        {
            Rune.DecodeFromUtf8(piece[start..], out _, out var width);
            var isToken = false;
            var node = Root;
            for (var end = start; end < piece.Length && _children.TryGetValue(Edge(node, piece[end]), out node);)
            {
                end++;
                if (_tokens[node] is not (>= 0 and var token)) continue;
                Offer(end, _scores[token], token);
                isToken |= end - start == width;
            }

            if (!isToken) Offer(start + width, _unknownScore, _unknown);
            start += width;

            void Offer(int end, double score, int token)
            {
                score += path[start].Score;
                if (path[end].Start < 0 || score > path[end].Score) path[end] = new Node(score, start, token);
            }
        }
    }

    /// <summary>Walks the best path from its end and appends its tokens in order.</summary>
    private void Read(ReadOnlySpan<byte> piece, Node[] path, Scratch scratch, bool wantsSpans)
    {
        // A token's start in place of the next one's, so that the path can be walked forward.
        for (int end = piece.Length, after = -1; end > 0;)
        {
            var node = path[end];
            path[end] = node with { Start = after };
            (after, end) = (end, node.Start);
            if (end == 0) path[0] = new Node(0, after, -1);
        }

        for (int start = 0, end = piece.Length == 0 ? -1 : path[0].Start; end >= 0;)
        {
            var token = path[end].Token;
            var next = path[end].Start;
            if (token == _unknown)
            {
                while (next >= 0 && path[next].Token == _unknown) (end, next) = (next, path[next].Start);
                AddUnknown(piece, start, end, scratch, wantsSpans);
            }
            else
            {
                scratch.Ids.Add(token);
                if (wantsSpans) scratch.Spans.Add((start, end));
            }

            (start, end) = (end, next);
        }
    }

    private void AddUnknown(ReadOnlySpan<byte> piece, int start, int end, Scratch scratch, bool wantsSpans)
    {
        var text = piece[start..end];
        var bytes = _byteTokens is not null && !IsToken(text);
        foreach (var value in text) bytes &= _byteTokens is null || _byteTokens[value] >= 0;
        if (!bytes && _unknown < 0) throw Unknown($"\"{Encoding.UTF8.GetString(text)}\"", piece);
        if (!bytes) scratch.Ids.Add(_unknown);
        else foreach (var value in text) scratch.Ids.Add(_byteTokens![value]);
        // Each of the bytes' tokens stands for the whole run, as in the reference library.
        for (var i = 0; wantsSpans && i < (bytes ? text.Length : 1); i++) scratch.Spans.Add((start, end));
    }

    /// <summary>Whether a text is a token: that of the unknown, where it is written out.</summary>
    private bool IsToken(ReadOnlySpan<byte> text)
    {
        var node = Root;
        foreach (var value in text)
            if (!_children.TryGetValue(Edge(node, value), out node)) return false;
        return _tokens[node] >= 0;
    }

    private static long Edge(int node, byte value) => ((long)node << 8) | value;
}

using System.Runtime.InteropServices;

namespace Deliberate.Models;

/// <summary>
/// The loop of byte-pair training: counts of adjacent pairs over distinct words, a queue by count, and for each pair the words
/// it may occur in, so that a merge touches those alone.
/// </summary>
internal sealed class MergeLearner
{
    private readonly List<int[]> _words = [];
    private readonly List<long> _counts = [];
    private readonly List<byte[]> _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly BpeTrainerOptions _options;
    private readonly Dictionary<(int Left, int Right), long> _pairs = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _where = [];
    private readonly PriorityQueue<((int Left, int Right) Pair, long Count), (long Count, int Left, int Right)> _queue = new();
    private readonly HashSet<(int Left, int Right)> _changed = [];

    /// <param name="words">Words and how often they occur.</param>
    /// <param name="symbols">The id of each byte.</param>
    /// <param name="tokens">The bytes of each id; grows by the merges.</param>
    /// <param name="ids">The id of each spelling; grows by the merges.</param>
    /// <param name="options">Minimum frequency and longest token.</param>
    public MergeLearner(Dictionary<byte[], long> words, int[] symbols, List<byte[]> tokens, Dictionary<string, int> ids, BpeTrainerOptions options)
    {
        (_tokens, _ids, _options) = (tokens, ids, options);
        foreach (var (word, count) in words)
        {
            _words.Add(Array.ConvertAll(word, value => symbols[value]));
            _counts.Add(count);
            Count(_words.Count - 1, +1);
        }

        Enqueue();
    }

    /// <summary>Learns merges until the vocabulary has the size, or no pair is frequent enough.</summary>
    public List<(string Left, string Right)> Learn(int vocabularySize)
    {
        var merges = new List<(string, string)>();
        while (_ids.Count < vocabularySize && _queue.TryDequeue(out var entry, out _))
        {
            // Counts change after a pair was queued; it was queued again then, and this is an old entry.
            var pair = entry.Pair;
            if (_pairs.GetValueOrDefault(pair) != entry.Count) continue;
            byte[] bytes = [.. _tokens[pair.Left], .. _tokens[pair.Right]];
            if (bytes.Length > _options.LongestToken) continue;
            var (left, right) = (ByteLetters.Spell(_tokens[pair.Left]), ByteLetters.Spell(_tokens[pair.Right]));

            // Two pairs can spell the same token; a special token can spell like bytes, and must stay out of reach of merges.
            var isKnown = _ids.TryGetValue(left + right, out var id);
            if (isKnown && _tokens[id] is null) continue;
            if (!isKnown)
            {
                id = _tokens.Count;
                _ids.Add(left + right, id);
                _tokens.Add(bytes);
            }

            merges.Add((left, right));
            foreach (var word in _where[pair].Order().ToArray()) Merge(word, pair, id);
            Enqueue();
        }

        return merges;
    }

    private void Merge(int index, (int Left, int Right) pair, int id)
    {
        var word = _words[index];
        Count(index, -1);
        var kept = 0;
        for (var i = 0; i < word.Length; i++)
        {
            var merges = i + 1 < word.Length && word[i] == pair.Left && word[i + 1] == pair.Right;
            word[kept++] = merges ? id : word[i];
            if (merges) i++;
        }

        _words[index] = word[..kept];
        Count(index, +1);
    }

    /// <summary>Adds a word's pairs to the counts, or takes them away.</summary>
    private void Count(int index, int sign)
    {
        var word = _words[index];
        for (var i = 0; i + 1 < word.Length; i++)
        {
            var pair = (word[i], word[i + 1]);
            CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out _) += sign * _counts[index];
            _changed.Add(pair);
            ref var where = ref CollectionsMarshal.GetValueRefOrAddDefault(_where, pair, out _);
            where ??= [];
            if (sign > 0) where.Add(index);
            else where.Remove(index);
        }
    }

    private void Enqueue()
    {
        foreach (var pair in _changed)
        {
            var count = _pairs[pair];
            if (count >= _options.MinimumFrequency) _queue.Enqueue((pair, count), (-count, pair.Left, pair.Right));
        }

        _changed.Clear();
    }
}

namespace Deliberate.Models;

/// <summary>Log-probabilities of tokens of texts that were read, by what stood before them, so that a text that begins like an earlier one needs not be read for them again.</summary>
internal sealed class SeenSurprise
{
    /// <summary>Tokens that are kept at most: beyond them all are forgotten.</summary>
    private const int Most = 1 << 20;

    private Node _root = new(0);
    private int _count;

    /// <summary>Fills in what is known of a text's beginning.</summary>
    /// <param name="tokens">Of the text.</param>
    /// <param name="logProbabilities">[tokens].</param>
    /// <returns>Of how many tokens.</returns>
    public int Fill(ReadOnlySpan<int> tokens, Span<double> logProbabilities)
    {
        var node = _root;
        for (var t = 0; t < tokens.Length; t++)
        {
            if (!node.Next.TryGetValue(tokens[t], out var next)) return t;
            node = next;
            logProbabilities[t] = node.LogProbability;
        }

        return tokens.Length;
    }

    public void Add(ReadOnlySpan<int> tokens, ReadOnlySpan<double> logProbabilities)
    {
        if (_count > Most) Clear();
        var node = _root;
        for (var t = 0; t < tokens.Length; t++)
        {
            if (!node.Next.TryGetValue(tokens[t], out var next))
            {
                node.Next[tokens[t]] = next = new Node(logProbabilities[t]);
                _count++;
            }

            node = next;
        }
    }

    public void Clear() => (_root, _count) = (new Node(0), 0);

    private sealed class Node(double logProbability)
    {
        public double LogProbability { get; } = logProbability;

        public Dictionary<int, Node> Next { get; } = new(1);
    }
}

using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Beginnings of texts whose keys and values are still there, as a tree of pages: a text that begins like an earlier one takes over
/// that one's pages, full ones shared, the last copied as far as the two agree. What has not been asked for longest goes first when
/// there are more pages than the <see cref="Limit"/>; a page that a running sample holds too stays with it. The numbers are those of
/// reading the tokens again, bit for bit, since no row depends on what shared its pass.
/// </summary>
internal sealed class PrefixCache(KeyValueCache cache)
{
    /// <summary>Of what was read with the base alone, and with each adapter: keys and values differ.</summary>
    private readonly Node _root = new([], -1, null);

    private readonly Dictionary<Adapter, Node> _adapted = [];

    /// <summary>Every node but the roots, the last asked for at the end. A node stands behind those below it, so the first has none.</summary>
    private readonly LinkedList<Node> _byUse = new();

    private long _limit;

    /// <summary>Most pages to keep.</summary>
    public long Limit
    {
        get => _limit;
        set
        {
            _limit = value;
            Trim();
        }
    }

    /// <summary>Fills an empty sequence with the longest known beginning of some tokens.</summary>
    /// <returns>Its length.</returns>
    public int Restore(Adapter? adapter, ReadOnlySpan<int> tokens, CachedSequence sequence)
    {
        var node = Root(adapter);
        while (sequence.Length < tokens.Length)
        {
            var (child, common) = node.Nearest(tokens[sequence.Length..]);
            if (child is null) break;
            node = child;
            sequence.Take(child.Page, common);
            if (common < KeyValueCache.PageTokens) break;
        }

        Touch(node);
        return sequence.Length;
    }

    /// <summary>Remembers a sequence by the tokens that it was made of: the first of prompt and output.</summary>
    public void Keep(Adapter? adapter, ReadOnlySpan<int> prompt, ReadOnlySpan<int> output, CachedSequence sequence)
    {
        Span<int> page = stackalloc int[KeyValueCache.PageTokens];
        var node = Root(adapter);
        for (var (at, index) = (0, 0); at < sequence.Length; at += KeyValueCache.PageTokens, index++)
        {
            var part = page[..Math.Min(KeyValueCache.PageTokens, sequence.Length - at)];
            var fromPrompt = Math.Clamp(prompt.Length - at, 0, part.Length);
            if (fromPrompt > 0) prompt.Slice(at, fromPrompt).CopyTo(part);
            if (fromPrompt < part.Length) output.Slice(at + fromPrompt - prompt.Length, part.Length - fromPrompt).CopyTo(part[fromPrompt..]);
            var (child, common) = node.Nearest(part);
            if (child is null || common < Math.Min(part.Length, child.Tokens.Length)) child = Add(part, sequence.Page(index), node);
            else if (child.Tokens.Length < part.Length) Replace(child, part, sequence.Page(index));
            node = child;
            // Longer than what is left of the sequence, or the sequence's last page.
            if (node.Tokens.Length < KeyValueCache.PageTokens || part.Length < node.Tokens.Length) break;
        }

        Touch(node);
        Trim();
    }

    /// <summary>Gives up what was read with an adapter.</summary>
    public void Forget(Adapter adapter)
    {
        if (!_adapted.Remove(adapter, out var root)) return;
        for (var place = _byUse.First; place is not null;)
        {
            var next = place.Next;
            if (place.Value.Root == root)
            {
                _byUse.Remove(place);
                cache.Release(place.Value.Page);
            }

            place = next;
        }
    }

    private Node Root(Adapter? adapter)
    {
        if (adapter is null) return _root;
        return _adapted.TryGetValue(adapter, out var known) ? known : _adapted[adapter] = new Node([], -1, null);
    }

    private Node Add(ReadOnlySpan<int> tokens, int page, Node parent)
    {
        cache.Retain(page);
        var node = new Node(tokens.ToArray(), page, parent);
        parent.Children.Add(node);
        _byUse.AddLast(node.Place);
        return node;
    }

    /// <summary>A page that was half full is known further now.</summary>
    private void Replace(Node node, ReadOnlySpan<int> tokens, int page)
    {
        cache.Retain(page);
        cache.Release(node.Page);
        (node.Tokens, node.Page) = (tokens.ToArray(), page);
    }

    private void Touch(Node node)
    {
        for (; node.Parent is not null; node = node.Parent)
        {
            _byUse.Remove(node.Place);
            _byUse.AddLast(node.Place);
        }
    }

    private void Trim()
    {
        while (_byUse.Count > _limit)
        {
            var node = _byUse.First!.Value;
            _byUse.RemoveFirst();
            node.Parent!.Children.Remove(node);
            cache.Release(node.Page);
        }
    }

    /// <summary>A page: the tokens whose keys and values it holds behind those of the nodes above.</summary>
    private sealed class Node
    {
        public Node(int[] tokens, int page, Node? parent)
        {
            (Tokens, Page, Parent) = (tokens, page, parent);
            Place = new LinkedListNode<Node>(this);
        }

        public int[] Tokens { get; set; }

        public int Page { get; set; }

        public Node? Parent { get; }

        public Node Root => Parent?.Root ?? this;

        public List<Node> Children { get; } = [];

        public LinkedListNode<Node> Place { get; }

        /// <summary>The child that begins with the most of some tokens, and how many; null where none begins with the first.</summary>
        public (Node? Child, int Common) Nearest(ReadOnlySpan<int> tokens)
        {
            Node? nearest = null;
            var most = 0;
            foreach (var child in Children)
            {
                var common = tokens.CommonPrefixLength(child.Tokens);
                if (common > most) (nearest, most) = (child, common);
                if (most == KeyValueCache.PageTokens) break;
            }

            return (nearest, most);
        }
    }
}

namespace Deliberate.Tensors;

/// <summary>
/// Sequences packed one after another without padding: token ids, the position of each in its own sequence, the target that the
/// log-probability of each row is asked for (negative for none), and where each sequence (segment) begins. Sequences that begin alike may
/// share what they begin with: a segment of its own, behind which each goes on in a segment that sees it.
/// </summary>
internal sealed class Batch : IDisposable
{
    private readonly int[] _starts, _firstPositions, _prefixes;
    private readonly HostInts _ids, _positions, _targets;
    private readonly CachedSequence?[] _cached;
    private readonly Adapter?[] _adapters;

    public Batch(Device device, int tokenCapacity, int segmentCapacity)
    {
        TokenCapacity = tokenCapacity;
        (_ids, _positions, _targets) = (new HostInts(device, tokenCapacity), new HostInts(device, tokenCapacity), new HostInts(device, tokenCapacity));
        _starts = new int[segmentCapacity + 1];
        _firstPositions = new int[segmentCapacity];
        _prefixes = new int[segmentCapacity];
        _cached = new CachedSequence?[segmentCapacity];
        _adapters = new Adapter?[segmentCapacity];
    }

    public int TokenCapacity { get; }

    public int Tokens { get; private set; }

    public int Segments { get; private set; }

    public int SegmentCapacity => _starts.Length - 1;

    public DeviceBuffer Ids => _ids.Buffer;

    public DeviceBuffer Positions => _positions.Buffer;

    public DeviceBuffer Targets => _targets.Buffer;

    /// <summary>The targets where the host may read and change them, before the pass that is to see it.</summary>
    public Span<int> HostTargets => _targets.Span;

    /// <summary>Counts changes of the segments: what is made of them holds as long as it stands.</summary>
    public long Version { get; private set; }

    /// <summary>Tokens of the longest segment, or of a prefix and all segments that go on from it: what one worker has to do alone.</summary>
    public int LongestUnit { get; private set; }

    /// <summary>Whether any segment goes on from another.</summary>
    public bool HasPrefixes { get; private set; }

    /// <summary>What the sequences that are appended from here on are read with; null for the base alone.</summary>
    public Adapter? Adapter { get; set; }

    /// <summary>Whether any sequence is read with an adapter.</summary>
    public bool HasAdapters { get; private set; }

    public Rows Segment(int index) => new(_starts[index], _starts[index + 1]);

    /// <summary>The rows that a segment goes on from; none where it is a whole sequence.</summary>
    public Rows PrefixOf(int segment) => HasPrefixes && _prefixes[segment] >= 0 ? Segment(_prefixes[segment]) : default;

    /// <summary>Behind a segment and those that go on from it.</summary>
    public int UnitEnd(int segment)
    {
        var end = segment + 1;
        while (HasPrefixes && end < Segments && _prefixes[end] == segment) end++;
        return end;
    }

    /// <summary>The segment that a row belongs to.</summary>
    public int SegmentOf(int row)
    {
        int low = 0, high = Segments - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_starts[middle] <= row) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    /// <summary>The cached sequence that a segment's rows continue; sampling only.</summary>
    public CachedSequence Cached(int segment) => _cached[segment] ?? throw new InvalidOperationException("This batch has no cache.");

    /// <summary>The position of a segment's first row in its sequence: 0 but for sampling.</summary>
    public int FirstPosition(int segment) => _firstPositions[segment];

    /// <summary>The adapter that a segment is read with; null for none.</summary>
    public Adapter? AdapterOf(int segment) => _adapters[segment];

    /// <summary>The adapter of a batch that is trained on: that of all its sequences. Null where the base is.</summary>
    public Adapter? Trained => HasAdapters ? _adapters[0] : null;

    /// <summary>The rows from one on, before an end, that are read with the same adapter.</summary>
    public Rows Run(int row, int end, out Adapter? adapter)
    {
        adapter = null;
        if (!HasAdapters) return new Rows(row, end);
        var segment = SegmentOf(row);
        adapter = _adapters[segment];
        while (++segment < Segments && _starts[segment] < end && _adapters[segment] == adapter)
        {
        }

        return new Rows(row, Math.Min(end, _starts[segment]));
    }

    public void Clear()
    {
        (Tokens, Segments, LongestUnit, HasAdapters, HasPrefixes) = (0, 0, 0, false, false);
        Version++;
    }

    /// <summary>Brings what was written to the device, where that has memory of its own; the tape and its head call it.</summary>
    public void Upload()
    {
        _ids.Upload(Tokens);
        _positions.Upload(Tokens);
        _targets.Upload(Tokens);
    }

    public bool Fits(int tokens, int segments = 1) => Tokens + tokens <= TokenCapacity && Segments + segments <= SegmentCapacity;

    /// <summary>Appends a sequence with the target of each of its rows.</summary>
    /// <returns>The row of its first token.</returns>
    public int Add(ReadOnlySpan<int> ids, ReadOnlySpan<int> targets)
    {
        var row = Append(ids, []);
        targets.CopyTo(_targets.Span.Slice(row, ids.Length));
        return row;
    }

    /// <summary>Appends the next tokens of a cached sequence, which makes room for them.</summary>
    public int AddCached(ReadOnlySpan<int> ids, CachedSequence sequence)
    {
        var first = sequence.Length;
        sequence.Extend(ids.Length);
        var row = Tokens;
        ids.CopyTo(_ids.Span.Slice(row, ids.Length));
        var positions = _positions.Span.Slice(row, ids.Length);
        for (var i = 0; i < ids.Length; i++) positions[i] = first + i;
        (_cached[Segments], _firstPositions[Segments]) = (sequence, first);
        End(ids.Length);
        return row;
    }

    /// <summary>
    /// Appends a sequence to learn: row i is asked for the log-probability of token i + 1 where the target span [first, end) of
    /// token positions holds i + 1.
    /// </summary>
    public int AddSequence(ReadOnlySpan<int> tokens, int firstTarget, int endTarget)
    {
        var row = Append(tokens, []);
        var targets = _targets.Span.Slice(row, tokens.Length);
        for (var i = 0; i < tokens.Length; i++) targets[i] = i + 1 >= firstTarget && i + 1 < endTarget ? tokens[i + 1] : -1;
        return row;
    }

    /// <summary>The same where only tokens from the first target on that the mask marks [tokens] are targets.</summary>
    public int AddSequence(ReadOnlySpan<int> tokens, int firstTarget, ReadOnlySpan<bool> mask)
    {
        var row = Append(tokens, []);
        var targets = _targets.Span.Slice(row, tokens.Length);
        for (var i = 0; i < tokens.Length; i++) targets[i] = i + 1 >= firstTarget && i + 1 < tokens.Length && mask[i + 1] ? tokens[i + 1] : -1;
        return row;
    }

    /// <summary>The same for a prompt, of at least one token, and its completion, whose tokens are the targets.</summary>
    public int AddSequence(ReadOnlySpan<int> prompt, ReadOnlySpan<int> completion)
    {
        if (prompt.IsEmpty) throw new ArgumentException("A completion follows a prompt of at least one token.", nameof(prompt));
        var row = Append(prompt, completion);
        _targets.Span.Slice(row, prompt.Length + completion.Length).Fill(-1);
        completion.CopyTo(_targets.Span.Slice(row + prompt.Length - 1, completion.Length));
        return row;
    }

    /// <summary>Appends what the sequences appended by <see cref="AddContinuation"/> next begin with, of at least one token; nothing is asked of its rows.</summary>
    /// <returns>Its segment.</returns>
    public int AddPrefix(ReadOnlySpan<int> ids)
    {
        var row = Append(ids, []);
        _targets.Span.Slice(row, ids.Length).Fill(-1);
        return Segments - 1;
    }

    /// <summary>Appends what follows a prefix, without its last token, of which nothing is asked: each row's target is the token after it.</summary>
    /// <param name="prefix">The segment; none but its continuations came after it.</param>
    /// <param name="first">The token behind the prefix.</param>
    /// <param name="rest">What follows that.</param>
    /// <returns>The row of the first.</returns>
    public int AddContinuation(int prefix, int first, ReadOnlySpan<int> rest)
    {
        var position = Segment(prefix).Count;
        var row = Append(new ReadOnlySpan<int>(in first), rest[..^1], prefix);
        foreach (ref var p in _positions.Span.Slice(row, rest.Length)) p += position;
        rest.CopyTo(_targets.Span.Slice(row, rest.Length));
        return row;
    }

    public void Dispose()
    {
        _ids.Dispose();
        _positions.Dispose();
        _targets.Dispose();
    }

    /// <summary>Takes the rows of a sequence, given in two parts, and writes its ids and positions.</summary>
    private int Append(ReadOnlySpan<int> ids, ReadOnlySpan<int> rest, int prefix = -1)
    {
        var length = ids.Length + rest.Length;
        if (!Fits(length)) throw new InvalidOperationException($"A sequence of {length} tokens does not fit: {Tokens} of {TokenCapacity} tokens, {Segments} of {SegmentCapacity} segments are taken.");
        var row = Tokens;
        ids.CopyTo(_ids.Span.Slice(row, ids.Length));
        rest.CopyTo(_ids.Span.Slice(row + ids.Length, rest.Length));
        var positions = _positions.Span.Slice(row, length);
        for (var i = 0; i < length; i++) positions[i] = i;
        End(length, prefix);
        return row;
    }

    /// <summary>The segment in the making is complete.</summary>
    private void End(int length, int prefix = -1)
    {
        _adapters[Segments] = Adapter;
        _prefixes[Segments] = prefix;
        HasAdapters |= Adapter is not null;
        HasPrefixes |= prefix >= 0;
        Version++;
        Tokens += length;
        _starts[++Segments] = Tokens;
        LongestUnit = Math.Max(LongestUnit, Tokens - _starts[prefix >= 0 ? prefix : Segments - 1]);
    }
}

/// <summary>Rows of a batch that are whole segments: what runs through all layers on one worker.</summary>
internal readonly record struct Block(Rows Rows, int FirstSegment, int EndSegment);

using System.Runtime.InteropServices;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A grammar over a vocabulary: from what was written so far to the tokens that may come. The state is the set of places in the
/// <see cref="GrammarNet"/> where the text may be, each with the calls that it will return from; states, what leads from one to the next,
/// and the tokens that may come in each are found once and kept. One for a grammar, a vocabulary and a beginning; for any number of threads.
/// </summary>
internal sealed class GrammarAutomaton
{
    /// <summary>Places at once, states kept, and bytes of masks.</summary>
    private const int MostPlaces = 20_000, MostStates = 10_000, MostMaskBytes = 16 << 20;

    private readonly GrammarNet _net;
    private readonly TokenTrie _tokens;
    private readonly int[] _stopIds;
    private readonly int[] _classes;
    private readonly int _classCount;
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Node, Frame? Frame), Frame> _frames = [];
    private readonly Dictionary<Key, State> _states = [];
    private readonly State?[] _path;
    private readonly HashSet<(int, Frame?)> _seen = [];
    private readonly Stack<(int, Frame?)> _open = new();
    private readonly List<State> _begin = [];
    private int _nextFrame, _kept, _maskBytes;

    /// <param name="stopIds">That may come where the text may end.</param>
    /// <param name="stripsFirstSpace">Whether a space at the beginning is not shown, so that the text begins behind it.</param>
    public GrammarAutomaton(GrammarNet net, TokenTrie tokens, IReadOnlyList<int> stopIds, bool stripsFirstSpace = false)
    {
        (_net, _tokens, _stopIds, _path) = (net, tokens, [.. stopIds], new State?[tokens.Depth + 1]);
        (_classes, _classCount) = Classes(net);
        _begin = [Start = StateOf([(net.Root.Start, null)])];
        if (!stripsFirstSpace) return;
        // Another state of the same places, in which a space leads to the beginning.
        _begin.Add(Start = new State(Start.Places, Start.Accepts, _classCount));
        Start.Next[_classes[' ']] = _begin[0];
    }

    /// <summary>Nothing has been written.</summary>
    public State Start { get; }

    /// <summary>How many tokens there are.</summary>
    public int Tokens => _tokens.Count;

    /// <summary>States known so far, and masks made for them.</summary>
    public (int States, int Masks) Known { get; private set; }

    /// <summary>Where a token leads; null where it may not come.</summary>
    public State? After(State state, int token)
    {
        var symbols = _tokens.SymbolsOf(token);
        if (symbols.Length == 0) return null;
        lock (_lock)
        {
            var at = state;
            foreach (var symbol in symbols)
            {
                if (Next(at, symbol) is not { } next) return null;
                at = next;
            }

            return at;
        }
    }

    /// <summary>Where a text leads; null where it may not be written.</summary>
    public State? After(State state, ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            var at = state;
            foreach (var value in text)
            {
                if (Next(at, value) is not { } next) return null;
                at = next;
            }

            return at;
        }
    }

    /// <summary>The tokens that may come, a bit each.</summary>
    public ulong[] Mask(State state)
    {
        if (state.Mask is { } known) return known;
        lock (_lock) return state.Mask ??= MakeMask(state);
    }

    /// <summary>Symbols that no edge tells apart are one class.</summary>
    private static (int[] Classes, int Count) Classes(GrammarNet net)
    {
        var highest = GrammarNet.Bytes;
        var edges = new HashSet<int> { 0, ' ', ' ' + 1 };
        for (var i = 0; i < net.Count; i++)
        {
            foreach (var read in net[i].Reads)
            {
                edges.Add(read.Low);
                edges.Add(read.High + 1);
                highest = Math.Max(highest, read.High + 1);
            }
        }

        var classes = new int[highest];
        var at = -1;
        for (var symbol = 0; symbol < highest; symbol++)
        {
            if (edges.Contains(symbol)) at++;
            classes[symbol] = at;
        }

        return (classes, at + 1);
    }

    private State? Next(State state, int symbol)
    {
        if (symbol >= _classes.Length) return null;
        ref var next = ref state.Next[_classes[symbol]];
        return ReferenceEquals(next ??= Step(state, symbol), State.Dead) ? null : next;
    }

    private State Step(State state, int symbol)
    {
        List<(int, Frame?)> to = [];
        foreach (var (node, frame) in state.Places)
        {
            foreach (var read in _net[node].Reads)
                if (read.Low <= symbol && symbol <= read.High) to.Add((read.To, frame));
        }

        return to.Count == 0 ? State.Dead : StateOf(to);
    }

    /// <summary>The state of some places and of all that are reached from them before anything is read.</summary>
    private State StateOf(List<(int Node, Frame? Frame)> places)
    {
        _seen.Clear();
        _open.Clear();
        List<(int Node, Frame? Frame)> reading = [];
        var accepts = false;
        foreach (var place in places) Reach(place.Node, place.Frame);
        while (_open.TryPop(out var place))
        {
            var (at, frame) = place;
            var node = _net[at];
            if (node.Reads.Count > 0) reading.Add(place);
            if (node.Ends)
            {
                if (frame is not null) Reach(frame.Node, frame.Below);
                else accepts |= at == _net.Root.End;
            }

            foreach (var empty in node.Empties) Reach(empty, frame);
            // A call with which a rule ends has nothing to come back for but what called that rule: recursion to the right costs no depth.
            foreach (var call in node.Calls) Reach(call.Rule.Start, frame is not null && _net[call.To].Ends ? frame : FrameOf(call.To, frame));
        }

        if (_seen.Count > MostPlaces) throw new UserError($"the grammar can be read in more than {MostPlaces} ways at once.", field: "grammar", advice: "Write it so that fewer rules fit the same text.");
        reading.Sort(static (a, b) => (a.Node, a.Frame?.Number ?? -1).CompareTo((b.Node, b.Frame?.Number ?? -1)));
        var key = new Key([.. reading], accepts);
        if (_states.TryGetValue(key, out var known)) return known;
        if (++_kept > MostStates || _maskBytes > MostMaskBytes) Forget();
        Known = (Known.States + 1, Known.Masks);
        return _states[key] = new State(key.Places, accepts, _classCount);

        void Reach(int node, Frame? frame)
        {
            if (_seen.Add((node, frame))) _open.Push((node, frame));
        }
    }

    /// <summary>Whoever stands in a state keeps it, and what it leads to; others find theirs anew.</summary>
    private void Forget()
    {
        (_kept, _maskBytes) = (0, 0);
        _states.Clear();
        _frames.Clear();
        foreach (var begin in _begin) Array.Clear(begin.Next);
        if (_begin.Count > 1) _begin[1].Next[_classes[' ']] = _begin[0];
    }

    private Frame FrameOf(int node, Frame? below)
    {
        ref var frame = ref CollectionsMarshal.GetValueRefOrAddDefault(_frames, (node, below), out _);
        return frame ??= new Frame(node, below, _nextFrame++);
    }

    private ulong[] MakeMask(State state)
    {
        var mask = new ulong[(_tokens.Count + 63) / 64];
        _path[0] = state;
        var nodes = _tokens.Nodes;
        for (var i = 0; i < nodes.Length;)
        {
            ref readonly var node = ref nodes[i];
            if (Next(_path[node.Depth - 1]!, node.Symbol) is not { } next)
            {
                i = node.Skip;
                continue;
            }

            _path[node.Depth] = next;
            foreach (var token in _tokens.Ending(node)) mask[token >> 6] |= 1UL << token;
            i++;
        }

        if (state.Accepts)
            foreach (var stop in _stopIds) mask[stop >> 6] |= 1UL << stop;
        Known = (Known.States, Known.Masks + 1);
        _maskBytes += mask.Length * sizeof(ulong);
        return mask;
    }

    /// <summary>Where a call goes on when its rule is over.</summary>
    internal sealed record Frame(int Node, Frame? Below, int Number)
    {
        public bool Equals(Frame? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => Number;
    }

    /// <summary>The places at which a text may be.</summary>
    internal sealed class State((int Node, Frame? Frame)[] places, bool accepts, int classes)
    {
        /// <summary>Where what may not be written leads.</summary>
        public static State Dead { get; } = new([], false, 0);

        public (int Node, Frame? Frame)[] Places => places;

        /// <summary>Whether the text may end here.</summary>
        public bool Accepts => accepts;

        /// <summary>Whether it must.</summary>
        public bool IsOver => places.Length == 0;

        public State?[] Next { get; } = new State?[classes];

        public ulong[]? Mask { get; set; }
    }

    private readonly struct Key((int Node, Frame? Frame)[] places, bool accepts) : IEquatable<Key>
    {
        public (int Node, Frame? Frame)[] Places => places;

        private bool Accepts => accepts;

        public bool Equals(Key other) => Accepts == other.Accepts && Places.AsSpan().SequenceEqual(other.Places);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var (node, frame) in Places)
            {
                hash.Add(node);
                hash.Add(frame?.Number ?? -1);
            }

            return hash.ToHashCode();
        }
    }
}

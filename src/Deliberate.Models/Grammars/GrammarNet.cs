using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A recursive transition network over symbols: bytes, and behind them the tags of a thought that are tokens of their own. Nodes have
/// edges that read a symbol, edges that call a rule and go on where it ends, and empty ones. Everything in it leads to an end: what the
/// vocabulary cannot write, and what would only lead there, has been taken out, so that whoever follows it never gets stuck.
/// </summary>
internal sealed class GrammarNet
{
    public const int Bytes = 256;

    /// <summary>Nodes: some 50 MB.</summary>
    private const int MostNodes = 500_000;

    private readonly Grammar _grammar;
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, Part> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<CodePoints, Part> _sets = [];
    private readonly Queue<(Pattern Pattern, Part Part)> _open = new();

    private GrammarNet(Grammar grammar) => _grammar = grammar;

    /// <summary>Where it begins, and where what it begins with ends.</summary>
    public (int Start, int End) Root { get; private set; }

    public Node this[int node] => _nodes[node];

    public int Count => _nodes.Count;

    /// <param name="writable">Whether a symbol can be written.</param>
    /// <param name="before">Adds nodes before the grammar's own: given the net and the first node of the grammar, the one to begin with.</param>
    /// <exception cref="UserError">Nothing matches, a rule begins with itself, or it is too large.</exception>
    public static GrammarNet Build(Grammar grammar, Func<int, bool> writable, Func<GrammarNet, int, int>? before = null)
    {
        var net = new GrammarNet(grammar);
        var root = net.RuleOf(grammar.Root);
        while (net._open.TryDequeue(out var next)) net.Write(next.Pattern, next.Part.Start, next.Part.End);
        net.Root = (root.Start, root.End);
        net.Prune(writable);
        net.RefuseLeftRecursion();
        // What stands before is not asked what can be written: a thought is whatever the tokens make.
        net.Root = (before?.Invoke(net, root.Start) ?? root.Start, root.End);
        return net;
    }

    public int AddNode()
    {
        if (_nodes.Count >= MostNodes) throw new UserError($"the grammar needs more than {MostNodes} states.", field: "grammar", advice: "Lower its bounds on lengths and counts.");
        _nodes.Add(new Node());
        return _nodes.Count - 1;
    }

    public void AddRead(int from, int low, int high, int to) => _nodes[from].Reads.Add(new Read(low, high, to));

    public void AddEmpty(int from, int to)
    {
        if (from != to) _nodes[from].Empties.Add(to);
    }

    private Part RuleOf(string name)
    {
        if (_rules.TryGetValue(name, out var known)) return known;
        var part = new Part(AddNode(), AddNode(), name);
        _nodes[part.End].Ends = true;
        _open.Enqueue((_grammar.Rules[name], part));
        return _rules[name] = part;
    }

    private void Write(Pattern pattern, int from, int to)
    {
        switch (pattern)
        {
            case Pattern.Chars chars:
                WriteSet(chars.Set, from, to);
                break;
            case Pattern.Sequence sequence:
                for (var i = 0; i < sequence.Parts.Count; i++)
                {
                    var next = i + 1 == sequence.Parts.Count ? to : AddNode();
                    Write(sequence.Parts[i], from, next);
                    from = next;
                }

                if (sequence.Parts.Count == 0) AddEmpty(from, to);
                break;
            case Pattern.Choice choice:
                foreach (var option in choice.Options) Write(option, from, to);
                break;
            case Pattern.Repeat repeat:
                WriteRepeat(repeat, from, to);
                break;
            case Pattern.Rule rule:
                _nodes[from].Calls.Add(new Call(RuleOf(rule.Name), to));
                break;
            case Pattern.Automaton automaton:
                var states = new int[automaton.Machine.Count];
                for (var i = 0; i < states.Length; i++) states[i] = AddNode();
                AddEmpty(from, states[0]);
                for (var i = 0; i < states.Length; i++)
                {
                    if (automaton.Machine.Accepts(i)) AddEmpty(states[i], to);
                    foreach (var (set, next) in automaton.Machine.Steps(i)) Write(automaton.Written(set), states[i], states[next]);
                }

                break;
        }
    }

    private void WriteRepeat(Pattern.Repeat repeat, int from, int to)
    {
        // Copies of something large are calls of one rule.
        var of = repeat.Part;
        if (repeat.Least + (repeat.Most ?? 0) > 2 && of is not (Pattern.Chars or Pattern.Rule))
        {
            var part = new Part(AddNode(), AddNode(), "");
            _nodes[part.End].Ends = true;
            Write(of, part.Start, part.End);
            Copies((at, next) => _nodes[at].Calls.Add(new Call(part, next)));
            return;
        }

        Copies((at, next) => Write(of, at, next));

        void Copies(Action<int, int> copy)
        {
            for (var i = 0; i < repeat.Least; i++) copy(from, from = AddNode());
            if (repeat.Most is not { } most)
            {
                var loop = AddNode();
                AddEmpty(from, loop);
                copy(loop, loop);
                AddEmpty(loop, to);
                return;
            }

            AddEmpty(from, to);
            for (var i = repeat.Least; i < most; i++)
            {
                var next = AddNode();
                copy(from, next);
                AddEmpty(next, to);
                from = next;
            }
        }
    }

    /// <summary>A character: one of ASCII here, any other set as a rule that is written once.</summary>
    private void WriteSet(CodePoints set, int from, int to)
    {
        if (set.IsEmpty) return;
        if (set.Ranges[^1].High < 0x80)
        {
            foreach (var (low, high) in set.Ranges) AddRead(from, low, high, to);
            return;
        }

        if (!_sets.TryGetValue(set, out var part))
        {
            _sets[set] = part = new Part(AddNode(), AddNode(), "");
            _nodes[part.End].Ends = true;
            foreach (var sequence in set.Utf8())
            {
                var at = part.Start;
                for (var i = 0; i < sequence.Length; i++)
                {
                    var next = i + 1 == sequence.Length ? part.End : AddNode();
                    AddRead(at, sequence[i].Low, sequence[i].High, next);
                    at = next;
                }
            }
        }

        _nodes[from].Calls.Add(new Call(part, to));
    }

    /// <summary>Takes out the edges that lead to no end.</summary>
    private void Prune(Func<int, bool> writable)
    {
        foreach (var node in _nodes)
        {
            for (var i = node.Reads.Count - 1; i >= 0; i--)
            {
                var read = node.Reads[i];
                node.Reads.RemoveAt(i);
                for (var low = read.Low; low <= read.High; low++)
                {
                    if (!writable(low)) continue;
                    var high = low;
                    while (high < read.High && writable(high + 1)) high++;
                    node.Reads.Add(new Read(low, high, read.To));
                    low = high;
                }
            }
        }

        // From the ends backwards; a rule whose start is reached lets those through that call it.
        var before = new List<int>[_nodes.Count];
        var callers = new Dictionary<int, List<(int Node, int To)>>();
        for (var i = 0; i < _nodes.Count; i++)
        {
            foreach (var read in _nodes[i].Reads) (before[read.To] ??= []).Add(i);
            foreach (var empty in _nodes[i].Empties) (before[empty] ??= []).Add(i);
            foreach (var call in _nodes[i].Calls)
            {
                (callers.TryGetValue(call.Rule.Start, out var known) ? known : callers[call.Rule.Start] = []).Add((i, call.To));
                (before[call.To] ??= []).Add(~i);
            }
        }

        var alive = new bool[_nodes.Count];
        var open = new Stack<int>();
        for (var i = 0; i < _nodes.Count; i++)
            if (_nodes[i].Ends) Mark(i);
        while (open.TryPop(out var at))
        {
            foreach (var from in before[at] ?? [])
            {
                if (from >= 0) Mark(from);
                else if (_nodes[~from].Calls.Exists(c => c.To == at && alive[c.Rule.Start])) Mark(~from);
            }

            foreach (var (node, to) in callers.GetValueOrDefault(at) ?? [])
                if (alive[to]) Mark(node);
        }

        foreach (var node in _nodes)
        {
            node.Reads.RemoveAll(r => !alive[r.To]);
            node.Empties.RemoveAll(e => !alive[e]);
            node.Calls.RemoveAll(c => !alive[c.To] || !alive[c.Rule.Start]);
        }

        if (!alive[Root.Start]) throw new UserError("nothing can be written that matches.", field: "grammar");

        void Mark(int node)
        {
            if (alive[node]) return;
            alive[node] = true;
            open.Push(node);
        }
    }

    /// <summary>A rule that calls itself before it reads anything would be called for ever.</summary>
    private void RefuseLeftRecursion()
    {
        var parts = _rules.Values.Concat(_nodes.SelectMany(n => n.Calls).Select(c => c.Rule)).Distinct().ToArray();
        var nullable = new HashSet<Part>();
        bool grew;
        do
        {
            grew = false;
            foreach (var part in parts) grew |= !nullable.Contains(part) && Left(part, nullable).Contains(part.End) && nullable.Add(part);
        }
        while (grew);

        var first = parts.ToDictionary(p => p, p => Left(p, nullable).SelectMany(n => _nodes[n].Calls).Select(c => c.Rule).Distinct().ToArray());
        var state = new Dictionary<Part, int>();
        foreach (var part in parts) Visit(part, part.Name);

        void Visit(Part part, string name)
        {
            if (part.Name.Length > 0) name = part.Name;
            if (state.TryGetValue(part, out var seen))
            {
                if (seen == 1) throw new UserError($"\"{name}\" begins with itself (left recursion), which is not supported.", field: "grammar", advice: "Let something else come first, or use a quantifier.");
                return;
            }

            state[part] = 1;
            foreach (var next in first[part]) Visit(next, name);
            state[part] = 2;
        }
    }

    /// <summary>The nodes of a rule that are reached before anything is read.</summary>
    private HashSet<int> Left(Part part, HashSet<Part> nullable)
    {
        HashSet<int> reached = [part.Start];
        var open = new Stack<int>(reached);
        while (open.TryPop(out var at))
        {
            foreach (var empty in _nodes[at].Empties)
                if (reached.Add(empty)) open.Push(empty);
            foreach (var call in _nodes[at].Calls)
                if (nullable.Contains(call.Rule) && reached.Add(call.To)) open.Push(call.To);
        }

        return reached;
    }

    /// <summary>A rule's first and last node.</summary>
    public sealed record Part(int Start, int End, string Name)
    {
        public bool Equals(Part? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => Start;
    }

    public readonly record struct Read(int Low, int High, int To);

    public readonly record struct Call(Part Rule, int To);

    public sealed class Node
    {
        public List<Read> Reads { get; } = [];

        public List<int> Empties { get; } = [];

        public List<Call> Calls { get; } = [];

        /// <summary>Whether a rule ends here; then nothing leads away.</summary>
        public bool Ends { get; set; }
    }
}

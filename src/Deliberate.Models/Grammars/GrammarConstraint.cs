using System.Runtime.CompilerServices;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Holds one sample to a grammar: says for each token which may come, given those before it. Where the model thinks, the thought is free,
/// and the grammar begins behind it and the space that stands there. A text may end only where the grammar does.
/// </summary>
internal sealed class GrammarConstraint
{
    private static readonly ConditionalWeakTable<Grammar, Dictionary<(TokenTrie, string Stops, string Thought), GrammarAutomaton>> s_known = [];

    private readonly GrammarAutomaton _automaton;
    private readonly bool _endsByToken;
    private GrammarAutomaton.State _state;
    private int _seen;

    private GrammarConstraint(GrammarAutomaton automaton, bool endsByToken) => (_automaton, _endsByToken, _state) = (automaton, endsByToken, automaton.Start);

    /// <summary>A constraint for each sample of a prompt; null without a grammar.</summary>
    /// <param name="prompt">The text that the model is given, which may have opened or closed a thought.</param>
    /// <exception cref="UserError">The tokenizer cannot write what the grammar asks for.</exception>
    public static Func<TokenConstraint>? Of(TextFormat format, string prompt, OutputGrammar? grammar)
    {
        if (grammar is null) return null;
        var automaton = AutomatonOf(format, prompt, grammar.Grammar);
        return () => new GrammarConstraint(automaton, format.StopIds.Count > 0).Next;
    }

    /// <summary>Both at once: what one of them alone allows is what may come.</summary>
    public static Func<TokenConstraint>? With(Func<TokenConstraint>? forced, Func<TokenConstraint>? grammar)
    {
        if (forced is null || grammar is null) return forced ?? grammar;
        return () =>
        {
            var (first, second) = (forced(), grammar());
            return output =>
            {
                var allowed = second(output);
                return first(output) is { IsAny: false } only ? only : allowed;
            };
        };
    }

    internal static GrammarAutomaton AutomatonOf(TextFormat format, string prompt, Grammar grammar)
    {
        var trie = TokenTrie.Of(format.Tokenizer, format.StopIds);
        var opened = ThinkingTags.OpenedBy(prompt);
        var thoughts = opened is { } tags ? [tags] : ThinkingTags.ClosedBy(prompt) is null ? Thoughts(format, trie) : [];
        var key = (trie, string.Join(' ', format.StopIds), $"{opened is not null} {string.Join(' ', thoughts.Select(t => t.Open))}");
        var known = s_known.GetOrCreateValue(grammar);
        lock (known)
        {
            if (known.TryGetValue(key, out var automaton)) return automaton;
            try
            {
                var net = GrammarNet.Build(grammar, trie.IsWritable, (made, root) => new ThoughtBefore(made, trie).Add(root, thoughts, opened is not null));
                return known[key] = new GrammarAutomaton(net, trie, format.StopIds, trie.StripsFirstSpace && opened is null);
            }
            catch (UserError problem)
            {
                throw new UserError($"the tokenizer's tokens cannot write what is asked for: {problem.Problem}", field: problem.Field, advice: problem.Advice, inner: problem);
            }
        }
    }

    private AllowedTokens Next(ReadOnlySpan<int> output)
    {
        for (; _seen < output.Length; _seen++)
            _state = _automaton.After(_state, output[_seen]) ?? throw new UserError("a token was written that the grammar does not have there.", field: "grammar");
        return _state.IsOver && !_endsByToken ? AllowedTokens.None : AllowedTokens.Of(_automaton.Mask(_state));
    }

    /// <summary>The tags that a model may open a thought with: those of its template, and those that are tokens of its own.</summary>
    private static ThinkingTags[] Thoughts(TextFormat format, TokenTrie trie)
    {
        List<ThinkingTags> found = [];
        for (var i = 0; i < ThinkingTags.All.Count; i++)
        {
            var tags = ThinkingTags.All[i];
            var isToken = trie.TagSymbols.Contains(TokenTrie.TagSymbol(i, isClose: false));
            if (isToken || format.ChatTemplate?.Source.Contains(tags.Open, StringComparison.Ordinal) == true) found.Add(tags);
        }

        return [.. found];
    }

    /// <summary>What may stand before a grammar: a thought.</summary>
    private sealed class ThoughtBefore(GrammarNet net, TokenTrie trie)
    {
        /// <summary>Characters of white space between a thought and what follows it, or before it.</summary>
        private const int MostSpace = 4;

        public int Add(int root, ThinkingTags[] thoughts, bool isOpened)
        {
            var start = net.AddNode();
            if (!isOpened) net.AddEmpty(start, root);
            foreach (var tags in thoughts)
            {
                if (!isOpened && !IsSpellable(tags.Close) && !trie.IsWritable(Symbol(tags, isClose: true))) continue;
                var inside = net.AddNode();
                if (isOpened) net.AddEmpty(start, inside);
                else Tag(Space(start), tags.Open, Symbol(tags, isClose: false), inside);
                Inside(inside, tags, root);
            }

            return start;
        }

        private static int Symbol(ThinkingTags tags, bool isClose)
        {
            for (var i = 0; i < ThinkingTags.All.Count; i++)
                if (ThinkingTags.All[i] == tags) return TokenTrie.TagSymbol(i, isClose);
            throw new InvalidOperationException($"{tags.Open} is no tag.");
        }

        /// <summary>Whether a tag can be written by other tokens than its own, begun in any way.</summary>
        private bool IsSpellable(string tag) => Encoding.UTF8.GetBytes(tag).All(b => trie.IsWritable(b));

        /// <summary>A tag as its token, or spelled.</summary>
        private void Tag(int from, string tag, int symbol, int to)
        {
            net.AddRead(from, symbol, symbol, to);
            if (!IsSpellable(tag)) return;
            var bytes = Encoding.UTF8.GetBytes(tag);
            for (var i = 0; i < bytes.Length; i++)
            {
                var next = i + 1 == bytes.Length ? to : net.AddNode();
                net.AddRead(from, bytes[i], bytes[i], next);
                from = next;
            }
        }

        /// <summary>Anything up to the closing tag: a node for each beginning of it that the text may end with.</summary>
        private void Inside(int inside, ThinkingTags tags, int root)
        {
            var close = Encoding.UTF8.GetBytes(tags.Close);
            var nodes = new int[close.Length + 1];
            nodes[0] = inside;
            for (var i = 1; i < nodes.Length; i++) nodes[i] = net.AddNode();
            var highest = trie.TagSymbols.Count == 0 ? GrammarNet.Bytes - 1 : trie.TagSymbols.Max();
            for (var matched = 0; matched < close.Length; matched++)
            {
                for (var low = 0; low <= highest; low++)
                {
                    var (high, to) = (low, Behind(matched, low));
                    while (high < highest && Behind(matched, high + 1) == to) high++;
                    net.AddRead(nodes[matched], low, high, to);
                    low = high;
                }
            }

            net.AddEmpty(Space(nodes[^1]), root);

            int Behind(int matched, int symbol) =>
                symbol == Symbol(tags, isClose: true) ? nodes[^1] : symbol >= GrammarNet.Bytes ? nodes[0] : nodes[Longest(close, matched, (byte)symbol)];
        }

        /// <summary>How much of a tag the text ends with when a byte comes behind so much of it.</summary>
        private static int Longest(byte[] tag, int matched, byte next)
        {
            byte[] text = [.. tag.AsSpan(0, matched), next];
            for (var length = text.Length; length > 0; length--)
                if (text.AsSpan(text.Length - length).SequenceEqual(tag.AsSpan(0, length))) return length;
            return 0;
        }

        /// <summary>A node behind some white space, or none.</summary>
        private int Space(int from)
        {
            var to = net.AddNode();
            net.AddEmpty(from, to);
            for (var i = 0; i < MostSpace; i++)
            {
                var next = net.AddNode();
                foreach (var space in (ReadOnlySpan<char>)[' ', '\t', '\n', '\r']) net.AddRead(from, space, space, next);
                net.AddEmpty(next, to);
                from = next;
            }

            return to;
        }
    }
}

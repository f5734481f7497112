using System.Runtime.ExceptionServices;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Reasoning;

/// <summary>What a search draws with.</summary>
/// <param name="MaxTokens">Of a solution, the end token included.</param>
/// <param name="StepTokens">Of a step.</param>
/// <param name="Sampling">How proposals and solutions are drawn; lookaheads take the likeliest token.</param>
/// <param name="Separator">What ends a step.</param>
/// <param name="Seed">Of all random numbers.</param>
internal sealed record SearchDrawing(int MaxTokens, int StepTokens, SamplingOptions Sampling, string Separator, ulong Seed);

/// <summary>
/// A policy and a scorer as a space to search: the wishes of a round are drawn in one batch by the one decoding loop, which takes the keys
/// and values of a path's beginning over from where it was drawn, and all new steps are scored in one call. A solution that uses up its
/// tokens ends without an answer.
/// </summary>
internal sealed class ModelSearchSpace : ISearchSpace, IDecodingSink, IDisposable
{
    private readonly DecodingLoop _loop;
    private readonly Adapter? _adapter;
    private readonly ProblemEncoder _encoder;
    private readonly Func<SearchTree, string, string?> _answerOf;
    private readonly IStepScorer? _scorer;
    private readonly SearchDrawing _drawing;
    private readonly StepCutter _cutter;
    private readonly List<Rollout?[]> _drawn = [];

    /// <param name="model">The policy.</param>
    /// <param name="encoder">Of its text format.</param>
    /// <param name="answerOf">A finished solution's answer, from its text; null where it has none.</param>
    /// <param name="scorer">Null where no method asks for scores.</param>
    /// <param name="drawing">How.</param>
    /// <param name="slots">Samples in flight at once; results do not depend on it.</param>
    /// <param name="longestPrompt">In tokens.</param>
    /// <param name="adapter">Beside the weights; null for the model's own.</param>
    public ModelSearchSpace(LanguageModel model, ProblemEncoder encoder, Func<SearchTree, string, string?> answerOf, IStepScorer? scorer, SearchDrawing drawing, int slots, int longestPrompt, Adapter? adapter = null)
    {
        (_encoder, _answerOf, _scorer, _drawing) = (encoder, answerOf, scorer, drawing);
        _cutter = new StepCutter(encoder, drawing.Separator);
        var positions = longestPrompt + drawing.MaxTokens;
        // Twice what is in flight at its longest: paths that are gone on with lie beside it.
        _adapter = adapter ?? model.Adapter;
        _loop = new DecodingLoop(model, slots, positions, CacheStorage.F32, Sampler.TokenCapacity(slots, positions), 4L * slots * KeyValueCache.PagesOf(positions));
    }

    public void Run(IReadOnlyList<(SearchTree Tree, Expansion Expansion)> expansions, CancellationToken cancellation)
    {
        var works = new List<Work>();
        foreach (var of in expansions.GroupBy(e => e.Tree)) Plan(of.Key, [.. of.Select(e => e.Expansion)], works);
        Draw(works, cancellation);
        var ends = new List<(SearchTree Tree, SearchNode End, int First)>();
        foreach (var (work, index) in works.Select((w, i) => (w, i))) Grow(work, _drawn[index], ends);
        foreach (var (_, expansion) in expansions) Answer(expansion);
        if (_scorer is not null) Score(ends, cancellation);
    }

    /// <summary>Wishes that need something drawn, with what the tree's budget leaves for each sample.</summary>
    private void Plan(SearchTree tree, Expansion[] expansions, List<Work> works)
    {
        var wanted = expansions.Where(e => !e.Node.IsEnd).Select(e => (Expansion: e, Samples: e.Kind switch
        {
            ExpansionKind.Steps => Math.Max(0, e.Count - e.Node.Children.Count),
            ExpansionKind.Solutions => e.Count,
            _ => 1,
        })).Where(w => w.Samples > 0).ToArray();
        long samples = wanted.Sum(w => (long)w.Samples);
        var share = samples == 0 ? 0 : tree.Left / samples;
        foreach (var (expansion, count) in wanted)
        {
            var left = _drawing.MaxTokens - expansion.Node.PathTokens;
            var most = expansion.Kind == ExpansionKind.Steps ? Math.Min(_drawing.StepTokens, left) : left;
            most = (int)Math.Min(most, share);
            if (most < 1) continue;
            var streams = new RandomStream[count];
            for (var i = 0; i < count; i++) streams[i] = new RandomStream(_drawing.Seed, StreamStage.Search, step: tree.Draws, problem: tree.Key, sample: i);
            tree.Draws++;
            var steps = expansion.Kind switch { ExpansionKind.Steps => 1, ExpansionKind.Likeliest => expansion.Count, _ => 0 };
            works.Add(new Work(tree, expansion, new SampleRequest(Tokens(tree, expansion.Node), most, streams)
            {
                Options = expansion.Kind == ExpansionKind.Likeliest ? new SamplingOptions { Temperature = 0 } : _drawing.Sampling,
                Watch = steps > 0 ? () => _cutter.Watch(steps) : null,
            }));
        }
    }

    private int[] Tokens(SearchTree tree, SearchNode node) => [.. Prompt(tree), .. node.Path.SelectMany(n => n.Step.Tokens)];

    private int[] Prompt(SearchTree tree) => tree.Prompt ?? _encoder.Prompt(tree.Problem);

    private void Draw(List<Work> works, CancellationToken cancellation)
    {
        _drawn.Clear();
        foreach (var work in works)
        {
            work.Request.Check(_loop.Positions);
            _drawn.Add(new Rollout?[work.Request.Streams.Length]);
        }

        try
        {
            var next = 0;
            bool more;
            do
            {
                cancellation.ThrowIfCancellationRequested();
                while (next < works.Count && !_loop.IsFull) _loop.Admit(new DecodingPrompt(works[next].Request, works[next].Request.Options!, _encoder.StopIds, next++) { Adapter = _adapter });
                more = _loop.Step(this);
            }
            while (more || next < works.Count);
        }
        catch
        {
            _loop.Clear();
            throw;
        }
    }

    void IDecodingSink.Drawn(ReadOnlySpan<SampleSlot> slots)
    {
    }

    void IDecodingSink.Ended(SampleSlot slot)
    {
        if (slot.Failure is not null) ExceptionDispatchInfo.Throw(slot.Failure);
        _drawn[slot.Prompt!.Index][slot.Sample] = slot.Rollout();
    }

    /// <summary>Makes nodes of what was drawn.</summary>
    private void Grow(Work work, Rollout?[] drawn, List<(SearchTree Tree, SearchNode End, int First)> ends)
    {
        var (tree, expansion) = (work.Tree, work.Expansion);
        List<SearchNode> reached = [];
        foreach (var rollout in drawn)
        {
            var tokens = rollout!.Tokens;
            tree.PolicyTokens += tokens.Length;
            var node = expansion.Node;
            foreach (var step in _cutter.Cut(tokens))
                node = expansion.Kind == ExpansionKind.Likeliest ? node.Ahead(step) : node.Add(step, 1.0 / drawn.Length);
            var isStopped = _encoder.StopIds.Contains(tokens[^1]);
            var isUsedUp = node.PathTokens >= _drawing.MaxTokens || (rollout.FinishReason == FinishReason.Length && expansion.Kind != ExpansionKind.Likeliest);
            if (isStopped || isUsedUp) node.End(isStopped ? _answerOf(tree, node.Text) : null);
            ends.Add((tree, node, expansion.Node.Depth));
            reached.Add(node);
        }

        if (expansion.Kind != ExpansionKind.Steps) expansion.Result = reached;
    }

    private static void Answer(Expansion expansion)
    {
        if (expansion.Kind == ExpansionKind.Steps) expansion.Result = [.. expansion.Node.Children.Take(expansion.Count)];
        else if (expansion.Node.IsEnd) expansion.Result = [expansion.Node];
    }

    private void Score(List<(SearchTree Tree, SearchNode End, int First)> ends, CancellationToken cancellation)
    {
        if (ends.Count == 0) return;
        var scores = _scorer!.Score([.. ends.Select(e => new StepPath(e.Tree.Problem, Prompt(e.Tree), [.. e.End.Path.Select(n => n.Step)], e.First))], cancellation);
        foreach (var ((tree, end, first), found) in ends.Zip(scores))
        {
            tree.ScorerTokens += found.Tokens;
            foreach (var (node, score) in end.Path.Skip(first).Zip(found.Scores)) node.Score = score;
        }
    }

    public void Dispose() => _loop.Dispose();

    private sealed record Work(SearchTree Tree, Expansion Expansion, SampleRequest Request);
}

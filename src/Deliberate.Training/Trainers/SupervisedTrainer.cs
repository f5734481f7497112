using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>A sequence to learn: tokens, of which those from <paramref name="FirstTarget"/> on are targets; what comes before is masked.</summary>
internal readonly record struct SupervisedExample(int[] Tokens, int FirstTarget)
{
    /// <summary>Which tokens from <see cref="FirstTarget"/> on are targets, where not all of them are [tokens].</summary>
    public bool[]? Mask { get; init; }

    /// <summary>What is learned besides; null of an example to imitate.</summary>
    public ExampleLabels? Labels { get; init; }

    /// <summary>Tokens of the longest sequence in it.</summary>
    public int Longest => Labels is { Split: > 0 and var split } ? Math.Max(split, Tokens.Length - split) : Tokens.Length;

    public int Targets
    {
        get
        {
            if (Labels?.Said is { } said) return said.Count(id => id >= 0);
            var from = Math.Max(FirstTarget, 1);
            if (Mask is null) return Tokens.Length - from;
            var targets = 0;
            for (var i = from; i < Mask.Length; i++) targets += Mask[i] ? 1 : 0;
            return targets;
        }
    }

    /// <summary>An example whose targets are the tokens that the mask marks [tokens].</summary>
    public static SupervisedExample Of(int[] tokens, bool[] mask)
    {
        var first = Math.Max(0, Array.IndexOf(mask, true));
        return new SupervisedExample(tokens, first) { Mask = Array.IndexOf(mask, false, first) < 0 ? null : mask };
    }

    /// <summary>Appends it to a batch.</summary>
    public void AddTo(Batch batch)
    {
        if (Labels?.Said is { } said)
        {
            batch.Add(Tokens, said);
            return;
        }

        if (Mask is null)
        {
            batch.AddSequence(Tokens, FirstTarget, Tokens.Length);
            return;
        }

        batch.AddSequence(Tokens, FirstTarget, Mask);
    }
}

/// <summary>
/// Supervised fine-tuning: minimises the mean negative log-probability (nats) of the target tokens of the whole batch. Sequences
/// are packed, never padded; however they are cut into micro-batches, each token weighs 1 / targets of the batch. A step allocates
/// nothing. With a teacher it is the mean KL(teacher || model) at the same places: the teacher's whole distribution in place of the token that stands there.
/// </summary>
/// <param name="graph">Of the model.</param>
/// <param name="optimizer">Of its weights.</param>
/// <param name="teacher">Whose distribution is learned; null for the tokens that stand there.</param>
/// <param name="world">The ranks that batches are shared out among; alone if left out.</param>
internal sealed class SupervisedTrainer(TrainingGraph graph, Optimizer optimizer, SoftTeacher? teacher = null, World? world = null) : IExampleTrainer
{
    private readonly double[] _upstream = new double[2 * graph.Tape.TokenCapacity];
    private readonly World _world = world ?? World.Alone;
    private readonly SharedGradients? _gradients = SharedGradients.Of(world, graph.Model.Trained, optimizer, graph.Tape, graph.Head.Weight);
    private int[] _cuts = new int[16];
    private int _parts;

    /// <summary>One optimizer step on a batch of examples.</summary>
    /// <param name="rate">The schedule's factor of the learning rate.</param>
    public TrainingStep Step(IReadOnlyList<SupervisedExample> examples, double rate)
    {
        var targets = Targets(examples);
        optimizer.ClearGradients();
        _gradients?.Begin();
        Begin();
        graph.Head.Temperature = 1;
        graph.Head.OnlyTargets = true;
        graph.Head.Labels = teacher?.Labels;
        var (begin, end) = _world.Size == 1 ? (0, examples.Count) : OfRank(_world, examples);
        for (var next = begin; next < end;)
        {
            var first = next;
            Pack(examples, ref next, end);
            teacher?.Read(examples, first, next);
            if (next == end) _gradients?.Overlap();
            MicroBatch(targets);
        }

        // The graph serves other stages too.
        graph.Head.Labels = null;
        optimizer.Queue(graph.Record, rate);
        graph.Record.Read();
        var loss = 0.0;
        for (var part = 0; part < _parts; part++) loss += Negative(part) / targets;
        if (_gradients is not null) loss = _gradients.Finish(loss);
        return TrainingStep.Conclude(optimizer, graph.Record, loss, rate, graph.Model);
    }

    /// <summary>The mean loss of examples that are not learned from, in nats a target.</summary>
    public double Measure(IReadOnlyList<SupervisedExample> examples)
    {
        var sum = 0.0;
        Begin();
        graph.Head.Temperature = 1;
        for (var next = 0; next < examples.Count;)
        {
            Pack(examples, ref next, examples.Count);
            graph.Forward();
            Keep();
        }

        graph.Record.Read();
        for (var part = 0; part < _parts; part++) sum += Negative(part);

        return sum / Targets(examples);
    }

    public void Dispose()
    {
        // The graph is the session's; what it held is not needed by what comes next.
        graph.Rest();
    }

    private static long Targets(IReadOnlyList<SupervisedExample> examples)
    {
        var targets = 0L;
        for (var i = 0; i < examples.Count; i++) targets += examples[i].Targets;
        return targets;
    }

    /// <summary>As many of the examples as a micro-batch holds.</summary>
    /// <summary>The examples of this rank. Apart from its caller, which would else make what the lambda holds at each step.</summary>
    private static (int Begin, int End) OfRank(World world, IReadOnlyList<SupervisedExample> examples) => world.Share(examples.Count, i => examples[i].Tokens.Length);

    private void Pack(IReadOnlyList<SupervisedExample> examples, ref int next, int end)
    {
        graph.Batch.Clear();
        while (next < end && graph.Batch.Fits(examples[next].Tokens.Length)) examples[next++].AddTo(graph.Batch);
        if (graph.Batch.Tokens == 0) throw new Core.UserError($"a sequence of {examples[next].Tokens.Length} tokens exceeds the micro-batch of {graph.Tape.TokenCapacity}.", field: "micro_batch_tokens");
    }

    private void MicroBatch(long targets)
    {
        var tokens = graph.Batch.Tokens;
        _world.Count(tokens);
        for (var t = 0; t < tokens; t++) (_upstream[2 * t], _upstream[(2 * t) + 1]) = (-1.0 / targets, 0);
        graph.Head.Upstream.Value.Write(0, _upstream.AsSpan(0, 2 * tokens));
        graph.ForwardHidden();
        graph.Backward();
        Keep();
    }

    private void Begin()
    {
        _parts = 0;
        graph.Record.Begin(graph.Head.Statistics.Stride);
    }

    /// <summary>Keeps the statistics of the micro-batch until the step is over.</summary>
    private void Keep()
    {
        if (_parts + 1 == _cuts.Length) Array.Resize(ref _cuts, 2 * _cuts.Length);
        _cuts[_parts++] = graph.Record.Keep(graph.Head.Statistics, graph.Batch.Tokens);
        _cuts[_parts] = graph.Record.Rows;
    }

    /// <summary>The sum of the negative log-probabilities of a micro-batch's targets.</summary>
    private double Negative(int part)
    {
        var rows = graph.Record.Span(_cuts[part], _cuts[part + 1] - _cuts[part]);
        var sum = 0.0;
        // Rows without a target have log-probability 0.
        for (var at = 0; at < rows.Length; at += 4) sum -= rows[at];
        return sum;
    }
}

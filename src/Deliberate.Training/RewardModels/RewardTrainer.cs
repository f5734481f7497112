using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Trains a model with a head: each labelled step, each token of a solution, or each pair of answers weighs the same over the whole batch,
/// however it is cut into micro-batches. Loss and gradient of the head are double on the host; a device with memory of its own makes the
/// gradient, and its outputs are read when the step is over, but for a head that reads the surprise, which is the host's.
/// </summary>
internal sealed class RewardTrainer : IExampleTrainer
{
    private readonly HeadGraph _graph;
    private readonly Optimizer _optimizer;
    private readonly RewardModelRecipe _recipe;
    private readonly World _world;
    private readonly SharedGradients? _gradients;
    private readonly int _outputs;
    private readonly double[] _upstream;
    private readonly List<(int Example, int Row, int Other)> _taken = [];
    private readonly List<HeadGraph.Solution> _solutions = [];
    private readonly QueuedHeadGradient _queued = new();
    private double _right, _judged;

    public RewardTrainer(LanguageModel model, Optimizer optimizer, RewardModelRecipe recipe, int tokens, int context, World? world = null)
    {
        (_optimizer, _recipe, _world) = (optimizer, recipe, world ?? World.Alone);
        _outputs = model.Configuration.OutputHead!.Outputs;
        _graph = new HeadGraph(model, tokens, RunSession.Segments(tokens), context);
        _upstream = new double[(long)tokens * _outputs];
        _gradients = SharedGradients.Of(world, model.Trained, optimizer, _graph.Tape);
    }

    public double? Accuracy => _judged == 0 ? null : _right / _judged;

    public TrainingStep Step(IReadOnlyList<SupervisedExample> examples, double rate)
    {
        _optimizer.ClearGradients();
        _gradients?.Begin();
        var loss = IsQueued ? Queue(examples, backward: true, rate) : Pass(examples, backward: true);
        if (_gradients is not null) loss = _gradients.Finish(loss);
        if (!IsQueued)
        {
            // A head that is the host's has its update where the gradient lies all the same.
            _optimizer.Queue(_graph.Record, rate);
            _graph.Record.Read();
        }

        (_right, _judged) = (_world.Sum("labels", _right), _world.Sum("labels", _judged));
        return TrainingStep.Conclude(_optimizer, _graph.Record, loss, rate, _graph.Model);
    }

    public double Measure(IReadOnlyList<SupervisedExample> examples) => IsQueued ? Queue(examples, backward: false, 0) : Pass(examples, backward: false);

    public void Dispose() => _graph.Dispose();

    private bool IsQueued => _graph.Model.Device.Kernels is IQueuedLosses && !_graph.IsHosts;

    private double Weight(IReadOnlyList<SupervisedExample> examples) =>
        1.0 / Math.Max(1, _recipe.Kind == RewardModelKind.Preference ? examples.Count : examples.Sum(e => (long)e.Labels!.Rows.Length));

    /// <summary>
    /// All micro-batches, with the gradients that the device makes of its own outputs, and the update, where there is to be one; then the
    /// outputs are read, and the loss is made of them as without it.
    /// </summary>
    private double Queue(IReadOnlyList<SupervisedExample> examples, bool backward, double rate)
    {
        (_right, _judged) = (0, 0);
        var weight = Weight(examples);
        _graph.Record.Begin(_graph.Outputs.Stride);
        List<(int Example, int Row, int Other)> taken = [];
        for (var next = 0; next < examples.Count;)
        {
            Pack(examples, ref next, examples.Count);
            _world.Count(backward ? _graph.Batch.Tokens : 0);
            var at = _graph.Keep();
            foreach (var (example, row, other) in _taken) taken.Add((example, at + row, at + other));
            if (!backward) continue;
            _queued.Run(_graph, _recipe, examples, _taken, weight);
            _graph.Backward();
        }

        if (backward) _optimizer.Queue(_graph.Record, rate);
        _graph.Record.Read();
        var (stride, rows) = (_graph.Outputs.Stride, _graph.Record.Rows);
        var read = _graph.Record.Span(0, rows);
        double[] outputs = new double[rows * _outputs], upstream = new double[rows * _outputs];
        for (var row = 0; row < rows; row++) read.Slice(row * stride, _outputs).CopyTo(outputs.AsSpan(row * _outputs));
        var loss = 0.0;
        foreach (var (example, row, other) in taken) loss += Evaluate(examples[example], row, other, outputs, upstream, weight);
        return loss;
    }

    private double Pass(IReadOnlyList<SupervisedExample> examples, bool backward)
    {
        (_right, _judged) = (0, 0);
        var weight = Weight(examples);
        var loss = 0.0;
        _graph.Record.Begin(1);
        // What is only measured is measured by every rank.
        var (begin, end) = backward ? _world.Share(examples.Count, i => examples[i].Tokens.Length) : (0, examples.Count);
        for (var next = begin; next < end;)
        {
            Pack(examples, ref next, end);
            _world.Count(backward ? _graph.Batch.Tokens : 0);
            var outputs = _graph.ForwardRows(_solutions);
            var upstream = _upstream.AsSpan(0, _graph.Batch.Tokens * _outputs);
            upstream.Clear();
            foreach (var (example, row, other) in _taken) loss += Evaluate(examples[example], row, other, outputs, upstream, weight);
            if (!backward) continue;
            if (next == end) _gradients?.Overlap();
            _graph.Backward(upstream);
        }

        return loss;
    }

    private double Evaluate(in SupervisedExample example, int row, int other, ReadOnlySpan<double> outputs, Span<double> upstream, double weight)
    {
        var labels = example.Labels!;
        if (_recipe.Kind == RewardModelKind.Preference)
        {
            var (chosen, rejected) = (row + labels.Split - 1, other + example.Tokens.Length - labels.Split - 1);
            var pair = BradleyTerryLoss.Evaluate(outputs[chosen], outputs[rejected], labels.Margin, _recipe.Centring);
            (upstream[chosen], upstream[rejected]) = (weight * pair.ByChosen, weight * pair.ByRejected);
            Judge(outputs[chosen] > outputs[rejected]);
            return weight * pair.Loss;
        }

        var loss = 0.0;
        for (var i = 0; i < labels.Rows.Length; i++)
        {
            var at = (row + labels.Rows[i]) * _outputs;
            if (_recipe.Kind == RewardModelKind.Process)
            {
                loss += StepLabelLoss.Evaluate(outputs.Slice(at, _outputs), labels.Targets[i], weight, upstream.Slice(at, _outputs));
                Judge(Largest(outputs.Slice(at, _outputs)) == Largest(labels.Targets[i]));
                continue;
            }

            var (one, gradient) = _recipe.Loss == OutcomeLossKind.CrossEntropy ? OutcomeLoss.CrossEntropy(outputs[at], labels.Targets[i][0]) : OutcomeLoss.SquaredError(outputs[at], labels.Targets[i][0]);
            loss += weight * one;
            upstream[at] = weight * gradient;
            if (i == labels.Rows.Length - 1) Judge(outputs[at] > 0 == labels.Targets[i][0] > 0.5);
        }

        return loss;
    }

    private void Judge(bool isRight)
    {
        _judged++;
        if (isRight) _right++;
    }

    private static int Largest(ReadOnlySpan<double> values)
    {
        var largest = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[largest]) largest = i;
        return largest;
    }

    /// <summary>As many of the examples as a micro-batch holds; both answers of a pair, or none.</summary>
    private void Pack(IReadOnlyList<SupervisedExample> examples, ref int next, int end)
    {
        var batch = _graph.Batch;
        batch.Clear();
        _taken.Clear();
        _solutions.Clear();
        while (next < end)
        {
            var example = examples[next];
            var split = example.Labels!.Split;
            if (!batch.Fits(example.Tokens.Length) || (split > 0 && batch.Segments + 2 > batch.SegmentCapacity)) break;
            var tokens = example.Tokens.AsSpan();
            var first = split > 0 ? tokens[..split] : tokens;
            // Of a pair each answer is one step.
            var steps = example.Labels.Steps ?? new StepMarks(example.FirstTarget, [], 0);
            var row = Add(first, steps);
            var other = split > 0 ? Add(tokens[split..], steps) : 0;
            _taken.Add((next++, row, other));
        }

        if (_taken.Count == 0) throw new Core.UserError($"an example of {examples[next].Tokens.Length} tokens exceeds the micro-batch of {batch.TokenCapacity}.", field: "micro_batch_tokens");

        // The targets are those of the surprise: a head that does not read it asks for none.
        int Add(ReadOnlySpan<int> tokens, StepMarks steps)
        {
            var row = batch.AddSequence(tokens, steps.First, tokens.Length);
            _solutions.Add(new HeadGraph.Solution(row, tokens.Length, steps));
            return row;
        }
    }
}

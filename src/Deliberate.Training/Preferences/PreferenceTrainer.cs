using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Learns from preferences: log-probabilities of all answers of a batch under the policy and under the model that the run started from,
/// the loss of the whole batch with its gradient in double, then forward and backward in micro-batches, which do not show. The gradient being
/// known by then, the head is only gone through backward.
/// </summary>
internal sealed class PreferenceTrainer : IExampleTrainer
{
    private readonly TrainingGraph _graph;
    private readonly Optimizer _optimizer;
    private readonly PreferenceRecipe _recipe;
    private readonly ReferencePolicy? _reference;
    private readonly PolicyScorer _scorer;
    private readonly double[] _upstream;
    private readonly int _longest;

    public PreferenceTrainer(RunSession session, Optimizer optimizer, PreferenceRecipe recipe)
    {
        (_graph, _optimizer, _recipe) = (session.Graph, optimizer, recipe);
        _scorer = new PolicyScorer(_graph, temperature: 1);
        _upstream = new double[2 * _graph.Tape.TokenCapacity];
        var run = session.Recipe;
        _longest = Math.Min(run.Model.Context, _graph.Tape.TokenCapacity);
        if (!PreferenceObjective.NeedsReference(recipe)) return;
        // The policy begins with the weights of the files themselves (RunSession.NewModel), rounded or not, and so does what it is compared with.
        _reference = run.Adapter is not null ? AdaptedModel.StartedFrom(run, session.Model)
            : ReferencePolicy.Load(run.Model.From!, session.Device, run.MicroBatchTokens, run.Model.Context, temperature: 1, masters: false);
    }

    public double? Accuracy { get; private set; }

    public TrainingStep Step(IReadOnlyList<SupervisedExample> examples, double rate)
    {
        var answers = Answers(examples);
        var offsets = PolicyScorer.Offsets(answers);
        var (loss, gradient) = Evaluate(examples, answers, offsets);
        _optimizer.ClearGradients();
        _scorer.Begin(answers.Count);
        for (var first = 0; first < answers.Count;)
        {
            var taken = _scorer.ForwardHidden(answers, first);
            Array.Clear(_upstream, 0, 2 * _graph.Batch.Tokens);
            for (var i = 0; i < taken; i++)
                for (var t = 0; t < answers[first + i].Rollout.Tokens.Length; t++) _upstream[2 * (_scorer.Row(i) + t)] = gradient[offsets[first + i] + t];
            _graph.Head.Upstream.Value.Write(0, _upstream.AsSpan(0, 2 * _graph.Batch.Tokens));
            _graph.Backward();
            _scorer.Keep(first, taken);
            first += taken;
        }

        _optimizer.Queue(_graph.Record, rate);
        _graph.Record.Read();
        return TrainingStep.Conclude(_optimizer, _graph.Record, loss, rate, _graph.Model);
    }

    public double Measure(IReadOnlyList<SupervisedExample> examples)
    {
        var answers = Answers(examples);
        return Evaluate(examples, answers, PolicyScorer.Offsets(answers)).Loss;
    }

    public void Dispose() => _reference?.Dispose();

    /// <summary>The better answers, then the others; or those that stand alone.</summary>
    private static List<PolicySample> Answers(IReadOnlyList<SupervisedExample> examples)
    {
        var answers = new List<PolicySample>();
        foreach (var e in examples) answers.Add(Answer(e.Tokens.AsSpan(0, e.Labels!.Split > 0 ? e.Labels.Split : e.Tokens.Length), e.FirstTarget));
        foreach (var e in examples)
            if (e.Labels!.Split > 0) answers.Add(Answer(e.Tokens.AsSpan(e.Labels.Split), e.FirstTarget));
        return answers;
    }

    private static PolicySample Answer(ReadOnlySpan<int> tokens, int first) => new(tokens[..first].ToArray(), new Rollout(tokens[first..].ToArray(), [], [], FinishReason.Stop), 0);

    private (double Loss, double[] Gradient) Evaluate(IReadOnlyList<SupervisedExample> examples, List<PolicySample> answers, int[] offsets)
    {
        var (policy, reference) = (Score(_scorer, answers, offsets), _reference is null ? null : Score(_reference, answers, offsets));
        var gradient = new double[offsets[^1]];
        var isAlone = PreferenceObjective.IsUnpaired(_recipe.Losses[0]);
        var paired = examples.Count(e => e.Labels!.Split > 0);
        if (paired < examples.Count && (!isAlone || paired > 0))
            throw new UserError(isAlone ? "pairs and answers that stand alone are mixed." : $"{_recipe.Losses[0]} learns from pairs, and the data holds answers that stand alone.", field: "supervised.data", advice: "Use losses: [kto], or data with \"chosen\" and \"rejected\".");
        if (isAlone) return (Alone(examples, answers, offsets, policy, reference, gradient), gradient);
        var pairs = examples.Count;
        double[] Tokens(int i) => policy[offsets[i]..offsets[i + 1]];
        double Sum(int i) => reference is null ? 0 : reference.AsSpan(offsets[i]..offsets[i + 1]).ToArray().Sum();
        var result = PreferenceObjective.OfPairs(
            new PairBatch([.. Enumerable.Range(0, pairs).Select(Tokens)], [.. Enumerable.Range(pairs, pairs).Select(Tokens)], [.. Enumerable.Range(0, pairs).Select(Sum)], [.. Enumerable.Range(pairs, pairs).Select(Sum)]), _recipe);
        Accuracy = result.Accuracy;
        for (var i = 0; i < pairs; i++)
        {
            result.ByChosen[i].CopyTo(gradient, offsets[i]);
            result.ByRejected[i].CopyTo(gradient, offsets[pairs + i]);
        }

        return (result.Loss, gradient);
    }

    /// <summary>KTO: each answer by itself, pairs as two of them; the divergence is measured of answers to the next prompts.</summary>
    private double Alone(IReadOnlyList<SupervisedExample> examples, List<PolicySample> answers, int[] offsets, double[] policy, double[]? reference, double[] gradient)
    {
        bool[] desirable = [.. answers.Select((_, i) => i < examples.Count ? examples[i].Labels!.IsDesirable ?? true : false)];
        double Ratio(double[] of, double[]? to, int[] at, int i)
        {
            var sum = 0.0;
            for (var t = at[i]; t < at[i + 1]; t++) sum += of[t] - (to?[t] ?? 0);
            return sum;
        }

        double[] ratios = [.. answers.Select((_, i) => Ratio(policy, reference, offsets, i))];
        var divergence = 0.0;
        if (_recipe.Losses[0] == "kto")
        {
            // No example is longer than the model's context, but a prompt with another's answer may be.
            List<PolicySample> others = [.. answers.Select((a, i) => a with { Rollout = answers[(i + 1) % answers.Count].Rollout }).Where(a => a.Prompt.Length + a.Rollout.Tokens.Length <= _longest)];
            var at = PolicyScorer.Offsets(others);
            var (p, r) = (Score(_scorer, others, at), _reference is null ? null : Score(_reference, others, at));
            divergence = KtoLoss.Divergence([.. others.Select((_, i) => Ratio(p, r, at, i))]);
        }

        var slopes = new double[ratios.Length];
        var loss = KtoLoss.Evaluate(ratios, desirable, divergence, _recipe.Options, slopes);
        for (var i = 0; i < slopes.Length; i++) gradient.AsSpan(offsets[i]..offsets[i + 1]).Fill(slopes[i]);
        Accuracy = ratios.Zip(desirable, (x, good) => x > divergence == good ? 1.0 : 0).Average();
        return loss;
    }

    private static double[] Score(PolicyScorer scorer, List<PolicySample> answers, int[] offsets)
    {
        var logp = new double[offsets[^1]];
        scorer.Score(answers, offsets, logp, []);
        return logp;
    }

    private static double[] Score(ReferencePolicy scorer, List<PolicySample> answers, int[] offsets)
    {
        var logp = new double[offsets[^1]];
        scorer.Score(answers, offsets, logp, []);
        return logp;
    }
}

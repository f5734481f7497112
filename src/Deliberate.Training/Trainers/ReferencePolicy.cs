using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// A frozen policy and a tape to score with: the model of a checkpoint, in memory; another model's base, with another adapter or none,
/// which costs no weights; or a checkpoint that is read, each time it is asked, into the memory of a lean model's gradients, which nobody
/// needs between two updates.
/// </summary>
internal sealed class ReferencePolicy : IDisposable
{
    private readonly TrainingGraph _graph;
    private readonly Adapter? _adapter;
    private readonly bool _ownsModel;
    private readonly string? _file;
    private readonly PolicyScorer _scorer;

    private ReferencePolicy(LanguageModel model, Adapter? adapter, bool ownsModel, TrainingGraph graph, double temperature, bool sharesPrompts, string? file = null) =>
        (Model, _adapter, _ownsModel, _graph, _scorer, _file) = (model, adapter, ownsModel, graph, new PolicyScorer(graph, temperature, sharesPrompts), file);

    public LanguageModel Model { get; }

    /// <summary>For the head of another model that learns from it.</summary>
    public SoftTeacher Soft(double temperature) => new(_graph, temperature);

    /// <summary>The weights that tell it from other policies; null where it is a base alone.</summary>
    public ParameterStore? Weights => _ownsModel ? Model.Trained : _adapter?.Parameters;

    /// <param name="checkpoint">Its folder.</param>
    /// <param name="tokens">Of a micro-batch.</param>
    /// <param name="context">Longest sequence.</param>
    /// <param name="masters">As <see cref="Checkpoint.LoadModel"/> takes it.</param>
    public static ReferencePolicy Load(string checkpoint, Device device, int tokens, int context, double temperature, bool sharesPrompts = false, bool masters = true)
    {
        var (model, _) = Checkpoint.LoadModel(checkpoint, device, masters: masters);
        try
        {
            return new ReferencePolicy(model, model.Adapter, ownsModel: true, new TrainingGraph(model, tokens, RunSession.Segments(tokens), context, training: false), temperature, sharesPrompts);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A policy over the base of a model that stays.</summary>
    /// <param name="adapter">Whose owner it becomes; null for the base alone.</param>
    public static ReferencePolicy Beside(LanguageModel model, Adapter? adapter, int tokens, int context, double temperature, bool sharesPrompts = false) =>
        new(model, adapter, ownsModel: false, new TrainingGraph(model, adapter, tokens, RunSession.Segments(tokens), context, training: false), temperature, sharesPrompts);

    /// <summary>A policy that takes the place of a lean model's own weights whenever it is asked.</summary>
    /// <param name="checkpoint">Its folder, which stays.</param>
    /// <param name="graph">The model's own, for training.</param>
    public static ReferencePolicy InPlaceOf(TrainingGraph graph, string checkpoint, double temperature, bool sharesPrompts = false) =>
        new(graph.Model, graph.Model.Adapter, ownsModel: false, graph, temperature, sharesPrompts, checkpoint);

    /// <summary>Log-probabilities and entropies of samples, as <see cref="PolicyScorer.Score"/>.</summary>
    public void Score(IReadOnlyList<PolicySample> samples, ReadOnlySpan<int> offsets, Span<double> logp, Span<double> entropies)
    {
        if (_file is null)
        {
            _scorer.Score(samples, offsets, logp, entropies);
            _graph.Rest();
            return;
        }

        Model.Parameters.ExchangeWithGradients();
        try
        {
            using (var weights = Checkpoint.OpenWeights(_file)) Model.Load(weights);
            _scorer.Score(samples, offsets, logp, entropies);
        }
        finally
        {
            Model.Parameters.ExchangeWithGradients();
            _graph.Rest();
        }
    }

    /// <summary>Takes the weights of another of the same shape, as they are now.</summary>
    public void Become(LanguageModel other)
    {
        other.Trained.Values.CopyTo(Weights!.Values);
        Renew();
    }

    /// <summary>Its weights have changed.</summary>
    public void Renew()
    {
        if (_ownsModel) Model.Pack(training: false);
        else _adapter?.Pack(training: false);
    }

    /// <summary>
    /// How far the policy that drew the samples is from this one: the k3 estimate of KL(policy || this) in nats a token, from the
    /// samples' own log-probabilities; clamped as verl's, so that one token cannot make it infinite.
    /// </summary>
    public double DistanceOf(IReadOnlyList<PolicySample> samples) => DistanceOf(samples, samples.Count, default).Distance;

    /// <summary>The same estimated on some of the samples, where there are more: without bias, as <see cref="SampleChoice"/> has it.</summary>
    /// <returns>The estimate, and how many tokens were looked at.</returns>
    /// <param name="most">Of the samples, to look at.</param>
    /// <param name="stream">That chooses them.</param>
    public (double Distance, int Tokens) DistanceOf(IReadOnlyList<PolicySample> samples, int most, RandomStream stream)
    {
        int[] drawn = [.. samples.Select(s => DrawnTokens.Count(s.Rollout))];
        if (samples.Count <= most) return (SumsOf(samples).Sum() / drawn.Sum(), drawn.Sum());
        var places = SampleChoice.ByLength(drawn, most, stream.NextDouble());
        int[] chosen = [.. places.Distinct()];
        var sums = SumsOf([.. chosen.Select(i => samples[i])]);
        return (places.Average(i => sums[Array.IndexOf(chosen, i)] / drawn[i]), chosen.Sum(i => drawn[i]));
    }

    /// <summary>k3 summed over the drawn tokens of each sample.</summary>
    private double[] SumsOf(IReadOnlyList<PolicySample> samples)
    {
        var offsets = PolicyScorer.Offsets(samples);
        var logp = new double[offsets[^1]];
        Score(samples, offsets, logp, null);
        var sums = new double[samples.Count];
        for (var i = 0; i < samples.Count; i++)
        {
            var sampled = samples[i].Rollout.BehaviourLogProbabilities;
            for (var t = 0; t < sampled.Length; t++)
                if (samples[i].Rollout.IsDrawn(t)) sums[i] += KlEstimator.Evaluate(KlKind.K3, sampled[t] - logp[offsets[i] + t], out _, clamped: true);
        }

        return sums;
    }

    public void Dispose()
    {
        // The graph of a lean model, and its adapter, are its own.
        if (_file is not null) return;
        _graph.Dispose();
        if (_ownsModel) Model.Dispose();
        else _adapter?.Dispose();
    }
}

using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>A frozen policy in memory: the model of a checkpoint and a tape to score with.</summary>
internal sealed class ReferencePolicy : IDisposable
{
    private readonly TrainingGraph _graph;

    private ReferencePolicy(LanguageModel model, TrainingGraph graph, double temperature) => (Model, _graph, Scorer) = (model, graph, new PolicyScorer(graph, temperature));

    public LanguageModel Model { get; }

    public PolicyScorer Scorer { get; }

    /// <summary>For the head of another model that learns from it.</summary>
    public SoftTeacher Soft(double temperature) => new(_graph, temperature);

    /// <param name="checkpoint">Its folder.</param>
    /// <param name="tokens">Of a micro-batch.</param>
    /// <param name="context">Longest sequence.</param>
    public static ReferencePolicy Load(string checkpoint, Device device, int tokens, int context, double temperature)
    {
        var (model, _) = Checkpoint.LoadModel(checkpoint, device);
        try
        {
            return new ReferencePolicy(model, new TrainingGraph(model, tokens, RunSession.Segments(tokens), context, training: false), temperature);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Takes the weights of another of the same shape, as they are now.</summary>
    public void Become(LanguageModel other)
    {
        other.Parameters.Values.CopyTo(Model.Parameters.Values);
        Model.Pack(training: false);
    }

    /// <summary>
    /// How far the policy that drew the samples is from this one: the k3 estimate of KL(policy || this) in nats a token, from the
    /// samples' own log-probabilities; clamped as verl's, so that one token cannot make it infinite.
    /// </summary>
    public double DistanceOf(IReadOnlyList<PolicySample> samples)
    {
        var offsets = PolicyScorer.Offsets(samples);
        var logp = new double[offsets[^1]];
        Scorer.Score(samples, offsets, logp, null);
        var sum = 0.0;
        for (var i = 0; i < samples.Count; i++)
        {
            var sampled = samples[i].Rollout.BehaviourLogProbabilities;
            for (var t = 0; t < sampled.Length; t++) sum += KlEstimator.Evaluate(KlKind.K3, sampled[t] - logp[offsets[i] + t], out _, clamped: true);
        }

        return sum / logp.Length;
    }

    public void Dispose()
    {
        _graph.Dispose();
        Model.Dispose();
    }
}

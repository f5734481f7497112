using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// An adapter that a program elsewhere trains: its weights, the gradients that passes have added up since the last step, AdamW's moments.
/// Its calls come one at a time, on the host's thread (<see cref="TrainingHost.RunAsync"/>).
/// </summary>
internal sealed class HostedAdapter : IDisposable
{
    private readonly TrainingHost _host;
    private readonly Adapter _adapter;
    private readonly Optimizer _optimizer;
    private readonly StepRecord _record;
    private readonly PolicyMetrics _metrics = new();
    private bool _isGone;

    internal HostedAdapter(TrainingHost host, Adapter adapter, AdapterConfiguration configuration)
    {
        (_host, _adapter, Configuration) = (host, adapter, configuration);
        adapter.Parameters.MakeGradients();
        _optimizer = new Optimizer(host.Weights.Device, adapter.Parameters, new OptimizerOptions { Kind = OptimizerKind.AdamW });
        _optimizer.ClearGradients();
        _record = new StepRecord(host.Weights.Device);
    }

    public AdapterConfiguration Configuration { get; }

    /// <summary>Trained numbers.</summary>
    public long Parameters => _adapter.Parameters.Count;

    /// <summary>Optimizer steps so far.</summary>
    public long Steps => _optimizer.Steps;

    /// <summary>Passes whose gradients wait for a step.</summary>
    public int Passes { get; private set; }

    internal Adapter Adapter => _adapter;

    /// <summary>
    /// Log-probabilities and the loss of some data, and where asked their gradients, added to those that are there. Sequences are packed into
    /// micro-batches in their order; the sum does not show how they were cut but in its last digits.
    /// </summary>
    /// <param name="settings">From <see cref="HostedLoss.With"/>.</param>
    /// <exception cref="UserError">A sequence is too long, or the loss is no number: then no gradient is kept.</exception>
    public LossResult Pass(IReadOnlyList<LossDatum> data, HostedLoss loss, IReadOnlyDictionary<string, double> settings, bool backward)
    {
        Check();
        foreach (var (datum, i) in data.Select((d, i) => (d, i)))
            if (datum.Tokens.Length > _host.LongestSequence) throw new UserError($"a sequence of {datum.Tokens.Length} tokens exceeds the {_host.LongestSequence} that this server takes.", field: $"data[{i}]", advice: "Shorten it, or start the server with more --micro-batch-tokens.");
        var graph = _host.GraphOf(this);
        (graph.Head.Temperature, graph.Head.OnlyTargets, graph.Head.Labels) = (1, true, null);
        var objective = loss.Objective?.Invoke(settings);
        var result = new LossResult(new float[data.Count][], new float[data.Count][], 0);
        var sum = 0.0;
        for (var next = 0; next < data.Count;)
        {
            var first = next;
            graph.Batch.Clear();
            while (next < data.Count && graph.Batch.Fits(data[next].Tokens.Length)) graph.Batch.Add(data[next].Tokens, data[next++].Targets);
            sum += objective is null ? CrossEntropy(graph, data, first, next, backward, result) : Policy(graph, data, first, next, objective, loss.SkipsZeros, backward, result);
        }

        if (!double.IsFinite(sum))
        {
            if (backward) Forget();
            throw new UserError($"the loss is {sum}, which nothing can be learned from.", field: "loss_fn_inputs", advice: backward ? "Gradients that were waiting for a step are gone; the weights are as they were. Look at advantages and log-probabilities." : "Look at advantages and log-probabilities.");
        }

        if (backward) Passes++;
        return result with { Loss = sum };
    }

    /// <summary>One step of AdamW with the gradients that have been added up, which are then zero.</summary>
    /// <param name="clip">Global norm that the gradient is scaled down to; 0 for none.</param>
    /// <returns>The global norm of the gradient, before it was clipped.</returns>
    /// <exception cref="UserError">There are no gradients, or they are no numbers: the weights stay as they are.</exception>
    public double Step(double rate, double beta1, double beta2, double epsilon, double weightDecay, double clip)
    {
        Check();
        if (Passes == 0) throw new UserError("there are no gradients to take a step with.", field: "model_id", advice: "Call forward_backward first: each optim_step uses up what came before it.");
        _optimizer.Options = new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = rate, Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon, WeightDecay = weightDecay, ClipNorm = clip };
        _record.Begin(1);
        _optimizer.Queue(_record, 1);
        _record.Read();
        var (norm, isApplied) = _optimizer.Conclude(_record, 0, 1);
        if (!isApplied)
        {
            Forget();
            throw new UserError("the gradient is not finite: the weights stay as they are, and the gradient is gone.", field: "model_id", advice: "Look at the data of the last forward_backward calls.");
        }

        _adapter.Pack(training: true);
        Forget();
        return norm;
    }

    /// <summary>Writes a folder that PEFT opens, whole or not at all.</summary>
    /// <param name="state">Whether training may go on from it: the optimizer's moments are written too.</param>
    public void Save(string folder, bool state)
    {
        Check();
        AtomicFolder.Commit(folder, partial =>
        {
            AdapterWriter.Write(partial, _adapter, Configuration, _host.BaseHash);
            ModelWriter.WriteFormat(partial, _host.Weights.Configuration, _host.Model.Format);
            if (!state) return;
            var training = Path.Combine(partial, Checkpoint.TrainingFolder);
            Directory.CreateDirectory(training);
            OptimizerFile.Write(Path.Combine(training, OptimizerFile.FileName), _adapter.Parameters, _optimizer);
        });
    }

    /// <summary>Takes over what <see cref="Save"/> wrote; gradients that wait are gone.</summary>
    /// <param name="withOptimizer">Whether the moments are taken over too; else they begin at zero.</param>
    /// <exception cref="UserError">It is not there, damaged, or of another shape: then nothing has changed.</exception>
    public void Load(string folder, bool withOptimizer)
    {
        Check();
        using var file = AdapterFile.Open(folder);
        var there = file.Configuration;
        if (there.Rank != Configuration.Rank || there.Alpha != Configuration.Alpha || !there.TargetModules.Order(StringComparer.Ordinal).SequenceEqual(Configuration.TargetModules.Order(StringComparer.Ordinal)))
            throw new UserError($"the saved adapter has rank {there.Rank}, alpha {there.Alpha} and {string.Join(", ", there.TargetModules)}; this model has rank {Configuration.Rank}, alpha {Configuration.Alpha} and {string.Join(", ", Configuration.TargetModules)}.", field: "path", advice: "Create a model of the same shape, and load into that.");
        if (file.BaseWeights is { } trained && trained != _host.BaseHash) throw new UserError($"the saved adapter belongs to other weights, of the SHA-256 {trained}; the server's model has {_host.BaseHash}.", field: "path");
        file.CheckShapes(_host.Weights.Configuration, _host.Model.Name);
        var moments = Path.Combine(folder, Checkpoint.TrainingFolder, OptimizerFile.FileName);
        if (withOptimizer && !File.Exists(moments)) throw new UserError("nothing was saved of its optimizer: these are weights for a sampler.", field: "path", advice: "Load a state (save_state), or the weights alone.");
        file.Read(_adapter);
        _adapter.Pack(training: true);
        if (withOptimizer)
        {
            OptimizerFile.Read(moments, _adapter.Parameters, _optimizer);
        }
        else
        {
            _optimizer.First.Clear(0, _adapter.Parameters.BufferLength);
            _optimizer.Second!.Clear(0, _adapter.Parameters.BufferLength);
            _optimizer.Steps = 0;
        }

        Forget();
    }

    /// <summary>On the host's thread.</summary>
    public void Dispose()
    {
        if (_isGone) return;
        _isGone = true;
        _host.Leave(this);
        _record.Dispose();
        _optimizer.Dispose();
        _adapter.Dispose();
    }

    private void Check()
    {
        if (_isGone) throw new UserError("the model has been unloaded.", field: "model_id", advice: "Create one, and load the state that you saved.");
    }

    private void Forget()
    {
        _optimizer.ClearGradients();
        Passes = 0;
    }

    /// <summary>Its gradient is known beforehand, so that the head is gone through once, as in supervised training.</summary>
    private static double CrossEntropy(TrainingGraph graph, IReadOnlyList<LossDatum> data, int first, int end, bool backward, LossResult result)
    {
        if (backward)
        {
            var upstream = new double[2 * graph.Batch.Tokens];
            var row = 0;
            for (var i = first; i < end; i++)
                foreach (var weight in data[i].Weights) upstream[2 * row++] = -weight;
            graph.Head.Upstream.Value.Write(0, upstream);
            graph.ForwardHidden();
            graph.Backward();
        }
        else
        {
            graph.Forward();
        }

        var logp = Read(graph, data, first, end, result);
        var (sum, at) = (0.0, 0);
        for (var i = first; i < end; i++)
        {
            result.Losses[i] = new float[data[i].Tokens.Length];
            for (var t = 0; t < data[i].Tokens.Length; t++, at++)
            {
                var term = data[i].Weights[t] == 0 ? 0 : -data[i].Weights[t] * logp[at];
                result.Losses[i][t] = (float)term;
                sum += term;
            }
        }

        return sum;
    }

    private double Policy(TrainingGraph graph, IReadOnlyList<LossDatum> data, int first, int end, IPolicyObjective objective, bool skipsZeros, bool backward, LossResult result)
    {
        graph.Forward();
        var logp = Read(graph, data, first, end, result);
        var gradient = new double[logp.Length];
        var (sum, at) = (0.0, 0);
        for (var i = first; i < end; i++)
        {
            var datum = data[i];
            var n = datum.Tokens.Length;
            result.Losses[i] = new float[n];
            for (var t = 0; t < n; t++, at++)
            {
                // Zero times a ratio that is infinite would be no number; and a token's term is told apart.
                if (skipsZeros && datum.Advantages[t] == 0) continue;
                var batch = new PolicyBatch { Offsets = [0, 1], LogpNew = logp.AsSpan(at, 1), TokenAdvantages = datum.Advantages.AsSpan(t, 1), LogpOld = datum.Sampled.AsSpan(t, 1) };
                var term = objective.Evaluate(batch, new BatchNormalisers { Sequences = 1, SequencesWithTokens = 1, Tokens = 1, KeptTokens = 1 }, gradient.AsSpan(at, 1), [], _metrics);
                result.Losses[i][t] = (float)term;
                sum += term;
            }
        }

        if (!backward) return sum;
        var upstream = new double[2 * gradient.Length];
        for (var t = 0; t < gradient.Length; t++) upstream[2 * t] = gradient[t];
        graph.Head.Upstream.Value.Write(0, upstream);
        graph.Backward();
        return sum;
    }

    /// <summary>Log-probabilities of the batch's rows.</summary>
    private static double[] Read(TrainingGraph graph, IReadOnlyList<LossDatum> data, int first, int end, LossResult result)
    {
        var statistics = new double[4 * graph.Batch.Tokens];
        graph.Head.Statistics.Value.Read(0, statistics);
        var logp = new double[graph.Batch.Tokens];
        for (var t = 0; t < logp.Length; t++) logp[t] = statistics[4 * t];
        var at = 0;
        for (var i = first; i < end; i++)
        {
            result.LogProbabilities[i] = new float[data[i].Tokens.Length];
            for (var t = 0; t < data[i].Tokens.Length; t++) result.LogProbabilities[i][t] = (float)logp[at++];
        }

        return logp;
    }
}

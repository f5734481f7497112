using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A model's tape with its head, for a number of tokens at a time: log-probabilities of targets forward, gradients of all
/// weights backward. One is made for a run and used for every micro-batch.
/// </summary>
internal sealed class TrainingGraph : IDisposable
{
    public TrainingGraph(LanguageModel model, int tokenCapacity, int segmentCapacity, int positions, bool training = true, Recomputation recomputation = Recomputation.None)
        : this(model, model.Adapter, tokenCapacity, segmentCapacity, positions, training, recomputation)
    {
    }

    /// <param name="adapter">What the model is read with; null for the base alone.</param>
    public TrainingGraph(LanguageModel model, Adapter? adapter, int tokenCapacity, int segmentCapacity, int positions, bool training, Recomputation recomputation = Recomputation.None)
    {
        Model = model;
        if (training) (adapter?.Parameters ?? model.Parameters).MakeGradients();
        Tape = new Tape(model.Device, tokenCapacity, segmentCapacity, training) { Trained = training ? adapter : null, Recomputation = recomputation, ByColumns = model.IsLean && model.Parameters.Storage is null };
        Tape.Batch.Adapter = adapter;
        var hidden = model.Build(Tape, positions);
        Head = new LogProbabilityHead(Tape, hidden, adapter?.Head ?? model.Head, model.Configuration.LogitSoftCap ?? 0, training);
        Hidden = hidden;
        Record = new StepRecord(model.Device);
    }

    public LanguageModel Model { get; }

    public Tape Tape { get; }

    public Batch Batch => Tape.Batch;

    public LogProbabilityHead Head { get; }

    /// <summary>[tokens, hidden]: after the final norm.</summary>
    public Tensor Hidden { get; }

    /// <summary>What a step keeps of the head's statistics until it is over.</summary>
    public StepRecord Record { get; }

    /// <summary>Fills the head's statistics for the batch.</summary>
    public void Forward()
    {
        Tape.Forward();
        Head.Forward();
    }

    /// <summary>Given the head's upstream, adds to the gradients of all weights. <see cref="Forward"/> or <see cref="ForwardHidden"/> came before.</summary>
    public void Backward()
    {
        Head.Backward();
        Tape.Backward();
    }

    /// <summary>The forward without the head, where the upstream is known beforehand: the head's backward gives the statistics too.</summary>
    public void ForwardHidden() => Tape.Forward();

    /// <summary>Gives the memory of activations and logits back until the next batch, where the model is lean: what else runs needs it.</summary>
    public void Rest()
    {
        if (!Model.IsLean) return;
        Tape.ReleaseMemory();
        Head.ReleaseMemory();
    }

    public void Dispose()
    {
        Record.Dispose();
        Head.Dispose();
        Tape.Dispose();
    }
}

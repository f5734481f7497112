using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A low-rank adapter in memory beside a <see cref="TextModel"/>, as PEFT saves one: whoever names it in the options of a call is
/// answered by the model with it, and others are not. Requests with different adapters share one batch and one base; each gets, bit for
/// bit, what it would get alone. Dispose it once no call that names it is under way, or leave it to the model.
/// </summary>
public sealed class ModelAdapter : IDisposable
{
    private readonly TextModel _model;
    private Adapter? _weights;

    internal ModelAdapter(TextModel model, AdapterFile file, Adapter weights)
    {
        (_model, _weights) = (model, weights);
        (Location, Hash, Parameters) = (file.Folder, file.Hash, file.Parameters);
    }

    /// <summary>The folder that it was read from.</summary>
    public string Location { get; }

    /// <summary>SHA-256 of what it does, in lower-case hexadecimal: its tensors by value, and the scale of each update.</summary>
    public string Hash { get; }

    /// <summary>Its numbers, those of the base not counted.</summary>
    public long Parameters { get; }

    internal Adapter Weights => _weights ?? throw new ObjectDisposedException(nameof(ModelAdapter));

    /// <summary>Frees its memory, and what the model remembers of texts that were read with it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _weights, null) is { } weights) _model.Forget(weights);
    }

    /// <exception cref="ArgumentException">It was opened beside another model.</exception>
    internal Adapter For(TextModel model) => ReferenceEquals(model, _model) ? Weights : throw new ArgumentException("The adapter was opened beside another model.", nameof(model));
}

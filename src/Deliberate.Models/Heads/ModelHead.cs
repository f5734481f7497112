using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A head in memory beside a <see cref="TextModel"/>: a reward model or a classifier whose other weights are the model's own, as
/// <c>reward_model.head_only</c> trains one. Texts are read with it in the same batch as the model writes others; the numbers are those of
/// the whole reward model by itself, bit for bit. Dispose it once no call that names it is under way, or leave it to the model.
/// </summary>
public sealed class ModelHead : IDisposable
{
    private readonly TextModel _model;
    private HeadWeights? _weights;

    internal ModelHead(TextModel model, string location, HeadWeights weights) => (_model, Location, _weights, IsOfTokens, Outputs) = (model, location, weights, weights.Head.Unit == HeadUnit.Token, weights.Head.Outputs);

    /// <summary>The folder that it was read from.</summary>
    public string Location { get; }

    /// <summary>Whether it says something of every token, as a process reward model; else of a text at its end.</summary>
    public bool IsOfTokens { get; }

    /// <summary>How many numbers.</summary>
    public int Outputs { get; }

    /// <summary>Frees its memory.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _weights, null) is { } weights) _model.Forget(weights);
    }

    /// <exception cref="ArgumentException">It was opened beside another model.</exception>
    internal HeadWeights For(TextModel model) =>
        !ReferenceEquals(model, _model) ? throw new ArgumentException("The head was opened beside another model.", nameof(model)) : _weights ?? throw new ObjectDisposedException(nameof(ModelHead));

    /// <summary>Reads the head of a reward model or classifier over a base that is in memory.</summary>
    /// <exception cref="UserError">It has no head, or its other weights are not the base's.</exception>
    internal static HeadWeights Load(string path, PretrainedModel model, Tensors.Device device)
    {
        using var headed = PretrainedModel.Open(path, headed: true);
        if (headed.Configuration.OutputHead is not { } head) throw new UserError("is a language model and has no head of its own.", path, advice: "Name a reward model or classifier.");
        if (head.ReadsSurprise) throw new UserError("its head reads the surprise of whole solutions, which a head beside a model is not given.", path, advice: "Name it as a scorer of deliberate search or labels judge, which load it whole; or train one without reward_model.surprise.");
        if (HeadWeights.DifferenceFrom(headed, model) is { } name)
            throw new UserError($"its weights are not those of {model.Location} with a head over them: they differ first in {name}.", path, field: name, advice: "A reward model that was trained whole is a model of its own; reward_model.head_only trains a head alone.");
        return new HeadWeights(device, head, model.Configuration.HiddenSize, headed.Weights);
    }
}

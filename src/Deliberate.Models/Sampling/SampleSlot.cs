using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>A prompt on its way: prefilled once, then forked by each of its samples.</summary>
internal sealed class PromptState(SampleRequest request, int index, CachedSequence sequence)
{
    public SampleRequest Request { get; } = request;

    public int Index { get; } = index;

    public CachedSequence Sequence { get; } = sequence;

    /// <summary>The logits of the prompt's last token; null until prefilled.</summary>
    public double[]? Logits { get; set; }

    /// <summary>Samples that were given a slot.</summary>
    public int Started { get; set; }
}

/// <summary>One place in the sampler's batch and the sample that holds it.</summary>
internal sealed class SampleSlot(CachedSequence sequence)
{
    private RandomStream _stream;
    private Func<int, bool>? _watch;

    public CachedSequence Sequence { get; } = sequence;

    public PromptState? Prompt { get; private set; }

    public int Sample { get; private set; }

    /// <summary>The random number of the next token.</summary>
    public double Uniform => _stream.UniformAt((ulong)Tokens.Count);

    public List<int> Tokens { get; } = [];

    public List<float> Raw { get; } = [];

    public List<float> Behaviour { get; } = [];

    /// <summary>Set when the sample is over.</summary>
    public FinishReason? Finished { get; private set; }

    public bool IsFree => Prompt is null;

    public void Start(PromptState prompt)
    {
        Prompt = prompt;
        Sample = prompt.Started++;
        _stream = prompt.Request.Streams[Sample];
        _watch = prompt.Request.Watch?.Invoke();
        Tokens.Clear();
        Raw.Clear();
        Behaviour.Clear();
        Finished = null;
        Sequence.ForkFrom(prompt.Sequence);
        if (prompt.Started == prompt.Request.Streams.Length) prompt.Sequence.Clear();
    }

    public void Append(ChosenToken token, ReadOnlySpan<int> stopTokens)
    {
        Tokens.Add(token.Id);
        Raw.Add(token.LogProbability);
        Behaviour.Add(token.BehaviourLogProbability);
        var isOver = _watch?.Invoke(token.Id) ?? false;
        if (isOver || stopTokens.Contains(token.Id)) Finished = FinishReason.Stop;
        else if (Tokens.Count >= Prompt!.Request.MaxTokens) Finished = FinishReason.Length;
    }

    public Rollout Free()
    {
        var rollout = new Rollout([.. Tokens], [.. Raw], [.. Behaviour], Finished!.Value);
        Abandon();
        return rollout;
    }

    /// <summary>Gives the place back without a result.</summary>
    public void Abandon()
    {
        Sequence.Clear();
        (Prompt, _watch) = (null, null);
    }
}

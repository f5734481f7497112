using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>One place in the batch and the sample that holds it.</summary>
internal sealed class SampleSlot(CachedSequence sequence)
{
    private RandomStream _stream;
    private Func<int, bool>? _watch;
    private TokenConstraint? _constraint;

    public CachedSequence Sequence { get; } = sequence;

    /// <summary>Null where the place is free.</summary>
    public DecodingPrompt? Prompt { get; private set; }

    public int Sample { get; private set; }

    /// <summary>The random number of the next token.</summary>
    public double Uniform => UniformAt(0);

    /// <summary>Tokens behind the last that were guessed and read with it.</summary>
    public int[] Draft { get; set; } = [];

    /// <summary>How many of them there are.</summary>
    public int Drafted { get; set; }

    /// <summary>Tokens that the last step drew.</summary>
    public int Drawn { get; set; }

    public List<int> Tokens { get; } = [];

    /// <summary>Log-probabilities of the tokens under the raw policy, nats.</summary>
    public List<float> Raw { get; } = [];

    /// <summary>The same under the distribution that they were drawn from.</summary>
    public List<float> Behaviour { get; } = [];

    /// <summary>Entropies of those distributions; NaN where they are not the policy's own.</summary>
    public List<float> Entropies { get; } = [];

    /// <summary>The most likely tokens in each one's place under the raw policy; none where the request asks for none.</summary>
    public List<GeneratedToken[]> Alternatives { get; } = [];

    /// <summary>Set when the sample is over; null where it was cancelled or failed.</summary>
    public FinishReason? Finished { get; private set; }

    /// <summary>Why there was no next token; null where there was.</summary>
    public Exception? Failure { get; set; }

    public bool IsOver => Finished is not null || Failure is not null || Prompt!.IsCancelled;

    public void Start(DecodingPrompt prompt)
    {
        Prompt = prompt;
        Sample = prompt.Started++;
        _stream = prompt.Request.Streams[Sample];
        _watch = prompt.Request.Watch?.Invoke();
        _constraint = prompt.Request.Constraint?.Invoke();
        Tokens.Clear();
        Raw.Clear();
        Behaviour.Clear();
        Entropies.Clear();
        Alternatives.Clear();
        (Finished, Failure, Drafted, Drawn) = (null, null, 0, 0);
        Sequence.ForkFrom(prompt.Sequence!);
        if (prompt.Started == prompt.Samples) prompt.Sequence!.Clear();
    }

    /// <summary>Whether something says at each token which may come.</summary>
    public bool IsConstrained => _constraint is not null;

    /// <summary>The tokens that may come next.</summary>
    public AllowedTokens Allowed(ReadOnlySpan<int> output) => _constraint?.Invoke(output) ?? AllowedTokens.Any;

    /// <summary>The text is over, and no token says so.</summary>
    public void End() => Finished = FinishReason.Stop;

    public void Append(ChosenToken token)
    {
        Tokens.Add(token.Id);
        Raw.Add(token.LogProbability);
        Behaviour.Add(token.BehaviourLogProbability);
        Entropies.Add(token.Entropy);
        var isOver = _watch?.Invoke(token.Id) ?? false;
        if (isOver || Prompt!.StopTokens.AsSpan().Contains(token.Id)) Finished = FinishReason.Stop;
        else if (Tokens.Count >= Prompt.Request.MaxTokens) Finished = FinishReason.Length;
    }

    /// <summary>The random number of a token, counted from the next.</summary>
    public double UniformAt(int ahead) => _stream.UniformAt((ulong)(Tokens.Count + ahead));

    /// <summary>What was drawn. The sample has finished.</summary>
    public Rollout Rollout() => new([.. Tokens], [.. Raw], [.. Behaviour], Finished!.Value) { Entropies = Entropies.Exists(float.IsNaN) ? null : [.. Entropies] };

    /// <summary>Gives the place back.</summary>
    public void Free()
    {
        Sequence.Clear();
        (Prompt, _watch, _constraint) = (null, null, null);
    }
}

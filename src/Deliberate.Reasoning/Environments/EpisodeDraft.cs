using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>An episode while it is played: its tokens so far and who they are from.</summary>
/// <param name="problem">Its problem.</param>
/// <param name="attempt">Which of the problem's samples.</param>
/// <param name="stream">Token i of the episode is drawn with the number at position i, whichever turn it is of.</param>
internal sealed class EpisodeDraft(Problem problem, int attempt, RandomStream stream)
{
    private readonly List<int> _tokens = [];
    private readonly List<float> _raw = [], _behaviour = [], _entropies = [];
    private readonly List<EpisodeTurn> _turns = [];
    private bool _lacksEntropies, _isCut;
    private string? _version;

    public Problem Problem { get; } = problem;

    public int Attempt { get; } = attempt;

    /// <summary>Null before it is started, and where the start failed.</summary>
    public IEpisode? Episode { get; set; }

    /// <summary>What the model said last, thought left out, and its thought.</summary>
    public (string Said, string? Thinking, int Tokens) Last { get; private set; }

    public int Tokens => _tokens.Count;

    public int LastToken => _tokens[^1];

    public int Turns => _turns.Count;

    public int ThoughtTokens { get; private set; }

    /// <summary>Why and how it ended; null while it goes on.</summary>
    public Verdict? Verdict { get; private set; }

    private double Reward => _turns.Sum(turn => turn.Reward);

    public RandomStream Stream => stream.From((ulong)_tokens.Count);

    public int[] PromptWith(int[] prompt) => [.. prompt, .. _tokens];

    /// <summary>A turn of the model.</summary>
    public void Say(Rollout drawn, string said, string? thinking, int thoughtTokens)
    {
        _tokens.AddRange(drawn.Tokens);
        _raw.AddRange(drawn.LogProbabilities);
        _behaviour.AddRange(drawn.BehaviourLogProbabilities);
        _version ??= drawn.WeightVersion;
        if (drawn.Entropies is { } entropies) _entropies.AddRange(entropies);
        else _lacksEntropies = true;
        ThoughtTokens += thoughtTokens;
        Last = (said, thinking, drawn.Tokens.Length);
        _isCut = drawn.FinishReason == FinishReason.Length;
    }

    /// <summary>What the environment said to it.</summary>
    public void Answer(EpisodeReply reply)
    {
        _turns.Add(new EpisodeTurn(Last.Said, null, reply.Reward) { OwnTokens = Last.Tokens, Thinking = Last.Thinking });
        if (!reply.IsOver) return;
        Verdict = Scored(reply.IsSolved ? Verdict.Pass(Reward, reply.Reason) : Verdict.Fail(reply.Reason, Reward));
    }

    /// <summary>The reply that the model reads next.</summary>
    public void Give(int[] tokens, string text)
    {
        _turns[^1] = _turns[^1] with { Reply = text, GivenTokens = tokens.Length };
        _tokens.AddRange(tokens);
        foreach (var list in new[] { _raw, _behaviour, _entropies }) list.AddRange(Enumerable.Repeat(0f, tokens.Length));
    }

    /// <summary>It ends without the environment's word: a budget is used up. What it earned so far counts.</summary>
    public void Cut(string reason)
    {
        if (_turns.Sum(t => t.OwnTokens + t.GivenTokens) < _tokens.Count) _turns.Add(new EpisodeTurn(Last.Said, null, 0) { OwnTokens = Last.Tokens, Thinking = Last.Thinking });
        _isCut = true;
        Verdict = Scored(Verdict.Fail(reason, Reward));
    }

    /// <summary>The environment failed: nothing is said of the sample.</summary>
    public void Break(string reason)
    {
        if (_turns.Sum(t => t.OwnTokens + t.GivenTokens) < _tokens.Count) _turns.Add(new EpisodeTurn(Last.Said, null, 0) { OwnTokens = Last.Tokens, Thinking = Last.Thinking });
        Verdict = Verdict.HarnessError(reason);
    }

    public Rollout Rollout() => new([.. _tokens], [.. _raw], [.. _behaviour], _isCut ? FinishReason.Length : FinishReason.Stop)
    {
        Entropies = _lacksEntropies ? null : [.. _entropies],
        WeightVersion = _version,
        Given = Reasoning.Episode.Given(_turns.Select(t => (t.OwnTokens, t.GivenTokens))),
    };

    /// <summary>The sample that it came to.</summary>
    public Sample Sample(ProblemEncoder encoder, string opened)
    {
        if (_tokens.Count == 0)
        {
            // It never began: what is trained on has a token at least, and this is not trained on.
            _tokens.Add(encoder.EndId);
            foreach (var list in new[] { _raw, _behaviour, _entropies }) list.Add(0);
        }

        var ended = encoder.StopIds.Contains(_tokens[^1]);
        return new Sample
        {
            Problem = Problem,
            Attempt = Attempt,
            Completion = encoder.Text([.. _tokens]),
            Answer = _turns.Count == 0 ? null : _turns[^1].Said,
            Truncated = _isCut,
            ThoughtOpenedBy = opened,
            CompletionTokens = _tokens.Count - (ended ? 1 : 0),
            ThoughtTokens = ThoughtTokens,
            Rollout = Rollout(),
            Episode = new Episode([.. _turns]),
        };
    }

    private Verdict Scored(Verdict verdict) => verdict with { Scores = [new Score("turns", _turns.Count)] };
}

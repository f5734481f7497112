using System.Globalization;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>One completion of a problem: what scorers are given, whoever wrote it.</summary>
public sealed record Sample
{
    /// <summary>The problem; <see cref="Problem.State"/> of one of a user's file is the whole line as JSON, whatever fields it has.</summary>
    public required Problem Problem { get; init; }

    /// <summary>Which of the problem's samples, from 0.</summary>
    public required int Attempt { get; init; }

    /// <summary>All that the model wrote, thought included, without its end token.</summary>
    public required string Completion { get; init; }

    /// <summary>The final answer, read as its problem's set says (<c>answer_format</c>); null where there is none.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether the token budget ended the completion.</summary>
    public bool Truncated { get; init; }

    /// <summary>The tag that the prompt ended with where it opened the thought, as <c>&lt;think&gt;</c>: the completion then begins within it. Empty where the model opens its thought itself.</summary>
    public string ThoughtOpenedBy { get; init; } = "";

    /// <summary>All tokens of the completion, the end token not counted; 0 where it was not drawn here.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>Tokens of the thought, its tags included; 0 without one, null in files of before they were counted.</summary>
    public int? ThoughtTokens { get; init; }

    /// <summary>The token ids of the completion, the end token included; none of a sample that was read from a file.</summary>
    public IReadOnlyList<int> Tokens => Rollout?.Tokens ?? [];

    /// <summary>What was asked: the conversation that the completion ends.</summary>
    public IReadOnlyList<ChatMessage> Messages { get => field ?? [new ChatMessage("user", Problem.Prompt)]; init; }

    /// <summary><c>set@version/problem/attempt</c>: the same wherever the sample is drawn again.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Problem.Id}/{Attempt}");

    /// <summary>How messages call it: the problem's id and the sample's number.</summary>
    public string Name => $"{OwnProblem.IdOf(Problem)}, sample {Attempt}";

    /// <summary>The thought without its tags; null where there is none.</summary>
    public string? Thinking => Split.Thinking;

    /// <summary>What the completion says outside of its thought; nothing while that is unfinished.</summary>
    public string Text => Split.Text;

    /// <summary>The lines of the thought, trimmed, empty ones left out; none without a thought.</summary>
    public IReadOnlyList<string> Steps => ChainOfThought.Parse(Completion, Truncated, ThoughtOpenedBy).Steps;

    /// <summary>As it was drawn, with log-probabilities; null of a sample that was not.</summary>
    internal Rollout? Rollout { get; init; }

    /// <summary>What was said and replied, where it was played in an environment; null of a text of one turn.</summary>
    internal Episode? Episode { get; init; }

    /// <summary>Whether a thought was begun and not ended: such a sample has no answer, and nobody is asked to judge it.</summary>
    internal bool IsUnfinished => Split.IsUnfinished;

    // Not kept: a copy with another completion would keep it too.
    private ThinkingSplit Split => ThinkingSplit.Of(Completion, ThoughtOpenedBy);
}

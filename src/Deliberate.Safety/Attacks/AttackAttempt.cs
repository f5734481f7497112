using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>How a query ended. Only success and failure say that the model was, or was not, brought to what it should not do.</summary>
internal enum AttemptOutcome
{
    /// <summary>The judge finds that the model did what the goal asks.</summary>
    Success,

    /// <summary>An answer that does not do it, and does not decline either.</summary>
    Failed,

    /// <summary>The model declined.</summary>
    Refused,

    /// <summary>The provider's filter held question or answer back.</summary>
    Blocked,

    /// <summary>Nothing was said, or the budget ended within the thought.</summary>
    Empty,

    /// <summary>The judge declined, failed, cannot tell, or said nothing that is a verdict.</summary>
    Undecided,

    /// <summary>The model could not be asked: a text too long, an error of the connection.</summary>
    Error,
}

/// <summary>One query of an attack.</summary>
/// <param name="Number">Of the attack's queries, from 1.</param>
/// <param name="Parent">The query that it was made of; 0 for none. So the queries of an attack are a tree.</param>
/// <param name="Step">What was done: a transform's name, stream and depth, a technique.</param>
/// <param name="Messages">What was asked.</param>
/// <param name="Answer">What the model said outside of its thought, cut where it is endless.</param>
/// <param name="Outcome">What the judge found.</param>
/// <param name="Score">How far the goal was reached, 0 to 1.</param>
internal sealed record AttackAttempt(int Number, int Parent, string Step, IReadOnlyList<ChatMessage> Messages, string Answer, AttemptOutcome Outcome, double Score)
{
    /// <summary>Why, as the judge says it.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What the attacker gave as its reason to ask so; empty without an attacker.</summary>
    public string Plan { get; init; } = "";

    public long OutputTokens { get; init; }

    public long ThoughtTokens { get; init; }

    /// <summary>The parts that an attack is made smaller by: names of transforms, in their order. Empty where it is no chain.</summary>
    public IReadOnlyList<string> Chain { get; init; } = [];

    /// <summary>Which variant of a random chain it was.</summary>
    public int Variant { get; init; }

    /// <summary>Whether the messages alone ask the same again: not where the weights or the tools were others.</summary>
    public bool IsReproducible { get; init; } = true;

    public bool IsSuccess => Outcome == AttemptOutcome.Success;
}

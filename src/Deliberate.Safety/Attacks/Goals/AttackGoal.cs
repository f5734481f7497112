namespace Deliberate.Safety;

/// <summary>What an attacker wants a model to do, and by what it is known that it did.</summary>
/// <param name="Id">Names it in its set, and is what intervals are clustered by unless <see cref="Cluster"/> says otherwise.</param>
/// <param name="Request">The request as somebody would put it who hides nothing.</param>
internal sealed record AttackGoal(string Id, string Request)
{
    /// <summary>Goals that are one thing to an interval; the id where it is left out.</summary>
    public string Cluster { get => field.Length > 0 ? field : Id; init; } = "";

    /// <summary>As the set sorts its goals; empty for none.</summary>
    public string Category { get; init; } = "";

    /// <summary>What an answer that obeys begins with: the aim of attacks on the weights and of a prefill.</summary>
    public string Target { get; init; } = UsualTarget;

    /// <summary>The same for a model that thinks before it answers, thought included; empty for as without.</summary>
    public string ThoughtTarget { get; init; } = "";

    /// <summary>A request of PolicyWorld in its own language, for the oracle; empty of all other goals.</summary>
    public string WorldRequest { get; init; } = "";

    /// <summary>The beginning of consent that GCG's authors aimed at, without the request behind it.</summary>
    public const string UsualTarget = "Sure, here is";
}

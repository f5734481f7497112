namespace Deliberate.Safety;

/// <summary>Families of attacks, as lists and reports group them.</summary>
internal enum AttackKind
{
    /// <summary>The request as it is: what all others are held against.</summary>
    Direct,

    /// <summary>A prompt transform, or several in a chain.</summary>
    Transform,

    /// <summary>Goes by what the model answered; most have a model of their own that plans.</summary>
    Adaptive,

    /// <summary>Aims at the chain of thought.</summary>
    Reasoning,

    /// <summary>Comes in by a document or a tool, not by the user.</summary>
    Injection,

    /// <summary>Needs the weights.</summary>
    WhiteBox,

    /// <summary>Written in PolicyWorld's language.</summary>
    World,
}

/// <summary>
/// A way to bring a model to a goal: it asks through its <see cref="AttackContext"/>, which counts, judges and keeps every query, until the goal
/// is reached or the budget spent. One attack a file, listed in <see cref="AttackList"/>. Attacks hold no state between goals and
/// are called from many threads.
/// </summary>
internal interface IAttack
{
    /// <summary>As <c>--attacks</c> has it: lower case, hyphens.</summary>
    string Name { get; }

    /// <summary>What it does: half a sentence.</summary>
    string About { get; }

    /// <summary>Where it is described.</summary>
    string Source => "";

    AttackKind Kind { get; }

    /// <summary>Whether another model has to plan.</summary>
    bool NeedsAttacker => false;

    /// <summary>Whether the target has to be a checkpoint on this machine.</summary>
    bool NeedsWeights => false;

    /// <summary>Whether it can be said only in PolicyWorld's language.</summary>
    bool NeedsWorld => false;

    /// <summary>Whether PolicyWorld's language has words for it: groups leave the others out on its goals.</summary>
    bool SpeaksWorld => Kind is AttackKind.Direct or AttackKind.WhiteBox or AttackKind.World;

    /// <summary>Asks until the goal is reached, the budget is spent, or there is nothing more to try.</summary>
    Task RunAsync(AttackContext context, CancellationToken cancellation);
}

using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// Rewrites a request as an attack would: what is asked stays, how it is put changes. Pure: the same request and the same random
/// numbers give the same turns, so that a set of attacked prompts is made again from a seed. One file or one line of a table each,
/// listed in <see cref="PromptTransforms"/>. What adapts to a model's answers is no transform but an attack that uses some.
/// </summary>
internal interface IPromptTransform
{
    /// <summary>As <c>--transform</c> and tags have it: lower case, hyphens.</summary>
    string Name { get; }

    /// <summary>What it does, for lists: half a sentence.</summary>
    string About { get; }

    TransformKind Kind { get; }

    /// <summary>Where the attack is described; empty where it is common practice.</summary>
    string Source => "";

    /// <summary>Whether it draws random numbers: then several variants of a request differ.</summary>
    bool IsRandom => false;

    /// <summary>How much of a request <see cref="Recover"/> gives back.</summary>
    RequestKept Keeps => RequestKept.All;

    /// <summary>The turns that stand for the request; the last one is the user's, and is what the model answers.</summary>
    IReadOnlyList<ChatMessage> Apply(string request, ref RandomStream random);

    /// <summary>The request, read back from the turns by the rule that a model would have to follow; null where it cannot be.</summary>
    string? Recover(IReadOnlyList<ChatMessage> turns);
}

/// <summary>Families of transforms, as reports group them.</summary>
internal enum TransformKind
{
    /// <summary>Other letters for the same bytes or sounds.</summary>
    Encoding,

    /// <summary>Letters exchanged or reordered by a rule.</summary>
    Cipher,

    /// <summary>Code points that cannot be seen or look like others.</summary>
    Unicode,

    /// <summary>A frame of play or fiction.</summary>
    RolePlay,

    /// <summary>Demands on the form of the answer.</summary>
    Injection,

    /// <summary>A request in pieces.</summary>
    Splitting,

    /// <summary>Turns that never took place.</summary>
    Forged,

    /// <summary>Other words for the same.</summary>
    Rewording,

    /// <summary>Random damage that leaves the text readable.</summary>
    Noise,
}

/// <summary>What of a request survives there and back.</summary>
internal enum RequestKept
{
    /// <summary>Every character.</summary>
    All,

    /// <summary>Everything but upper and lower case, and how many spaces stand together.</summary>
    ButCase,

    /// <summary>Nothing that a rule could give back.</summary>
    Nothing,
}

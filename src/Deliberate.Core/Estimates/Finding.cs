namespace Deliberate.Core;

/// <summary>
/// What the interval of a paired difference allows to be said: larger or smaller only if it excludes 0. Everything that a report
/// says of a difference goes by this rule.
/// </summary>
internal enum Finding
{
    /// <summary>The interval includes 0, or there is none: no difference that this measurement could show.</summary>
    NotToldApart,

    /// <summary>The whole interval is above 0.</summary>
    Larger,

    /// <summary>The whole interval is below 0.</summary>
    Smaller,
}

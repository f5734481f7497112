namespace Deliberate.Core;

/// <summary>
/// Of a section whose defaults follow from the value of one of its keys: what they are for each value, for the schema. Each list has its
/// own attribute, in the room that it lives in.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal abstract class DefaultsByAttribute : Attribute
{
    /// <summary>The key that they follow from.</summary>
    public abstract string Key { get; }

    /// <summary>The section as it is where the key has that value and nothing else is said.</summary>
    public abstract IReadOnlyList<(string Value, object Defaults)> All { get; }
}

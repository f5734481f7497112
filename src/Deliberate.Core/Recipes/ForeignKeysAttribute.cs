namespace Deliberate.Core;

/// <summary>
/// Of a recipe's type: keys of other programs that people may write into it out of habit, and what they are called here. Each list has
/// its own attribute, in the room that it lives in.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal abstract class ForeignKeysAttribute : Attribute
{
    /// <summary>What a key means here, as a sentence; null where no other program is known to have it.</summary>
    /// <param name="path">As it was written: the key, or the dotted path of keys that leads to it.</param>
    public abstract string? Meaning(string path);
}

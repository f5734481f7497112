namespace Deliberate.Core;

/// <summary>
/// The names that a text may have, or that the entries of a dictionary may have, where a list of the program knows them: what an
/// editor offers. Each list has its own attribute, in the room that it lives in. Recipes check the names themselves.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class KnownNamesAttribute : Attribute
{
    public abstract IReadOnlyList<string> Names { get; }
}

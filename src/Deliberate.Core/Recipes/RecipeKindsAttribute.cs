using System.Reflection;

namespace Deliberate.Core;

/// <summary>
/// Of the common base of several kinds of section, each a type with keys of its own: the key <c>kind</c> says which one it is.
/// Each list of kinds has its own attribute, in the room that it lives in.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal abstract class RecipeKindsAttribute : Attribute
{
    /// <summary>The key that names the kind.</summary>
    public const string Key = "kind";

    /// <summary>What it is a kind of, for messages: <c>reward</c>.</summary>
    public abstract string Of { get; }

    public abstract IReadOnlyList<(string Name, Type Type)> Kinds { get; }

    /// <summary>The list that a base or one of its kinds belongs to; null for a section that is of no kind.</summary>
    public static RecipeKindsAttribute? Find(Type type) => type.GetCustomAttribute<RecipeKindsAttribute>(inherit: true);

    public string NameOf(Type type) => Kinds.First(kind => kind.Type == type).Name;

    /// <summary>The type that a section's <c>kind</c> asks for.</summary>
    /// <exception cref="UserError">There is no such kind, or the section names none.</exception>
    public Type Choose(RecipeSection section, string path)
    {
        var field = path.Length == 0 ? Key : $"{path}.{Key}";
        string[] names = [.. Kinds.Select(kind => kind.Name)];
        if (section.Find(Key) is not { } entry) throw section.Place.Error("The key is missing.", field, $"Say which {Of}: kind: {string.Join(", ", names)}.");
        if (entry.Value is not RecipeScalar { IsNull: false } scalar) throw entry.Value.Place.Error($"Expected the name of a {Of}, found {entry.Value.Kind}.", field, $"One of {string.Join(", ", names)}.");
        foreach (var (name, type) in Kinds)
            if (name == scalar.Text) return type;
        throw scalar.Place.Error($"There is no {Of} of kind {scalar.Kind}.", field, NearestName.Suggest(scalar.Text, names));
    }
}

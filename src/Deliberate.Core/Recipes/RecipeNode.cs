namespace Deliberate.Core;

/// <summary>Where a value was written: a place in a file, or the command line's <c>--set KEY</c>.</summary>
internal readonly record struct RecipePlace(string Source, int Line, int Column)
{
    public UserError Error(string problem, string? field = null, string? advice = null, Exception? inner = null) =>
        new(problem, Source, Line, Column, string.IsNullOrEmpty(field) ? null : field, advice, inner);
}

/// <summary>A value of a recipe before it is bound to a type, with its place.</summary>
internal abstract class RecipeNode(RecipePlace place)
{
    public RecipePlace Place { get; } = place;

    /// <summary>What a message calls it.</summary>
    public abstract string Kind { get; }
}

/// <param name="text">The text after YAML's unquoting.</param>
/// <param name="plain">Written without quotes: numbers, booleans and null are only recognised so.</param>
/// <param name="place">Where it stands.</param>
internal sealed class RecipeScalar(string text, bool plain, RecipePlace place) : RecipeNode(place)
{
    public string Text { get; } = text;

    public bool Plain { get; } = plain;

    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : Text.Length <= 40 ? $"\"{Text}\"" : $"\"{Text.AsSpan(0, 40)}...\"";
}

internal sealed class RecipeList(IReadOnlyList<RecipeNode> items, RecipePlace place) : RecipeNode(place)
{
    public List<RecipeNode> Items { get; } = [.. items];

    public override string Kind => "a list";
}

internal sealed class RecipeSection(RecipePlace place) : RecipeNode(place)
{
    public List<RecipeEntry> Entries { get; } = [];

    public override string Kind => "a section";

    public RecipeEntry? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key == key) return entry;
        }

        return null;
    }

    /// <summary>Adds the entry or replaces the one of the same key in its position.</summary>
    public void Put(RecipeEntry entry)
    {
        var at = Entries.FindIndex(old => old.Key == entry.Key);
        if (at < 0) Entries.Add(entry);
        else Entries[at] = entry;
    }
}

/// <summary>A key with its value; <see cref="Place"/> is the key's.</summary>
internal sealed record RecipeEntry(string Key, RecipePlace Place, RecipeNode Value);

namespace Deliberate.Core;

/// <summary>
/// Reads a YAML recipe into a record: keys in snake_case, defaults from the type, ranges from <see cref="InRangeAttribute"/>.
/// Every mistake, in the file or in an override, is one <see cref="UserError"/> naming file, line, column and field, with the
/// nearest key or file where a name is unknown.
/// </summary>
internal static class RecipeReader
{
    /// <param name="path">The recipe file.</param>
    /// <param name="overrides">Of the command line's <c>--set</c>: <c>key.path=value</c>, <c>list.0.key=value</c>, later ones winning.</param>
    public static T Read<T>(string path, IReadOnlyList<string>? overrides = null)
        where T : class => Parse<T>(ReadText(path), path, overrides);

    /// <summary>Reads a recipe from text; <paramref name="fileName"/> is what messages call it.</summary>
    public static T Parse<T>(string text, string fileName, IReadOnlyList<string>? overrides = null)
        where T : class => (T)RecipeBinder.Bind(ParseSection(text, fileName, overrides), typeof(T), nullable: false, itemNullable: false, null, "", null)!;

    /// <summary>What a recipe file and its overrides say, before it is bound to a type: for types whose defaults depend on it.</summary>
    public static RecipeSection ReadSection(string path, IReadOnlyList<string>? overrides = null) => ParseSection(ReadText(path), path, overrides);

    /// <inheritdoc cref="ReadSection"/>
    public static RecipeSection ParseSection(string text, string fileName, IReadOnlyList<string>? overrides = null)
    {
        var top = RecipeParser.ParseFile(text, fileName);
        foreach (var one in overrides ?? []) RecipeOverride.Apply(top, one);
        return top;
    }

    /// <summary>The defaults of the type with nothing but overrides: for commands that need no recipe file.</summary>
    public static T Defaults<T>(IReadOnlyList<string>? overrides = null)
        where T : class
    {
        var top = new RecipeSection(new RecipePlace("--set", 0, 0));
        foreach (var one in overrides ?? []) RecipeOverride.Apply(top, one);
        return (T)RecipeBinder.Bind(top, typeof(T), nullable: false, itemNullable: false, null, "", null)!;
    }

    /// <summary>The text of a recipe file.</summary>
    public static string ReadText(string path)
    {
        if (Directory.Exists(path)) throw new UserError("This is a folder, not a recipe.", path, advice: SuggestFile(path, "*"));
        if (!File.Exists(path)) throw new UserError("There is no such recipe.", path, advice: SuggestFile(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path)));
        try
        {
            if (new FileInfo(path).Length > RecipeParser.LongestText) throw new UserError($"A recipe has at most {RecipeParser.LongestText} bytes.", path);
            return Utf8Text.Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    private static string SuggestFile(string folder, string name)
    {
        if (!Directory.Exists(folder)) return $"There is no folder {folder} either.";
        var files = Directory.GetFiles(folder).Where(f => Path.GetExtension(f) is ".yaml" or ".yml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToArray();
        // A forgotten extension is the commonest slip: compare without it as well.
        var nearest = NearestName.Find(name, files) ?? files.FirstOrDefault(f => Path.GetFileNameWithoutExtension(f) == NearestName.Find(Path.GetFileNameWithoutExtension(name), files.Select(g => Path.GetFileNameWithoutExtension(g))));
        if (nearest is not null) return $"Did you mean \"{nearest}\"?";
        return files.Length == 0 ? "The folder holds no recipe." : $"The folder holds {string.Join(", ", files.Take(12))}{(files.Length > 12 ? ", ..." : ".")}";
    }
}

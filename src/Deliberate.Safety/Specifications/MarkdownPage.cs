using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// A Markdown file with front matter: YAML between two lines of three hyphens, then sections under headings. What stands before the first
/// heading is refused unless it is blank, so that nothing of a specification is overlooked.
/// </summary>
/// <param name="File">As it was opened.</param>
/// <param name="Front">Its keys, with their places.</param>
/// <param name="Sections">In their order.</param>
internal sealed record MarkdownPage(string File, RecipeSection Front, IReadOnlyList<MarkdownSection> Sections)
{
    private const string Mark = "---";

    /// <exception cref="UserError">With file and line.</exception>
    public static MarkdownPage Parse(string text, string file)
    {
        var lines = text.ReplaceLineEndings("\n").TrimStart('\uFEFF').Split('\n');
        if (lines[0].Trim() != Mark) throw new UserError("The file has no front matter.", file, 1, advice: "Begin it with a line of three hyphens, keys such as \"kind: category\", and another line of three hyphens.");
        var end = Array.FindIndex(lines, 1, line => line.Trim() == Mark);
        if (end < 0) throw new UserError("The front matter has no end.", file, 1, advice: "Close it with a line of three hyphens.");
        if (lines[1..end].All(string.IsNullOrWhiteSpace)) throw new UserError("The front matter is empty.", file, 1, advice: "It says at least \"kind: ...\".");
        // Blank lines in the place of what is not front matter keep the line numbers.
        var front = RecipeParser.ParseFile(string.Join('\n', lines[1..end].Prepend("")), file);
        return new MarkdownPage(file, front, [.. SectionsOf(lines, end + 1, file)]);
    }

    /// <summary>The front matter as a record.</summary>
    public T Read<T>()
        where T : class => (T)RecipeBinder.Bind(Front, typeof(T), nullable: false, itemNullable: false, null, "", null)!;

    private static IEnumerable<MarkdownSection> SectionsOf(string[] lines, int from, string file)
    {
        MarkdownSection? open = null;
        var body = new List<string>();
        var isCode = false;
        for (var i = from; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith("```", StringComparison.Ordinal)) isCode = !isCode;
            var depth = line.TakeWhile(c => c == '#').Count();
            if (isCode || depth is 0 or > 6 || depth >= line.Length || line[depth] != ' ')
            {
                if (open is null && !string.IsNullOrWhiteSpace(line)) throw new UserError("Text stands before the first heading.", file, i + 1, advice: "Put it under a heading.");
                body.Add(line);
                continue;
            }

            if (open is not null) yield return open with { Text = Joined(body) };
            body.Clear();
            open = new MarkdownSection(depth, line[depth..].Trim(), "", new SpecificationPlace(file, i + 1));
        }

        if (open is not null) yield return open with { Text = Joined(body) };
    }

    private static string Joined(List<string> lines) => string.Join('\n', lines.Select(l => l.TrimEnd())).Trim('\n');
}

/// <summary>A heading and the text below it, up to the next heading.</summary>
internal sealed record MarkdownSection(int Depth, string Heading, string Text, SpecificationPlace Place);

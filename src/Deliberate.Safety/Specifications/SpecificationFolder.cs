using System.ComponentModel;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// Reads a specification from Markdown files: one of kind <c>specification</c> (principles, styles), any number of kind <c>category</c>
/// (definitions, classes, its style of safe completion). Every mistake names file and line, and all of them are told at once.
/// </summary>
internal static partial class SpecificationFolder
{
    public const int LongestFile = 1 << 20;

    /// <param name="path">A folder, or the name of one of <see cref="ShippedSpecifications"/>.</param>
    /// <exception cref="UserError">It is none, or has mistakes.</exception>
    public static Specification Read(string path)
    {
        if (!Directory.Exists(path))
        {
            if (ShippedSpecifications.Find(path) is { } shipped) return shipped;
            throw File.Exists(path)
                ? new UserError("This is a file, not the folder of a specification.", path, advice: "Name the folder that holds its Markdown files.")
                : new UserError("There is no such specification.", path, advice: $"Name a folder of Markdown files, or a shipped one: {string.Join(", ", ShippedSpecifications.Names)}.");
        }

        var files = Directory.EnumerateFiles(path, "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0) throw new UserError("The folder holds no Markdown file.", path, advice: "deliberate spec show general --output FOLDER writes one to start from.");
        return Parse(files.Select(file => (file, Text(file))), path);
    }

    /// <summary>Of texts by the names that messages give them.</summary>
    public static Specification Parse(IEnumerable<(string File, string Text)> files, string folder)
    {
        var errors = new List<UserError>();
        var pages = files.Select(file => Caught(errors, () => MarkdownPage.Parse(file.Text, file.File))).OfType<MarkdownPage>().ToArray();
        (MarkdownPage Page, HeadFront Front)? head = null;
        var categories = new List<SpecificationCategory>();
        foreach (var page in pages)
        {
            Caught<object>(errors, () =>
            {
                var kind = (page.Front.Find("kind")?.Value as RecipeScalar)?.Text;
                switch (kind)
                {
                    case "specification" when head is not null:
                        throw new UserError($"The specification is begun twice: {head.Value.Page.File} is of this kind too.", page.File, page.Front.Find("kind")!.Place.Line, field: "kind");
                    case "specification":
                        head = (page, page.Read<HeadFront>());
                        break;
                    case "category":
                        categories.Add(Category(page, errors));
                        break;
                    default:
                        throw new UserError(kind is null ? "The key is missing." : $"There is no kind \"{kind}\".", page.File, page.Front.Find("kind")?.Place.Line ?? 2, field: "kind", advice: "It is specification (once) or category.");
                }

                return null;
            });
        }

        if (head is null && errors.Count == 0) errors.Add(new UserError("No file is of kind specification.", folder, advice: "One file holds name, version, title, the principles and the styles of complying and refusing."));
        if (categories.Count == 0 && errors.Count == 0) errors.Add(new UserError("No file is of kind category.", folder));
        var styles = head is { } found ? Caught(errors, () => Styles(found.Page)) : null;
        errors.AddRange(SpecificationChecks.Of(categories));
        if (errors.Count > 0) throw UserError.Together(errors);
        var front = head!.Value.Front;
        return new Specification(front.Name, front.Version, front.Title, styles![0], styles[1], styles[2], categories);
    }

    private static string[] Styles(MarkdownPage page)
    {
        var known = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string[] wanted = ["Principles", "Style of complying", "Style of refusing"];
        foreach (var section in page.Sections)
        {
            if (section.Depth == 1) continue;
            if (!wanted.Contains(section.Heading, StringComparer.OrdinalIgnoreCase)) throw section.Place.Error($"There is no section \"{section.Heading}\" of a specification.", advice: $"There are {string.Join(", ", wanted)}.");
            if (section.Text.Trim().Length == 0) throw section.Place.Error("The section is empty.");
            if (!known.TryAdd(section.Heading, section.Text.Trim())) throw section.Place.Error($"The section \"{section.Heading}\" stands there twice.");
        }

        foreach (var name in wanted)
            if (!known.ContainsKey(name)) throw new UserError($"The section \"{name}\" is missing.", page.File, 1, advice: $"Write it under the heading \"## {name}\".");
        return [.. wanted.Select(name => known[name])];
    }

    private static SpecificationCategory Category(MarkdownPage page, List<UserError> errors)
    {
        var front = page.Read<CategoryFront>();
        var (definitions, safe) = ("", "");
        var classes = new List<ContentClass>();
        foreach (var section in page.Sections)
        {
            if (section.Depth == 1) continue;
            if (section.Heading.Equals("Definitions", StringComparison.OrdinalIgnoreCase)) definitions = section.Text.Trim();
            else if (section.Heading.Equals("Style of safe completion", StringComparison.OrdinalIgnoreCase)) safe = section.Text.Trim();
            else if (Caught(errors, () => Class(section)) is { } one) classes.Add(one);
        }

        var place = new SpecificationPlace(page.File, page.Front.Find("id")!.Place.Line);
        if (classes.Count == 0 && errors.Count == 0) throw place.Error($"The category {front.Id} has no content class.", "id", "A class is a heading such as \"## K1 disallowed: working instructions\".");
        if (safe.Length == 0 && classes.FirstOrDefault(c => c.Rule == ContentRule.SafeCompletion) is { } asks) throw asks.Place.Error($"{asks.Id} asks for a safe completion, and the category does not say how one is written.", advice: "Add a section \"## Style of safe completion\".");
        return new SpecificationCategory(front.Id, front.Title, front.Summary.Trim(), definitions, classes, safe, place);
    }

    private static ContentClass Class(MarkdownSection section)
    {
        var match = ClassHeading().Match(section.Heading);
        if (!match.Success)
        {
            throw NoRule().Match(section.Heading) is { Success: true } named
                ? section.Place.Error($"The class {named.Groups["id"].Value} has no rule.", advice: $"Write \"{named.Groups["id"].Value} allowed: ...\", \"disallowed: ...\" or \"safe completion: ...\".")
                : section.Place.Error($"\"{section.Heading}\" is neither a content class nor a section of a category.", advice: "A class is ID RULE: TITLE, such as \"K1 disallowed: working instructions\"; the other sections are Definitions and Style of safe completion.");
        }

        var rule = match.Groups["rule"].Value switch { "allowed" => ContentRule.Allowed, "disallowed" => ContentRule.Disallowed, _ => ContentRule.SafeCompletion };
        return new ContentClass(match.Groups["id"].Value, rule, match.Groups["title"].Value.Trim(), section.Text.Trim(), [.. Reference().Matches(section.Text).Select(m => m.Groups["id"].Value).Distinct(StringComparer.Ordinal)], section.Place);
    }

    private static T? Caught<T>(List<UserError> errors, Func<T?> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (UserError error)
        {
            errors.Add(error);
            return null;
        }
    }

    private static string Text(string file)
    {
        try
        {
            var length = new FileInfo(file).Length;
            if (length > LongestFile) throw new UserError($"The file has {length} bytes, more than {LongestFile}.", file, advice: "A category is some pages of text, not a book: split it.");
            return Utf8Text.Decode(File.ReadAllBytes(file), file);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(file, error);
        }
    }

    [GeneratedRegex("^(?<id>[A-Z]{1,4}[0-9]{1,3}) (?<rule>allowed|disallowed|safe completion): (?<title>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClassHeading();

    [GeneratedRegex("^(?<id>[A-Z]{1,4}[0-9]{1,3})\\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoRule();

    [GeneratedRegex(@"\[\[(?<id>[A-Za-z][A-Za-z0-9-]*)\]\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();

    /// <summary>Front matter of the file that begins a specification.</summary>
    private sealed record HeadFront
    {
        [Description("specification.")]
        public required string Kind { get; init; }

        [Description("Lower case, hyphens.")]
        public required string Name { get; init; }

        [Description("As its authors count.")]
        public required string Version { get; init; }

        [Description("On pages.")]
        public required string Title { get; init; }
    }

    /// <summary>Front matter of a category.</summary>
    private sealed record CategoryFront
    {
        [Description("category.")]
        public required string Kind { get; init; }

        [Description("Lower case, hyphens.")]
        public required string Id { get; init; }

        [Description("On pages.")]
        public required string Title { get; init; }

        [Description("A sentence or two.")]
        public required string Summary { get; init; }
    }
}

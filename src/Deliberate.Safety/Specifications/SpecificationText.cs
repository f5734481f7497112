using System.Text;

namespace Deliberate.Safety;

/// <summary>The specification as one text: all of it, or spec(category).</summary>
internal static class SpecificationText
{
    /// <summary>Everything, in an order and layout that do not depend on the files'.</summary>
    public static string Whole(Specification specification)
    {
        var text = Head(specification);
        foreach (var category in specification.Categories) Write(text, category);
        return text.ToString();
    }

    /// <summary>The text of one category behind what holds for all.</summary>
    public static string For(Specification specification, SpecificationCategory category)
    {
        var text = Head(specification);
        text.AppendLine("## Categories").AppendLine();
        foreach (var one in specification.Categories) text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"- {one.Title}: {OneLine(one.Summary)}");
        text.AppendLine();
        Write(text, category);
        return text.ToString();
    }

    private static StringBuilder Head(Specification specification)
    {
        var text = new StringBuilder();
        text.Append("# ").AppendLine(specification.Title).AppendLine();
        Section(text, "## Principles", specification.Principles);
        Section(text, "## Style of complying", specification.Complying);
        Section(text, "## Style of refusing", specification.Refusing);
        return text;
    }

    private static void Write(StringBuilder text, SpecificationCategory category)
    {
        text.Append("## ").AppendLine(category.Title).AppendLine().AppendLine(category.Summary.Trim()).AppendLine();
        Section(text, "### Definitions", category.Definitions);
        foreach (var one in category.Classes) Section(text, $"### {one.Id} {one.RuleWord}: {one.Title}", one.Text);
        Section(text, "### Style of safe completion", category.SafeCompletion);
    }

    private static void Section(StringBuilder text, string heading, string body)
    {
        if (body.Length == 0 && !heading.StartsWith("### ", StringComparison.Ordinal)) return;
        if (body.Length == 0 && !heading.Contains(": ", StringComparison.Ordinal)) return;
        text.AppendLine(heading).AppendLine();
        if (body.Length > 0) text.AppendLine(body.Trim()).AppendLine();
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

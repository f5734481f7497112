using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>What is different between two specifications, decisions that turned first.</summary>
internal sealed class SpecDiffCommand : CliCommand
{
    private const int LongestText = 60;

    private readonly Argument<string> _before = new("BEFORE") { Description = "A folder of Markdown files, or a shipped one." };
    private readonly Argument<string> _after = new("AFTER") { Description = "Another one." };
    private readonly Option<bool> _json = CommonOptions.Json("the changes");

    public SpecDiffCommand()
        : base("diff", "Compare two specifications by categories and classes: rules that turned, and texts that are others.", "deliberate spec diff general my-specification", "deliberate spec diff v1 v2 --json")
    {
        Add(_before);
        Add(_after);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var (before, after) = (SpecificationFolder.Read(parsed.GetRequiredValue(_before)), SpecificationFolder.Read(parsed.GetRequiredValue(_after)));
        var changes = SpecificationDifference.Of(before, after);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Before = before.Hash, After = after.Hash, Same = before.Hash == after.Hash, Changes = changes });
            return ExitCode.Success;
        }

        if (changes.Count == 0)
        {
            Console.Out.WriteLine("The specifications are the same.");
            return ExitCode.Success;
        }

        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{changes.Count} changes, {changes.Count(c => c.TurnsRule)} of them of a rule:"), ["part", "change", "before", "after"],
            changes.OrderByDescending(c => c.TurnsRule).Select(c => (IReadOnlyList<string>)[c.What, c.Change, Short(c.Before), Short(c.After)]));
        return ExitCode.Success;
    }

    private static string Short(string? text) => text is null ? "-" : Excerpt.Of(text.ReplaceLineEndings(" "), LongestText);
}

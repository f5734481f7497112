using System.CommandLine;

namespace Deliberate.Cli;

/// <summary>Writes the recipes that come with the program into a folder, to be edited.</summary>
internal sealed class RecipeCopyCommand : CliCommand
{
    private readonly Option<string> _output = new("--output") { HelpName = "folder", Description = "Where they go.", DefaultValueFactory = _ => ShippedRecipes.Folder };
    private readonly Option<bool> _json = CommonOptions.Json("the files written and those left alone");

    public RecipeCopyCommand()
        : base("copy", "Write the recipes that come with deliberate, and the examples' data, into a folder to edit them there.", "deliberate recipe copy", "deliberate recipe copy --output mine")
    {
        Add(_output);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var folder = parsed.GetRequiredValue(_output);
        var (written, kept) = ShippedRecipes.CopyTo(folder);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Folder = folder, Written = written, Kept = kept });
            return ExitCode.Success;
        }

        foreach (var file in written) Console.Out.WriteLine(file);
        if (kept.Count > 0) Console.Out.WriteLine($"{kept.Count} of {ShippedRecipes.Files.Count} files were there already and stay as they are.");
        return ExitCode.Success;
    }
}

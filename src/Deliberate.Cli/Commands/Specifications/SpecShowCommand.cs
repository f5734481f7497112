using System.CommandLine;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>A specification as judges and models read it; a shipped one also as files to be edited.</summary>
internal sealed class SpecShowCommand : CliCommand
{
    private readonly Argument<string> _folder = new("SPECIFICATION") { Description = $"A folder of Markdown files, or a shipped one: {string.Join(", ", ShippedSpecifications.Names)}." };
    private readonly Option<string?> _category = new("--category") { HelpName = "id", Description = "spec(category): summaries of all categories, principles, styles, and this one in full. Everything if left out." };
    private readonly Option<string?> _output = new("--output") { HelpName = "path", Description = "Write it there: a .md file gets the text, as judges of policies take it; any other name becomes a folder with the files of a shipped one." };
    private readonly Option<bool> _json = CommonOptions.Json("text and hash");

    public SpecShowCommand()
        : base(
            "show",
            "Show a specification whole, or as a model reads it of one category; write the shipped one out to be edited.",
            "deliberate spec show general --category self-harm",
            "deliberate spec show general --output my-specification",
            "deliberate spec show my-specification --output policy.md   # for deliberate judge, as its policy")
    {
        Add(_folder);
        foreach (var option in new Option[] { _category, _output, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(_folder);
        var specification = SpecificationFolder.Read(name);
        var text = parsed.GetValue(_category) is { } category ? specification.For(category) : SpecificationText.Whole(specification);
        if (parsed.GetValue(_output) is { } output)
        {
            if (Path.GetExtension(output) == ".md") AtomicFile.WriteText(output, text);
            else if (parsed.GetValue(_category) is not null) throw new UserError("One category is a text, not a folder.", output, field: "--output", advice: "Name a .md file.");
            else if (Directory.Exists(name)) throw new UserError("The specification is a folder already.", name, field: "--output", advice: "Copy it, or name a .md file.");
            else ShippedSpecifications.Copy(name, output);
        }

        if (parsed.GetValue(_json)) JsonOutput.Write(new { specification.Name, specification.Hash, Category = parsed.GetValue(_category), Output = parsed.GetValue(_output), Text = text });
        else if (parsed.GetValue(_output) is { } written) Console.Out.WriteLine($"Written  {written}");
        else Console.Out.Write(text);
        return ExitCode.Success;
    }
}

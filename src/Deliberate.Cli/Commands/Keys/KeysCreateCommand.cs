using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Makes an API key, and shows it once.</summary>
internal sealed class KeysCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Whose the key is, or what for; the request log names it so." };
    private readonly Option<int?> _requests = CommonOptions.OptionalWhole("--requests-per-minute", "More get 429 with retry-after; no limit if left out.", 1);
    private readonly Option<int?> _tokens = CommonOptions.OptionalWhole("--tokens-per-minute", "Of prompts and answers together; no limit if left out.", 1);
    private readonly Option<string?> _keys = KeyFileOption.Create();

    public KeysCreateCommand()
        : base(
            "create",
            "Make an API key for deliberate serve. It is printed once, and kept as its hash alone.",
            "deliberate keys create laptop",
            "deliberate keys create team --requests-per-minute 60 --tokens-per-minute 100000")
    {
        Add(_name);
        foreach (var option in new Option[] { _requests, _tokens, _keys }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(_name).Trim();
        if (name.Length is 0 or > 100 || name.Any(char.IsControl)) throw new UserError("A key's name has from 1 to 100 characters.", field: "NAME");
        var file = KeyFileOption.Open(parsed.GetValue(_keys));
        var (key, kept) = file.Create(name, parsed.GetValue(_requests), parsed.GetValue(_tokens), TimeProvider.System.GetUtcNow());
        Console.Out.WriteLine(key);
        Console.Error.WriteLine($"That is the key of {kept.Name} ({kept.Id}), shown this once; {file.Path} holds its hash. A running server knows it within a second.");
        return ExitCode.Success;
    }
}

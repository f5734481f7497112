using System.CommandLine;

namespace Deliberate.Cli;

/// <summary>Ends an API key.</summary>
internal sealed class KeysRevokeCommand : CliCommand
{
    private readonly Argument<string> _name = new("KEY") { Description = "Its name or id, as keys list shows them." };
    private readonly Option<string?> _keys = KeyFileOption.Create();

    public KeysRevokeCommand()
        : base("revoke", "End an API key: a running server refuses it within a second.", "deliberate keys revoke laptop", "deliberate keys revoke key_4rT9hQ2mLw0c")
    {
        Add(_name);
        Add(_keys);
    }

    protected override int Run(ParseResult parsed)
    {
        var revoked = KeyFileOption.Open(parsed.GetValue(_keys)).Revoke(parsed.GetRequiredValue(_name), TimeProvider.System.GetUtcNow());
        Console.Out.WriteLine($"The key of {revoked.Name} ({revoked.Id}) works no longer.");
        return ExitCode.Success;
    }
}

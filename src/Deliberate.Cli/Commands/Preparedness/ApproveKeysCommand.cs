using System.CommandLine;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Makes a role's key.</summary>
internal sealed class ApproveKeysCommand : CliCommand
{
    private readonly Option<string> _out = new("--out") { HelpName = "file", Description = "Where the private key goes, readable by you alone.", Required = true };

    public ApproveKeysCommand()
        : base("keys", "Make a pair of keys on P-256: the private one goes to a file, the public one is printed for the policy.", "deliberate approve keys --out safety.pem", "deliberate approve keys --out ~/keys/board.pem") =>
        Add(_out);

    protected override int Run(ParseResult parsed)
    {
        Console.Out.WriteLine($"public_key: \"{RoleKeys.Create(parsed.GetRequiredValue(_out))}\"");
        return ExitCode.Success;
    }
}

using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>The API keys of <c>deliberate serve</c>.</summary>
internal sealed class KeysCommand : CliCommand
{
    public KeysCommand()
        : base("keys", "Make, list and revoke the API keys of deliberate serve. While there is none, a server on this machine answers whoever is on it.", "deliberate keys create laptop", "deliberate keys list", "deliberate keys revoke laptop")
    {
        Add(new KeysCreateCommand());
        Add(new KeysListCommand());
        Add(new KeysRevokeCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with keys?", advice: "deliberate keys create, list or revoke.");
}

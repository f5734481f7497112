using System.CommandLine;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Which file of API keys a command is about.</summary>
internal static class KeyFileOption
{
    public static Option<string?> Create() => new("--keys") { HelpName = "file", Description = "The file of keys; the one that deliberate serve reads unless named." };

    public static ApiKeyFile Open(string? named) =>
        new(named ?? ApiKeyFile.Usual() ?? throw new UserError("This system has no folder for settings of yours.", field: "--keys", advice: "Name a file: --keys FILE."));
}

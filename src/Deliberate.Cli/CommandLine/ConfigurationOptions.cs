using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary><c>--config</c> and <c>--offline</c>, for each command that talks to providers.</summary>
internal sealed class ConfigurationOptions
{
    private readonly Option<string?> _config = new("--config") { HelpName = "file", Description = $"The configuration; {ProgramConfiguration.FileName} in this folder or one above it, or the user's own, if left out." };
    private readonly Option<bool> _offline = new("--offline") { Description = "Open no connection but to providers that allowed_offline lets through." };

    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_offline);
    }

    /// <summary>The configuration in force; its warnings go to standard error.</summary>
    public ProgramConfiguration Load(ParseResult parsed)
    {
        var configuration = ProgramConfiguration.Load(parsed.GetValue(_config), parsed.GetValue(_offline));
        foreach (var warning in configuration.Warnings) Console.Error.WriteLine("warning: " + Secrets.Redact(warning));
        return configuration;
    }
}

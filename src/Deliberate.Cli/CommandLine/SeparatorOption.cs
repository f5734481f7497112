using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary><c>--separator</c>: what ends a step, with <c>\n</c> and <c>\t</c> for what a command line cannot well hold.</summary>
internal sealed class SeparatorOption
{
    private readonly Option<string> _separator = new("--separator") { HelpName = "text", Description = "What ends a step; \\n is a line feed.", DefaultValueFactory = _ => "\\n" };

    public Option Option => _separator;

    /// <exception cref="UserError">It is empty.</exception>
    public string Of(ParseResult parsed) => parsed.GetRequiredValue(_separator) is { Length: > 0 } written
        ? written.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal)
        : throw new UserError("The separator is empty.", field: "--separator");
}

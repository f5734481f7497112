using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>The first mistake of a command line as a <see cref="UserError"/>, with the nearest command or option where a name is unknown.</summary>
internal static class ParseErrors
{
    public static UserError? Find(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = command is RootCommand ? "See deliberate --help." : $"See deliberate {FullName(parsed.CommandResult)} --help.";
        foreach (var token in Loose(parsed))
        {
            if (LooksLikeOption(token)) return Unknown($"There is no option {token}.", token, [.. OptionNames(parsed.CommandResult)], help);
            if (parsed.UnmatchedTokens.Contains(token) && command.Subcommands.Count > 0) return Unknown($"There is no command {token}.", token, [.. command.Subcommands.Select(c => c.Name)], help);
        }

        if (parsed.UnmatchedTokens.Count > 0) return new UserError($"{parsed.UnmatchedTokens[0]} is one argument too many.", advice: help);
        if (parsed.Errors.Count == 0 || parsed.Action is ExamplesHelpAction) return null;
        return command is RootCommand && parsed.Tokens.Count == 0 ? new UserError("No command was given.", advice: $"Begin with deliberate quickstart; the commands are {string.Join(", ", command.Subcommands.Select(c => c.Name))}.")
            : new UserError(parsed.Errors[0].Message, advice: help);
    }

    /// <summary>What no symbol claimed, and what an argument took although it looks like an option.</summary>
    private static IEnumerable<string> Loose(ParseResult parsed)
    {
        var afterDashes = parsed.Tokens.SkipWhile(t => t.Type != TokenType.DoubleDash).Select(t => t.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var child in parsed.CommandResult.Children)
        {
            if (child is not ArgumentResult) continue;
            foreach (var token in child.Tokens)
            {
                if (LooksLikeOption(token.Value) && !afterDashes.Contains(token.Value)) yield return token.Value;
            }
        }

        foreach (var token in parsed.UnmatchedTokens) yield return token;
    }

    /// <summary>A command under another is named by both.</summary>
    private static string FullName(CommandResult result) =>
        result.Parent is CommandResult { Command: not RootCommand } parent ? $"{FullName(parent)} {result.Command.Name}" : result.Command.Name;

    private static bool LooksLikeOption(string token) =>
        token.Length > 1 && token[0] == '-' && !double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<string> OptionNames(CommandResult result)
    {
        foreach (var option in result.Command.Options) yield return option.Name;
        for (var parent = result.Parent as CommandResult; parent is not null; parent = parent.Parent as CommandResult)
        {
            foreach (var option in parent.Command.Options)
            {
                if (option.Recursive) yield return option.Name;
            }
        }
    }

    private static UserError Unknown(string problem, string name, IReadOnlyCollection<string> known, string help) =>
        new(problem, advice: NearestName.Suggest(name, known) ?? help);
}

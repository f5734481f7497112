using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>The first mistake of a command line as a <see cref="UserError"/>, with the nearest command or option where a name is unknown.</summary>
internal static class ParseErrors
{
    /// <summary>How help calls the values of options that name a file, a folder or what is in one.</summary>
    private static readonly string[] Places = ["file", "folder", "path", "checkpoint", "model", "recipe", "card", "result"];

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
        if (parsed.Action is ExamplesHelpAction) return null;
        if (parsed.Errors.Count == 0) return Empty(parsed, help);
        return command is RootCommand && parsed.Tokens.Count == 0 ? new UserError("No command was given.", advice: $"Begin with deliberate quickstart; the commands are {string.Join(", ", command.Subcommands.Select(c => c.Name))}.")
            : new UserError(parsed.Errors[0].Message, advice: help);
    }

    /// <summary>An empty word where a name or a place is wanted: what a shell makes of a variable that is not set.</summary>
    private static UserError? Empty(ParseResult parsed, string help)
    {
        // What stands behind -- is another program's.
        var hasForeign = parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash);
        foreach (var child in parsed.CommandResult.Children)
        {
            var name = child switch
            {
                ArgumentResult argument => hasForeign ? null : argument.Argument.Name,
                OptionResult option => option.Option.HelpName is { } wanted && Places.Any(place => wanted.StartsWith(place, StringComparison.Ordinal)) ? option.Option.Name : null,
                _ => null,
            };
            if (name is not null && child.Tokens.Any(t => t.Value.Length == 0)) return new UserError("Nothing is named here: the word is empty.", field: name, advice: help);
        }

        return null;
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

using System.CommandLine;
using System.Globalization;

namespace Deliberate.Cli;

/// <summary>Lists API keys, never the keys themselves, which nobody knows any more.</summary>
internal sealed class KeysListCommand : CliCommand
{
    private readonly Option<string?> _keys = KeyFileOption.Create();
    private readonly Option<bool> _json = CommonOptions.Json("the keys' names and limits");

    public KeysListCommand()
        : base("list", "List the API keys: name, id, limits, since when, whether revoked.", "deliberate keys list", "deliberate keys list --json")
    {
        Add(_keys);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var file = KeyFileOption.Open(parsed.GetValue(_keys));
        var keys = file.Read();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(keys.Select(k => new { k.Id, k.Name, k.Created, k.Revoked, k.RequestsPerMinute, k.TokensPerMinute }));
            return ExitCode.Success;
        }

        if (keys.Count == 0) Console.Out.WriteLine($"{file.Path} holds no key: deliberate serve answers whoever is on this machine.");
        foreach (var key in keys)
        {
            var limits = string.Join(", ", new[] { Limit(key.RequestsPerMinute, "requests"), Limit(key.TokensPerMinute, "tokens") }.Where(l => l is not null));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key.Name}  {key.Id}  since {key.Created:yyyy-MM-dd}{(limits.Length > 0 ? $"  {limits} a minute" : "")}{(key.Revoked is { } at ? $"  revoked {at:yyyy-MM-dd}" : "")}"));
        }

        return ExitCode.Success;
    }

    private static string? Limit(int? most, string what) => most is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number} {what}") : null;
}

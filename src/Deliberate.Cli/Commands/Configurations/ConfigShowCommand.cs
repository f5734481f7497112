using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Shows the configuration in force and where it is from; of keys only where they are and whether they are there.</summary>
internal sealed class ConfigShowCommand : CliCommand
{
    private readonly ConfigurationOptions _configuration = new();
    private readonly Option<bool> _json = CommonOptions.Json("the configuration");

    public ConfigShowCommand()
        : base("show", "Show the configuration in force, where it is from and which keys are there; never a key.", "deliberate config show", "deliberate config show --config deliberate.yaml --json")
    {
        _configuration.AddTo(this);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var configuration = _configuration.Load(parsed);
        var providers = configuration.Settings.Providers.OrderBy(p => p.Key, StringComparer.Ordinal).ToArray();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { configuration.File, configuration.Offline, configuration.Warnings, Providers = providers.ToDictionary(p => p.Key, p => new { p.Value.Kind, p.Value.Address, Key = KeyOf(configuration, p.Key), AllowedOffline = p.Value.IsAllowedOffline, p.Value.Limits, p.Value.Prices }) });
            return ExitCode.Success;
        }

        Console.Out.WriteLine($"file     {configuration.File ?? $"none: no {ProgramConfiguration.FileName} in this folder or one above it{(ProgramConfiguration.UserFile() is { } own ? $", nor {own}" : "")}"}");
        Console.Out.WriteLine($"network  {(configuration.Offline is { } why ? $"offline ({why})" : "providers")}");
        if (providers.Length > 0) Terminal.WriteTable(null, ["provider", "kind", "address", "key", "offline", "at a time", "a minute", "retries", "prices"], providers.Select(p => (IReadOnlyList<string>)
        [
            p.Key, RecipeWriter.Scalar(p.Value.Kind), p.Value.Address, KeyOf(configuration, p.Key), p.Value.IsAllowedOffline ? "allowed" : "no", Whole(p.Value.Limits.Concurrency),
            p.Value.Limits.RequestsPerMinute is { } requests ? Whole(requests) : "-", Whole(p.Value.Limits.Retries), p.Value.Prices.Count == 0 ? "-" : $"{Whole(p.Value.Prices.Count)} models",
        ]), words: 5);
        return ExitCode.Success;
    }

    private static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Where the key is, and whether it is there.</summary>
    private static string KeyOf(ProgramConfiguration configuration, string name)
    {
        var provider = configuration.Provider(name);
        if (!provider.HasKey) return "none";
        var where = provider.KeyEnv is { } variable ? $"${variable}" : provider.KeyFile!;
        try
        {
            configuration.Key(name);
            return $"{where}, set";
        }
        catch (UserError)
        {
            return $"{where}, NOT there";
        }
    }
}

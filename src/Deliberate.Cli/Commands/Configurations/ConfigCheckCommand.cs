using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Checks the configuration, and with <c>--connect</c> each provider: exit code 2 where it is to be mended, 3 where a provider cannot be told.</summary>
internal sealed class ConfigCheckCommand : CliCommand
{
    private readonly ConfigurationOptions _configuration = new();
    private readonly Option<string?> _provider = new("--provider") { HelpName = "name", Description = "This provider alone." };
    private readonly Option<bool> _connect = new("--connect") { Description = "Ask each provider for its models, which costs nothing and shows whether address, certificate and key are right." };
    private readonly Option<bool> _json = CommonOptions.Json("what was found");

    public ConfigCheckCommand()
        : base(
            "check",
            "Check the configuration: its keys, what they name, whether each key is there; with --connect also whether each provider takes it. Exit code 3 where a provider does not answer.",
            "deliberate config check",
            "deliberate config check --connect --provider openai",
            "deliberate config check --connect --json")
    {
        _configuration.AddTo(this);
        foreach (var option in new Option[] { _provider, _connect, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var configuration = _configuration.Load(parsed);
        if (configuration.File is null) throw new UserError($"There is no {ProgramConfiguration.FileName} in this folder or one above it{(ProgramConfiguration.UserFile() is { } own ? $", nor {own}" : "")}.", advice: "docs/configuration.md shows one.");
        string[] names = parsed.GetValue(_provider) is { } named ? [named] : [.. configuration.Settings.Providers.Keys.Order(StringComparer.Ordinal)];
        using var stop = new StopSignal("Stopping.");
        using var handlers = new ProviderHandlers(configuration);
        var asked = Task.WhenAll(names.Select(name => Check(configuration, handlers, name, parsed.GetValue(_connect), stop.Token))).GetAwaiter().GetResult();
        if (parsed.GetValue(_json)) JsonOutput.Write(new { configuration.File, configuration.Offline, configuration.Warnings, Providers = asked.Select(a => new { a.Provider, a.State, a.Problem, a.Models }) });
        else Write(configuration, asked);
        return asked.Any(a => a.IsMistake) ? ExitCode.UserMistake : asked.Any(a => a.Problem is not null) ? ExitCode.Inconclusive : ExitCode.Success;
    }

    private static async Task<Found> Check(ProgramConfiguration configuration, ProviderHandlers handlers, string name, bool connect, CancellationToken cancellation)
    {
        try
        {
            var hasKey = configuration.Key(name) is not null;
            if (!connect) return new(name, hasKey ? "key is there" : "no key", null, IsMistake: false, null);
            var probe = await ProviderProbe.AskAsync(handlers, name, cancellation).ConfigureAwait(false);
            return probe.Failure is not { } failure
                ? new(name, "answers", null, IsMistake: false, probe.Models)
                : new(name, RecipeWriter.Scalar(failure.Kind).Replace('_', ' '), $"{failure.Message} {failure.Advice}", failure.IsMistake, null);
        }
        catch (UserError error)
        {
            return new(name, "wrong", Secrets.Redact(error.Message), IsMistake: true, null);
        }
    }

    private static void Write(ProgramConfiguration configuration, Found[] asked)
    {
        Console.Out.WriteLine($"{configuration.File}: {Count(asked.Length, "provider")}{(configuration.Offline is { } why ? $", offline ({why})" : "")}");
        foreach (var one in asked)
        {
            var models = one.Models is { } known ? string.Create(CultureInfo.InvariantCulture, $", {Count(known.Count, "model")}{(known.Count > 0 ? $": {string.Join(", ", known.Take(5))}{(known.Count > 5 ? ", ..." : "")}" : "")}") : "";
            Console.Out.WriteLine($"  {one.Provider,-16} {one.State}{models}");
            if (one.Problem is not null) Console.Out.WriteLine($"  {"",-16} {one.Problem}");
        }
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <param name="State">In a word or two.</param>
    /// <param name="Problem">What is wrong and what to do; null where all is well.</param>
    /// <param name="IsMistake">Whether the configuration is to be mended.</param>
    /// <param name="Models">What it has; null where it was not asked or did not say.</param>
    private sealed record Found(string Provider, string State, string? Problem, bool IsMistake, IReadOnlyList<string>? Models);
}

using System.CommandLine;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Opens the pages of runs in a browser, and serves them until it is stopped.</summary>
internal sealed class ServeCommand : CliCommand
{
    private readonly Option<string?> _runs = new("--runs") { HelpName = "folder", Description = "The folder of runs; ./runs unless named." };
    private readonly Option<string?> _evaluations = new("--evaluations") { HelpName = "path", Description = "The folder of evaluations, or one log; ./evaluations unless named." };
    private readonly Option<int> _port = CommonOptions.Whole("--port", "Where to listen; 0 for any port that is free.", ServerOptions.DefaultPort, 0, 65535);
    private readonly Option<string> _address = new("--address") { HelpName = "address", Description = "A loopback address: 127.0.0.1, ::1 or localhost. From another machine, come through ssh -L.", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<bool> _noBrowser = new("--no-browser") { Description = "Open no browser; the address is printed either way." };

    public ServeCommand()
        : base(
            "serve",
            "Show runs and evaluations in a browser, live while they are made: curves, alarms, samples with their verdicts, two runs or two models side by side.",
            "deliberate serve",
            "deliberate serve --runs runs/quickstart --port 8080",
            "deliberate serve --no-browser   # prints an address that lets one browser in, once")
    {
        foreach (var option in new Option[] { _runs, _evaluations, _port, _address, _noBrowser }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (runs, evaluations) = (Named(parsed.GetValue(_runs), "runs", "--runs"), Named(parsed.GetValue(_evaluations), ServerOptions.UsualEvaluations, "--evaluations"));
        var options = new ServerOptions { Runs = runs, Evaluations = evaluations, Port = parsed.GetValue(_port), Address = parsed.GetRequiredValue(_address) };
        ServeAsync(options, runs, parsed.GetValue(_noBrowser)).GetAwaiter().GetResult();
        return ExitCode.Success;
    }

    /// <param name="shown">What is served, for the first line.</param>
    /// <param name="page">That the address opens.</param>
    internal static async Task ServeAsync(ServerOptions options, string shown, bool noBrowser, string page = "/")
    {
        using var stop = new StopSignal("Stopping.");
        await using var server = await DeliberateServer.StartAsync(options, stop.Token);
        var link = server.NewLink(page);
        Console.Out.WriteLine($"Serving {Path.GetFullPath(shown)} at\n\n  {link}\n");
        Console.Out.WriteLine("The address lets one browser in, once." + (Console.IsInputRedirected ? "" : " Enter prints another.") + " Ctrl-C ends.");
        if (!server.IsAlone) Console.Error.WriteLine($"{shown} may not be written to: a second server on it would not be refused.");
        if (!noBrowser) Browser.TryOpen(link);
        if (!Console.IsInputRedirected) _ = Task.Run(() => PrintLinks(server), stop.Token);
        await server.RunUntilAsync(stop.Token);
    }

    /// <summary>What is not named may be made later; a name that leads nowhere was mistyped, and nothing is made of it.</summary>
    private static string Named(string? path, string usual, string option)
    {
        if (path is null) return usual;
        if (Directory.Exists(path) || File.Exists(path)) return path;
        var folder = Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(path)))!;
        var nearest = Directory.Exists(folder) ? NearestName.Find(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), Directory.EnumerateFileSystemEntries(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)) : null;
        throw new UserError("There is no such folder.", path, field: option, advice: nearest is null ? "Name a folder that is there." : $"Did you mean \"{Path.Combine(Path.GetDirectoryName(path) ?? "", nearest)}\"?");
    }

    /// <summary>Another address for each Enter, for another browser.</summary>
    private static void PrintLinks(DeliberateServer server)
    {
        while (Console.In.ReadLine() is not null) Console.Out.WriteLine($"  {server.NewLink()}");
    }
}

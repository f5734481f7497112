using System.CommandLine;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Opens the pages of runs in a browser, and serves them until it is stopped.</summary>
internal sealed class ServeCommand : CliCommand
{
    private readonly Option<string> _runs = new("--runs") { HelpName = "folder", Description = "The folder of runs.", DefaultValueFactory = _ => "runs" };
    private readonly Option<int> _port = CommonOptions.Whole("--port", "Where to listen; 0 for any port that is free.", ServerOptions.DefaultPort, 0, 65535);
    private readonly Option<string> _address = new("--address") { HelpName = "address", Description = "A loopback address: 127.0.0.1, ::1 or localhost. From another machine, come through ssh -L.", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<bool> _noBrowser = new("--no-browser") { Description = "Open no browser; the address is printed either way." };

    public ServeCommand()
        : base(
            "serve",
            "Show runs in a browser, live while they train: curves, alarms, samples with their verdicts, two runs side by side.",
            "deliberate serve",
            "deliberate serve --runs runs/quickstart --port 8080",
            "deliberate serve --no-browser   # prints an address that lets one browser in, once")
    {
        foreach (var option in new Option[] { _runs, _port, _address, _noBrowser }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var options = new ServerOptions { Runs = parsed.GetRequiredValue(_runs), Port = parsed.GetValue(_port), Address = parsed.GetRequiredValue(_address) };
        ServeAsync(options, parsed.GetValue(_noBrowser)).GetAwaiter().GetResult();
        return ExitCode.Success;
    }

    private static async Task ServeAsync(ServerOptions options, bool noBrowser)
    {
        using var stop = new StopSignal("Stopping.");
        await using var server = await DeliberateServer.StartAsync(options, stop.Token);
        var link = server.NewLink();
        Console.Out.WriteLine($"Serving {Path.GetFullPath(options.Runs)} at\n\n  {link}\n");
        Console.Out.WriteLine("The address lets one browser in, once." + (Console.IsInputRedirected ? "" : " Enter prints another.") + " Ctrl-C ends.");
        if (!server.IsAlone) Console.Error.WriteLine($"{options.Runs} may not be written to: a second server on it would not be refused.");
        if (!noBrowser) Browser.TryOpen(link);
        if (!Console.IsInputRedirected) _ = Task.Run(() => PrintLinks(server), stop.Token);
        await server.RunUntilAsync(stop.Token);
    }

    /// <summary>Another address for each Enter, for another browser.</summary>
    private static void PrintLinks(DeliberateServer server)
    {
        while (Console.In.ReadLine() is not null) Console.Out.WriteLine($"  {server.NewLink()}");
    }
}

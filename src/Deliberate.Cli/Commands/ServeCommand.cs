using System.CommandLine;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Serves models to programs that speak OpenAI's interface, and the pages of runs, evaluations and a chat to a browser, until it is stopped.</summary>
internal sealed class ServeCommand : CliCommand
{
    private readonly Argument<string[]> _models = ServingOptions.Argument();
    private readonly ServingOptions _serving = new();
    private readonly Option<string?> _runs = new("--runs") { HelpName = "folder", Description = "The folder of runs; ./runs unless named." };
    private readonly Option<string?> _evaluations = new("--evaluations") { HelpName = "path", Description = "The folder of evaluations, or one log; ./evaluations unless named." };
    private readonly Option<int> _port = CommonOptions.Whole("--port", "Where to listen; 0 for any port that is free.", ServerOptions.DefaultPort, 0, 65535);
    private readonly Option<string> _address = new("--address") { HelpName = "address", Description = "A loopback address: 127.0.0.1, ::1 or localhost; from another machine, come through ssh -L. With models and an API key also another, where pages are never shown.", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<string?> _database = new("--database") { HelpName = "place", Description = "Switch accounts on, with the pages to label on: a folder, a file that ends in .db, or PostgreSQL's connection string. See docs/labelling.md." };
    private readonly Option<string?> _public = new("--public-address") { HelpName = "https://name", Description = "With accounts: under which people come, where a proxy with a certificate leads to this server." };
    private readonly ConfigurationOptions _configuration = new();
    private readonly Option<bool> _noBrowser = new("--no-browser") { Description = "Open no browser; the address is printed either way." };

    public ServeCommand()
        : base(
            "serve",
            "Serve models to every program that talks to OpenAI (Responses, Chat Completions; the chain of thought stays hidden), and show runs, evaluations and a chat in a browser, live.",
            "deliberate serve model.gguf   # then, for any client: OPENAI_BASE_URL=http://127.0.0.1:5170/v1",
            "deliberate serve small=runs/quickstart/checkpoints/final large=hf:Qwen/Qwen3-0.6B --weights q8_0",
            "deliberate serve model.gguf --slots 64 --cache-bytes 1GiB   # many short answers at once, in memory that does not grow beyond it",
            "deliberate serve model.gguf --effort high=2000 --default-effort low --request-log requests.jsonl",
            "deliberate serve model.gguf --moderate prompts.json --monitor usual   # judge train harmful-prompts makes the file; counts are in /metrics",
            "deliberate serve runs/my-model --gate policies/mine.yaml --gate-evidence evaluations --gate-evidence release/gate",
            "deliberate serve model.gguf --mcp \"npx weather-server\" --allow-tool forecast",
            "deliberate serve runs/my-model --reload   # each new checkpoint is served as soon as it is whole",
            "deliberate serve   # the pages of ./runs and ./evaluations alone",
            "deliberate serve --runs runs/quickstart --port 8080",
            "deliberate serve --no-browser   # prints an address that lets one browser in, once",
            "deliberate serve --database labelling   # the same for several people, who sign in; and they label")
    {
        Add(_models);
        foreach (var option in new Option[] { _port, _address, _noBrowser, _runs, _evaluations, _database, _public }) Add(option);
        foreach (var option in _serving.All) Add(option);
        _configuration.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        string? runs = Named(parsed.GetValue(_runs), "runs", "--runs"), evaluations = Named(parsed.GetValue(_evaluations), ServerOptions.UsualEvaluations, "--evaluations");
        var api = _serving.Read(parsed, parsed.GetValue(_models)!, _configuration);
        // Beside models, pages of what is not there would only be in the way.
        if (api is not null && parsed.GetValue(_runs) is null && !Directory.Exists(runs)) runs = null;
        if (api is not null && parsed.GetValue(_evaluations) is null && !Directory.Exists(evaluations)) evaluations = null;
        var options = new ServerOptions { Runs = runs, Evaluations = evaluations, Port = parsed.GetValue(_port), Address = parsed.GetRequiredValue(_address), Api = api, Database = parsed.GetValue(_database), PublicAddress = parsed.GetValue(_public) };
        if (options.Database is not null) options = options with { Configuration = _configuration.Load(parsed) };
        try
        {
            ServeAsync(options, runs ?? evaluations, parsed.GetValue(_noBrowser)).GetAwaiter().GetResult();
            return ExitCode.Success;
        }
        catch (GateRefusal refusal)
        {
            Console.Error.WriteLine($"error: {refusal.Message}");
            return GateCommand.CodeOf(refusal.Verdict);
        }
    }

    /// <param name="shown">What is served, for the first line; null for models alone.</param>
    /// <param name="page">That the address opens.</param>
    internal static async Task ServeAsync(ServerOptions options, string? shown, bool noBrowser, string page = "/")
    {
        using var stop = new StopSignal(options.Api is null ? "Stopping." : "Stopping; answers in work are finished first.");
        if (options.Api is { } opening) Console.Error.WriteLine($"Reading {string.Join(", ", opening.Models.Select(m => m.Name))}.");
        await using var server = await DeliberateServer.StartAsync(options, stop.Token);
        if (options.Api is { } api) PrintInterface(server, api);
        // Nobody waits for it: what came of it is said by whoever changes the models.
        using var reload = options.Api is null || OperatingSystem.IsWindows() ? null : System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = Task.Run(server.ReloadAsync);
        });
        // Pages are for this machine.
        if (server.ShowsPages)
        {
            var invitation = await server.OwnerInvitationAsync(stop.Token);
            var link = invitation ?? server.NewLink(page);
            Console.Out.WriteLine($"Serving {(options.Database is not null ? DatabaseChoice.Parse(options.Database).Said : shown is null ? "a chat" : Path.GetFullPath(shown))} at\n\n  {link}\n");
            if (options.Database is null) Console.Out.WriteLine("The address lets one browser in, once." + (Console.IsInputRedirected ? "" : " Enter prints another.") + " Ctrl-C ends.");
            else Console.Out.WriteLine((invitation is null ? "People sign in there." : "Nobody owns this server yet: the address makes whoever opens it its owner, once.") + " Ctrl-C ends.");
            if (!server.IsAlone) Console.Error.WriteLine($"{shown} may not be written to: a second server on it would not be refused.");
            if (!noBrowser) Browser.TryOpen(link);
            if (!Console.IsInputRedirected && options.Database is null) _ = Task.Run(() => PrintLinks(server), stop.Token);
        }

        await server.RunUntilAsync(stop.Token);
    }

    /// <summary>Where programs find the models, and who may ask.</summary>
    private static void PrintInterface(DeliberateServer server, ApiOptions api)
    {
        Console.Out.WriteLine($"Models for programs that talk to OpenAI: {string.Join(", ", api.Models.Select(m => m.Name))}\n\n  OPENAI_BASE_URL={server.Address}/v1\n");
        Console.Out.WriteLine(server.NeedsKeys ? $"Requests bring a key of {api.Keys}." : "There is no API key: whoever is on this machine may ask. deliberate keys create NAME makes one.");
        if (api.ShowsReasoning) Console.Out.WriteLine("Answers show the chain of thought.");
        Console.Out.WriteLine();
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

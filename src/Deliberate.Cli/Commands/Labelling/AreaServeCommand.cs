using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Serves the pages of one area alone, with accounts, and opens the models that they ask: labelling, red teaming.</summary>
internal abstract class AreaServeCommand : CliCommand
{
    private readonly Option<string?> _database = LabellingOptions.Option();
    private readonly Option<int> _port = CommonOptions.Whole("--port", "Where to listen; 0 for any port that is free.", ServerOptions.DefaultPort, 0, 65535);
    private readonly Option<string> _address = new("--address") { HelpName = "address", Description = "127.0.0.1; another one only with --public-address.", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<string?> _public = new("--public-address") { HelpName = "https://name", Description = "Under which people come, where a proxy with a certificate leads to this server." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _noBrowser = new("--no-browser") { Description = "Open no browser; the address is printed either way." };
    private readonly ConfigurationOptions _configuration = new();
    private readonly string _root;

    /// <param name="root">Where the area's pages begin.</param>
    /// <param name="description">For help.</param>
    /// <param name="examples">For help.</param>
    protected AreaServeCommand(string root, string description, params string[] examples)
        : base("serve", description, examples)
    {
        _root = root;
        foreach (var option in new Option[] { _database, _port, _address, _public, _threads, _noBrowser }) Add(option);
        _configuration.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var configuration = _configuration.Load(parsed);
        using var handlers = new ProviderHandlers(configuration);
        var models = new EvaluationModels(configuration, handlers) { Checkpoint = path => EvaluationSession.Checkpoint(path, parsed.GetValue(_threads)) };
        var options = new ServerOptions
        {
            Runs = null,
            Evaluations = null,
            Database = LabellingOptions.Place(parsed.GetValue(_database)),
            PublicAddress = parsed.GetValue(_public),
            Port = parsed.GetValue(_port),
            Address = parsed.GetRequiredValue(_address),
            Configuration = configuration,
            OpenModel = models.Open,
            HasRedteam = _root == RedteamArea.Root,
        };
        ServeCommand.ServeAsync(options, null, parsed.GetValue(_noBrowser), _root).GetAwaiter().GetResult();
        return ExitCode.Success;
    }
}

using System.CommandLine;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Serves the pages to label on, alone.</summary>
internal sealed class LabelServeCommand : CliCommand
{
    private readonly Option<string?> _database = LabellingOptions.Option();
    private readonly Option<int> _port = CommonOptions.Whole("--port", "Where to listen; 0 for any port that is free.", ServerOptions.DefaultPort, 0, 65535);
    private readonly Option<string> _address = new("--address") { HelpName = "address", Description = "127.0.0.1; another one only with --public-address.", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<string?> _public = new("--public-address") { HelpName = "https://name", Description = "Under which people come, where a proxy with a certificate leads to this server." };
    private readonly Option<bool> _noBrowser = new("--no-browser") { Description = "Open no browser; the address is printed either way." };
    private readonly ConfigurationOptions _configuration = new();

    public LabelServeCommand()
        : base(
            "serve",
            "Serve the pages to label on, with accounts. The first start prints the link that makes its owner.",
            "deliberate label serve",
            "deliberate label serve --database /srv/labelling --public-address https://label.example.org --no-browser",
            "deliberate label serve --port 8080   # on PostgreSQL, where DELIBERATE_DATABASE holds its connection string")
    {
        foreach (var option in new Option[] { _database, _port, _address, _public, _noBrowser }) Add(option);
        _configuration.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var options = new ServerOptions
        {
            Runs = null,
            Evaluations = null,
            Database = LabellingOptions.Place(parsed.GetValue(_database)),
            PublicAddress = parsed.GetValue(_public),
            Port = parsed.GetValue(_port),
            Address = parsed.GetRequiredValue(_address),
            Configuration = _configuration.Load(parsed),
        };
        ServeCommand.ServeAsync(options, null, parsed.GetValue(_noBrowser), LabellingArea.Root).GetAwaiter().GetResult();
        return ExitCode.Success;
    }
}

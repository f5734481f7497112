using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Opens the pages of evaluations in a browser: a log, or a folder that holds some.</summary>
internal sealed class ViewCommand : CliCommand
{
    private readonly Argument<string> _path = new("PATH") { Description = "A log of samples, or a folder of them.", DefaultValueFactory = _ => ServerOptions.UsualEvaluations };
    private readonly Option<int> _port = CommonOptions.Whole("--port", "Where to listen; 0 for any port that is free.", ServerOptions.DefaultPort, 0, 65535);
    private readonly Option<bool> _noBrowser = new("--no-browser") { Description = "Open no browser; the address is printed either way." };

    public ViewCommand()
        : base(
            "view",
            "Show evaluations in a browser: figures, every sample with its transcript and verdict, found by filters and full text, two models side by side, labels.",
            "deliberate view evaluations/nightly",
            "deliberate view xstest.log   # as a page to be sent to somebody: deliberate log export xstest.log --format html")
    {
        Add(_path);
        Add(_port);
        Add(_noBrowser);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_path);
        var logs = EvaluationLogs.Under(path);
        // Said before a browser opens.
        if (logs is [var only]) LoggedEvaluation.Open(only).Dispose();
        var options = new ServerOptions { Runs = null, Evaluations = path, Port = parsed.GetValue(_port) };
        ServeCommand.ServeAsync(options, path, parsed.GetValue(_noBrowser), File.Exists(path) ? EvaluationUrl.Of(Path.GetFileNameWithoutExtension(path)) : EvaluationsArea.Root).GetAwaiter().GetResult();
        return ExitCode.Success;
    }
}

using System.CommandLine;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Goes on with an evaluation that was stopped or killed: no finished sample is asked again.</summary>
internal sealed class EvalResumeCommand : CliCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "Of the evaluation: the one with evaluation.json." };
    private readonly Option<bool> _retryErrors = new("--retry-errors") { Description = "Ask samples again that ended in an error." };
    private readonly EvaluationOptions _options = new();

    public EvalResumeCommand()
        : base("resume", "Go on with an evaluation that was stopped or killed, as it was asked for; samples that are finished are not asked again.", "deliberate eval resume evaluations/20260301-101500", "deliberate eval resume evaluations/20260301-101500 --retry-errors")
    {
        Add(_folder);
        Add(_retryErrors);
        _options.AddToResume(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var folder = parsed.GetRequiredValue(_folder);
        var request = EvaluationFolder.ReadRequest(folder);
        return EvaluationSession.Run(request with { Settings = request.Settings with { RetryErrors = parsed.GetValue(_retryErrors) } }, folder, _options, parsed);
    }
}

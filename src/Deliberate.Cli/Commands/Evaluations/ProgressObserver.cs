using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Counts samples for a view, and what they took.</summary>
internal sealed class ProgressObserver(IProgressView view, string name) : EvaluationObserver
{
    private int _done, _errors;
    private ModelUsage _usage;

    public override void Begin(int samples, int finished)
    {
        _done = finished;
        view.Begin(name, samples, finished, "samples");
    }

    public override void Done(EvaluatedSample sample)
    {
        _done++;
        _usage += sample.Usage;
        if (sample.Verdict.Outcome is Reasoning.SampleOutcome.HarnessError or Reasoning.SampleOutcome.JudgeError) _errors++;
        view.Advance(_done, Detail());
    }

    public override void Notice(string message) => view.Note(message);

    private string Detail()
    {
        var tokens = $"{Quantity.Count(_usage.OutputTokens)} tokens";
        if (_usage.Cost > 0) tokens += FormattableString.Invariant($", cost {_usage.Cost:0.00##}");
        return _errors > 0 ? FormattableString.Invariant($"{tokens}, {_errors} errors") : tokens;
    }
}

using System.CommandLine;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>The options of commands that use monitors: which, and what they need.</summary>
internal sealed class MonitorOptions
{
    private readonly Option<string?> _weights = new("--weights") { HelpName = "file", Description = "Weights of the monitor \"trained\", from deliberate monitor train." };
    private readonly Option<double> _timeout = CommonOptions.Real("--timeout", "Seconds that a monitor may take over one thought; it has then said nothing of it.", Monitoring.UsualTimeout.TotalSeconds, 0.1, 3600);

    public JudgeOptions Judge { get; } = new();

    public void AddTo(Command command)
    {
        command.Add(_weights);
        command.Add(_timeout);
        Judge.AddTo(command);
    }

    public TimeSpan Timeout(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_timeout));

    public MonitorRequest Request(ParseResult parsed, JudgeOptions.Judging named) => new(named.Model, parsed.GetValue(_weights));

    /// <summary>The named monitors, each once.</summary>
    public IReadOnlyList<IThoughtMonitor> Create(ParseResult parsed, JudgeOptions.Judging named, IReadOnlyList<string> names)
    {
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Count) throw new UserError("A monitor is named twice.", field: "--monitor");
        return [.. names.Select(name => MonitorList.Create(name, Request(parsed, named)))];
    }
}

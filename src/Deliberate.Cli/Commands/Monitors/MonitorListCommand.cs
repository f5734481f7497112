using System.CommandLine;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>All monitors: what each looks for, what it needs.</summary>
internal sealed class MonitorListCommand : CliCommand
{
    private readonly Option<bool> _json = CommonOptions.Json("the list");

    public MonitorListCommand()
        : base("list", "Show the monitors there are, what each looks for and what it needs.", "deliberate monitor list", "deliberate monitor list --json") => Add(_json);

    protected override int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Monitors = MonitorList.All.Select(m => new { m.Name, m.Title, m.Findings, m.Needs, IsUsual = MonitorList.Usual.Contains(m.Name) }) });
        else
        {
            Terminal.WriteTable(null, ["monitor", "looks for", "finds", "needs"], MonitorList.All.Select(m => (IReadOnlyList<string>)
                [m.Name, m.Title, m.Needs == MonitorNeed.Weights ? "what its labels say" : string.Join(", ", m.Findings.Select(MonitorVerdict.NameOf)), m.Needs switch { MonitorNeed.Model => "--judge-model", MonitorNeed.Weights => "--weights", _ => "nothing" }]), words: 4);
            Console.Out.WriteLine($"Without --monitor a scan uses {string.Join(", ", MonitorList.Usual)}.");
            Console.Out.WriteLine("How good a monitor is: deliberate monitor validate holds it against labelled thoughts.");
        }

        return ExitCode.Success;
    }
}

using System.CommandLine;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Says what the numbers mean that runs record.</summary>
internal sealed class MetricsCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "A metric's name or a part of it; all if left out.", DefaultValueFactory = _ => "" };
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Write the whole list there as a page in Markdown." };
    private readonly Option<bool> _json = CommonOptions.Json("the metrics");

    public MetricsCommand()
        : base(
            "metrics",
            "Say what the numbers mean that a run records in metrics.jsonl, timings.jsonl and TensorBoard: unit, meaning, source.",
            "deliberate metrics",
            "deliberate metrics kl",
            $"deliberate metrics {SampleMetrics.Reinforcement.ZeroDeviation.Name} --json")
    {
        Add(_name);
        Add(_output);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_output) is { } file)
        {
            AtomicFile.WriteText(file, MetricsPage.Markdown());
            return ExitCode.Success;
        }

        var name = parsed.GetRequiredValue(_name);
        var groups = MetricList.Groups.Select(g => (Group: g, Metrics: g.Metrics.Where(m => m.Name.Contains(name, StringComparison.OrdinalIgnoreCase) || m == MetricList.Find(name)).ToArray())).Where(g => g.Metrics.Length > 0).ToArray();
        if (groups.Length == 0) throw new UserError($"No metric is called \"{name}\" or has it in its name.", field: "NAME", advice: NearestName.Suggest(name, [.. MetricList.All.Select(m => m.Name)]));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(groups.SelectMany(g => g.Metrics.Select(m => new { m.Name, Unit = m.Unit.Name, m.Meaning, m.Source, Recorded = m.When, Group = g.Group.Title })));
            return ExitCode.Success;
        }

        foreach (var (group, metrics) in groups)
        {
            Console.Out.WriteLine($"{group.Title}. {group.About}");
            foreach (var metric in metrics)
            {
                Console.Out.WriteLine($"  {metric.Name} ({metric.Unit.Name}; {metric.When})");
                Console.Out.WriteLine($"      {metric.Meaning}");
                Console.Out.WriteLine($"      {metric.Source}");
            }

            Console.Out.WriteLine();
        }

        return ExitCode.Success;
    }
}

using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>The tasks there are.</summary>
internal sealed class EvalTasksCommand : CliCommand
{
    private readonly Option<bool> _json = CommonOptions.Json("the tasks");

    public EvalTasksCommand()
        : base("tasks", "List the tasks: what each measures, by which figures, on which data; and the task families.", "deliberate eval tasks", "deliberate eval tasks --json") => Add(_json);

    protected override int Run(ParseResult parsed)
    {
        var families = FamilyRegistry.All.Select(f => (Name: $"family:{f.Name}@{f.Levels[0].Number}", f.Title, Summary: f.Description, Levels: string.Join(", ", f.Levels.Select(l => l.Number.ToString(CultureInfo.InvariantCulture))))).ToArray();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new
            {
                Tasks = EvaluationTasks.All.Select(t => new { t.Name, t.Version, t.Title, t.Summary, Metrics = t.Metrics.Select(m => m.Name), Data = t.Source?.Name, t.Source?.Licence }),
                Suites = SuiteGroups.All.Select(g => new { Name = SuiteGroups.Prefix + g.Name, g.About, Tasks = g.Entries.Select(e => e.Task), g.NotTested }),
                Families = families.Select(f => new { f.Name, f.Title, f.Summary, f.Levels }),
            });
            return ExitCode.Success;
        }

        if (EvaluationTasks.All.Count > 0) Terminal.WriteTable("Tasks:", ["task", "what it measures", "figures", "data"], EvaluationTasks.All.Select(t => (string[])[t.Name, t.Summary.Length > 0 ? t.Summary : t.Title, string.Join(", ", t.Metrics.Take(4).Select(m => m.Name)), t.Source?.Name ?? "generated"]), words: 4);
        Terminal.WriteTable("Suites, which are several tasks:", ["suite", "what it is", "tasks"], SuiteGroups.All.Select(g => (string[])[SuiteGroups.Prefix + g.Name, g.About, string.Join(", ", g.Entries.Select(e => e.Task))]), words: 3);
        Terminal.WriteTable("Task families, judged by their own rules (family:NAME@LEVEL):", ["task", "what it asks", "levels"], families.Select(f => (string[])[f.Name, f.Summary, f.Levels]), words: 3);
        Console.Out.WriteLine("Besides: a file of problems (FILE.jsonl), and a task of your own (FILE.yaml; deliberate eval schema prints its keys).");
        return ExitCode.Success;
    }
}

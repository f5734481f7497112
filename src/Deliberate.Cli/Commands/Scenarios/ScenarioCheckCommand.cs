using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Runs the oracle of each task: a task whose own solution does not pass its tests says nothing of a model. Exit code 1 where one does not.</summary>
internal sealed class ScenarioCheckCommand : CliCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "A task folder of Harbor, or a folder of such." };
    private readonly Option<bool> _json = CommonOptions.Json("the tasks");

    public ScenarioCheckCommand()
        : base("check", "Run the solution of each task and then its tests: do they give the whole reward? Names what needs a container, what never ends, what is missing.", "deliberate scenario check tasks/", "deliberate scenario check tasks/one --json")
    {
        Add(_folder);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        CodeScorer.RequireSandbox();
        var folders = HarborReader.Find(parsed.GetRequiredValue(_folder));
        using var stop = new StopSignal("Stopping.");
        var found = ProgressViews.Run(view =>
        {
            view.Begin("oracles", folders.Count, unit: "tasks");
            var all = new List<(string Name, string Folder, double? Reward, string Problem, IReadOnlyList<string> Ignored)>();
            foreach (var folder in folders)
            {
                all.Add(Check(folder, stop.Token));
                view.Advance(all.Count, all[^1].Name);
            }

            return all;
        });
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Tasks = found.Select(t => new { t.Name, t.Folder, t.Reward, Problem = t.Problem.Length > 0 ? t.Problem : null, t.Ignored }) });
        else
        {
            Terminal.WriteTable(null, ["task", "oracle's reward", "problem"], found.Select(t => (IReadOnlyList<string>)[t.Name, t.Reward?.ToString("0.###", CultureInfo.InvariantCulture) ?? "-", t.Problem]), words: 2);
            foreach (var (name, _, _, _, ignored) in found.Where(t => t.Ignored.Count > 0)) Console.Out.WriteLine($"{name}: not used here: {string.Join(", ", ignored)}.");
        }

        return found.All(t => t.Problem.Length == 0) ? ExitCode.Success : ExitCode.RequirementFailed;
    }

    private static (string Name, string Folder, double? Reward, string Problem, IReadOnlyList<string> Ignored) Check(string folder, CancellationToken cancellation)
    {
        HarborTask task;
        try
        {
            task = HarborReader.Read(folder);
        }
        catch (UserError error)
        {
            return (Path.GetFileName(folder), folder, null, error.Message, []);
        }

        if (HarborImage.WhyNot(task) is { } why) return (task.Name, folder, null, why, task.Ignored);
        var outcome = HarborRun.OracleAsync(task, cancellation).GetAwaiter().GetResult();
        return (task.Name, folder, outcome.Reward, outcome.IsSolved ? "" : outcome.Problem ?? "the oracle's solution does not pass the tests", task.Ignored);
    }
}

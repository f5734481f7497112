using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>The runs in a folder and in the folders in it, such as the quickstart's.</summary>
internal sealed class RunsListCommand : CliCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "A folder of runs.", DefaultValueFactory = _ => "runs" };
    private readonly Option<bool> _json = CommonOptions.Json("the runs");

    public RunsListCommand()
        : base("list", "List the runs in a folder: state, place, accuracy before and after, when begun, how long, which alarms rang.", "deliberate runs list", "deliberate runs list runs/quickstart --json")
    {
        Add(_folder);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var folder = parsed.GetRequiredValue(_folder);
        if (!Directory.Exists(folder)) throw new UserError("There is no such folder.", folder, advice: "Runs are made by deliberate train, in the folder runs.");
        var runs = (File.Exists(new RunFolder(folder).Recipe) ? [folder] : RunNames.In(folder).Concat(Directory.GetDirectories(folder).Order(StringComparer.Ordinal).SelectMany(RunNames.In))).Select(RunOverview.Read).ToArray();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Folder = folder, Runs = runs });
            return ExitCode.Success;
        }

        if (runs.Length == 0)
        {
            Console.Out.WriteLine($"{folder} holds no run. Make one: deliberate train recipes/arithmetic.yaml");
            return ExitCode.Success;
        }

        Terminal.WriteTable(
            null, ["run", "state", "place", "started", "alarms", "before", "after", "trained for"],
            runs.Select(r => (string[])
            [
                Path.GetRelativePath(folder, r.Folder) is var name && name == "." ? r.Folder : name, RecipeWriter.Scalar(r.Condition), Place(r), r.Started?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-",
                r.Alarms.Count == 0 ? "-" : string.Join(", ", r.Alarms), Share(r.Before), Share(r.After), r.Seconds > 0 ? Quantity.Duration(TimeSpan.FromSeconds(r.Seconds)) : "-",
            ]),
            words: 5);
        if (EstimateText.Methods(runs.SelectMany(r => new[] { r.Before, r.After }).OfType<Estimate>()) is { Length: > 0 } methods) Console.Out.WriteLine($"Before and after: the share of right answers of the first and the last evaluation, with 95% intervals ({methods}).");
        foreach (var run in runs)
            if (run.Problem is { } problem) Console.Out.WriteLine($"damaged: {problem}");
        return ExitCode.Success;
    }

    private static string Place(RunOverview run) => run.Condition switch
    {
        RunCondition.Damaged => "-",
        RunCondition.Finished => "end",
        _ => string.Create(CultureInfo.InvariantCulture, $"{RunWords.Stage(run.Stage)} {run.Step}/{run.Steps}"),
    };

    private static string Share(Estimate? accuracy) => accuracy is { IsMeasured: true } ? accuracy.WithRange(NumberStyle.Share) : "-";
}

using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>Reads a file of step labels to its end: bad lines, what repeats or contradicts, and the statistics of the paper's table 3.</summary>
internal sealed class LabelsCheckCommand : CliCommand
{
    private const int MostShown = 20;

    private readonly Argument<string> _file = new("FILE") { Description = "JSON Lines in PRM800K's schema, or prompt, completions and labels, or ProcessBench's." };
    private readonly Option<bool> _json = CommonOptions.Json("what was found");

    public LabelsCheckCommand()
        : base(
            "check",
            "Check step labels: bad lines with line and field, repetitions, contradictions, and statistics by phase. Exit code 2 where a line is bad.",
            "deliberate labels check phase2_train.jsonl",
            "deliberate labels check labels.jsonl --json")
    {
        Add(_file);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var file = parsed.GetRequiredValue(_file);
        var statistics = new LabelStatistics();
        List<UserError> errors = [];
        int lines = 0, steps = 0, wrong = 0, bad = 0;
        foreach (var line in LabelFile.Read(file, onError: error =>
        {
            bad++;
            if (errors.Count < MostShown) errors.Add(error);
        }))
        {
            lines++;
            steps += line.Example.Steps.Count;
            if (line.Example.FirstError >= 0) wrong++;
            if (line.Labelled is { } labelled) statistics.Add(line.Line, labelled);
        }

        if (lines + bad == 0) throw new UserError("The file holds no labels.", file);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { File = file, Solutions = lines, Steps = steps, WithError = wrong, Bad = bad, Errors = errors.Select(e => e.Message), Labellers = statistics.Labellers.Count, statistics.Duplicates, statistics.Contradictions, statistics.Found, Phases = Rows(statistics).Select(r => new { Phase = r.Name, r.Tally.Solutions, r.Tally.RightEnds, r.Tally.Labels, r.Tally.RightSteps, r.Tally.Negative, r.Tally.Neutral, r.Tally.Positive, r.Tally.Flagged, r.Tally.Human, Milliseconds = r.Tally.Time, Finishes = r.Tally.Finishes.ToDictionary(f => RecipeWriter.Scalar(f.Key), f => f.Value) }) });
        else Write(file, statistics, lines, steps, wrong, bad, errors);
        return bad == 0 ? ExitCode.Success : ExitCode.UserMistake;
    }

    private static IEnumerable<(string Name, LabelTally Tally)> Rows(LabelStatistics statistics)
    {
        if (statistics.PhaseOne.Solutions > 0) yield return ("phase 1", statistics.PhaseOne);
        if (statistics.PhaseTwo.Solutions > 0) yield return ("phase 2", statistics.PhaseTwo);
        if (statistics.PhaseOne.Solutions > 0 && statistics.PhaseTwo.Solutions > 0) yield return ("both", statistics.All);
    }

    private static void Write(string file, LabelStatistics statistics, int lines, int steps, int wrong, int bad, List<UserError> errors)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {lines} solutions, {steps} steps, {wrong} solutions with a wrong step; {bad} bad lines."));
        foreach (var error in errors) Console.Error.WriteLine("error: " + error.Message);
        var rows = Rows(statistics).ToArray();
        if (rows.Length == 0) return;
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{statistics.Labellers.Count} labellers:"), ["", "solutions", "end right", "labels", "steps right", "wrong", "neutral", "right", "flagged", "written"],
            rows.Select(r => (string[])[r.Name, Count(r.Tally.Solutions), r.Tally.RightEnds.WithRange(NumberStyle.Share), Count(r.Tally.Labels), r.Tally.RightSteps.WithRange(NumberStyle.Share), Count(r.Tally.Negative), Count(r.Tally.Neutral), Count(r.Tally.Positive), Count(r.Tally.Flagged), Count(r.Tally.Human)]));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{statistics.Duplicates} repeated, {statistics.Contradictions} contradictory."));
        foreach (var found in statistics.Found) Console.Out.WriteLine("  " + found);
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}

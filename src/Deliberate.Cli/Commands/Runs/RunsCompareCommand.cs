using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Two runs side by side on the problems that both were asked, and in which settings they differ.</summary>
internal sealed class RunsCompareCommand : CliCommand
{
    private readonly Argument<string[]> _runs = new("RUN") { Arity = ArgumentArity.OneOrMore, Description = "Two run folders, paired by problem; or more of them, or folders of runs such as a sweep's, grouped by their settings." };
    private readonly Option<string?> _at = new("--at") { HelpName = "evaluation", Description = "start, base, rl-000020, final, ...; the last that each run has if left out." };
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Write it as a page (.html) too, or, of two runs, as a picture (.svg)." };
    private readonly Option<bool> _json = CommonOptions.Json("the comparison");

    public RunsCompareCommand()
        : base(
            "compare",
            "Compare two runs on the same problems: differences paired by problem, with 95% intervals, and the settings that differ. Of more runs: means over the seeds of each setting.",
            "deliberate runs compare runs/a runs/b",
            "deliberate runs compare runs/a runs/b --at rl-000020",
            "deliberate runs compare runs/a runs/b --output compared.html",
            "deliberate runs compare runs/sweep runs/other-sweep --output seeds.html   # a dozen runs, by their settings")
    {
        Add(_runs);
        foreach (var option in new Option[] { _at, _output, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        string[] given = parsed.GetRequiredValue(_runs), runs = [.. given.SelectMany(Runs)];
        if (runs.Length == 1) throw new UserError("There is nothing to compare a single run with.", runs[0], advice: "Name another run, or a folder of runs.");
        if (runs.Length > 2 || given.Length == 1) return Grouped(parsed, given, [.. runs.Distinct(StringComparer.Ordinal)]);
        var (a, b) = (runs[0], runs[1]);
        var compared = RunComparison.Read(a, b, parsed.GetValue(_at));
        var output = parsed.GetValue(_output);
        if (output is not null) ComparisonReport.Write(output, compared, ShellCommand.Of(["deliberate", "runs", "compare", a, b, .. parsed.GetValue(_at) is { } at ? ["--at", at] : Array.Empty<string>(), "--output", output]));
        if (parsed.GetValue(_json)) WriteJson(compared, a, b, output);
        else Write(compared, output);
        return ExitCode.Success;
    }

    /// <summary>A run, or those in a folder of runs.</summary>
    private static string[] Runs(string folder) => !File.Exists(new RunFolder(folder).Recipe) && RunNames.In(folder) is { Length: > 0 } inside ? inside : [RunNames.Existing(folder)];

    private int Grouped(ParseResult parsed, string[] given, string[] runs)
    {
        if (parsed.GetValue(_at) is not null) throw new UserError("Groups of runs are compared by their last evaluations.", field: "--at", advice: "Compare two runs at a time, or leave --at out.");
        if (parsed.GetValue(_output) is { } picture && picture.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)) throw new UserError("Groups of runs are written as a page.", picture, field: "--output", advice: "Name it .html; a picture (.svg) is of two runs.");
        var groups = RunGroup.Of(RunEvidence.Read(runs));
        var output = parsed.GetValue(_output);
        if (output is not null) SweepReport.Write(output, $"{runs.Length} runs compared", ShellCommand.Of(["deliberate", "runs", "compare", .. given, "--output", output]), runs);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Groups = RunGroupsView.Json(groups), Output = output });
        else
        {
            RunGroupsView.Write(groups);
            if (output is not null) Console.Out.WriteLine($"Page  {output}");
        }

        return ExitCode.Success;
    }

    private static void Write(RunComparison c, string? output)
    {
        var (a, b) = (c.NameA, c.NameB);
        if (a == b) (a, b) = ("A", "B");
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{c.EvaluationA} of {c.A.Folder} and {c.EvaluationB} of {c.B.Folder} on the {c.Problems} problems that both were asked, with 95% intervals ({EstimateText.Methods(c.Measures.SelectMany(m => new[] { m.Values.From, m.Values.To, m.Values.Difference }))}):"),
            ["", a, b, "difference, paired", "p"],
            c.Measures.Select(m => (string[])[m.Measure.Name, m.Values.From.WithRange(m.Measure.Style), m.Values.To.WithRange(m.Measure.Style), m.Values.Difference.WithRange(m.Measure.Style), PText.Of(m.Values.PValue)]));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Solved by {a} alone {c.OnlyA}, by {b} alone {c.OnlyB}: McNemar's exact p {PText.Of(c.McNemar)}."));
        if (c.Settings.Count == 0) Console.Out.WriteLine("The settings are the same.");
        else Terminal.WriteTable("Settings that differ:", ["setting", a, b], c.Settings.Select(s => (string[])[s.Key, s.A, s.B]), words: 3);
        if (output is not null) Console.Out.WriteLine($"Page  {output}");
    }

    private static void WriteJson(RunComparison c, string a, string b, string? output)
    {
        JsonOutput.Write(new
        {
            A = a,
            B = b,
            c.EvaluationA,
            c.EvaluationB,
            c.Problems,
            Measures = c.Measures.Select(m => new { m.Measure.Name, A = m.Values.From, B = m.Values.To, m.Values.Difference, P = m.Values.PValue }),
            c.OnlyA,
            c.OnlyB,
            McNemarP = c.McNemar,
            c.Settings,
            Output = output,
        });
    }
}

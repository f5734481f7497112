using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Two runs side by side on the problems that both were asked, and in which settings they differ.</summary>
internal sealed class RunsCompareCommand : CliCommand
{
    private readonly Argument<string> _a = new("A") { Description = "A run folder." };
    private readonly Argument<string> _b = new("B") { Description = "Another." };
    private readonly Option<string?> _at = new("--at") { HelpName = "evaluation", Description = "base, rl-000020, final, ...; the last that each run has if left out." };
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Write it as a page (.html) or as a picture (.svg) too." };
    private readonly Option<bool> _json = CommonOptions.Json("the comparison");

    public RunsCompareCommand()
        : base(
            "compare",
            "Compare two runs on the same problems: differences paired by problem, with 95% intervals, and the settings that differ.",
            "deliberate runs compare runs/a runs/b",
            "deliberate runs compare runs/a runs/b --at rl-000020",
            "deliberate runs compare runs/a runs/b --output compared.html")
    {
        Add(_a);
        Add(_b);
        foreach (var option in new Option[] { _at, _output, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (a, b) = (RunNames.Existing(parsed.GetRequiredValue(_a)), RunNames.Existing(parsed.GetRequiredValue(_b)));
        var compared = RunComparison.Read(a, b, parsed.GetValue(_at));
        var output = parsed.GetValue(_output);
        if (output is not null) ComparisonReport.Write(output, compared, $"deliberate runs compare {a} {b}{(parsed.GetValue(_at) is { } at ? $" --at {at}" : "")} --output {output}");
        if (parsed.GetValue(_json)) WriteJson(compared, a, b, output);
        else Write(compared, output);
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

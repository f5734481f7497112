using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>What choosing among n samples would come to, from a pool of scored ones: best-of-n, votes, pass@n, with intervals, exactly.</summary>
internal sealed class PoolCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "JSON Lines, a problem a line: \"answer\", \"completions\", optionally \"scores\" and \"correct\"." };
    private readonly Option<string> _grader = new("--grader") { HelpName = "name", Description = $"Decides which answers are right: {string.Join(", ", AnswerGraders.All.Select(g => g.Name))}.", DefaultValueFactory = _ => AnswerGraders.Default };
    private readonly Option<AnswerFormat> _format = ChoiceOption.Of<AnswerFormat>("--answer-format", "Where the answer stands.");
    private readonly Option<string?> _chart = new("--chart") { HelpName = "file.svg", Description = "Draw the curves." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the curves");

    public PoolCommand()
        : base(
            "pool",
            "From many samples of each problem: expected accuracy of best-of-n, majority and weighted votes for every n, with 95% intervals.",
            "deliberate pool samples.jsonl",
            "deliberate pool samples.jsonl --grader prm800k --chart curves.svg")
    {
        Add(_file);
        foreach (var option in new Option[] { _grader, _format, _chart, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (file, grader) = (parsed.GetRequiredValue(_file), AnswerGraders.Get(parsed.GetValue(_grader)!));
        var (pool, grading) = PoolFile.Read(file, grader, parsed.GetValue(_format));
        var points = pool.Ladder().Select(n => pool.At(n, parsed.GetValue(_seed))).ToArray();
        if (parsed.GetValue(_chart) is { } chart) AtomicFile.WriteText(chart, StandaloneSvg.Render([PoolChart.Of(points)], 1, ChartSize.Wide));
        if (parsed.GetValue(_json)) JsonOutput.Write(new { File = file, Grader = grader.Name, Problems = pool.Problems.Count, grading.Samples, grading.Unanswered, grading.Recorded, grading.Agreeing, Curves = points.Select(p => new { p.N, Measures = p.Values.Select(v => new { v.Name, v.Value }) }) });
        else Write(file, pool, grading, points);
        return ExitCode.Success;
    }

    private static void Write(string file, SamplePool pool, PoolGrading grading, PoolPoint[] points)
    {
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{file}: {pool.Problems.Count} problems, {grading.Samples} samples, {grading.Unanswered} without an answer:"),
            ["n", .. points[0].Values.Select(v => v.Name)],
            points.Select(p => (string[])[p.N.ToString(CultureInfo.InvariantCulture), .. p.Values.Select(v => v.Value.WithRange(NumberStyle.Share))]));
        if (grading.Recorded > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The grader agrees with {grading.Agreeing} of {grading.Recorded} verdicts in the file."));
        if (pool.IsScored && !pool.HasProbabilities) Console.Out.WriteLine("The scores are no probabilities: votes are weighted by their sigmoid.");
    }
}

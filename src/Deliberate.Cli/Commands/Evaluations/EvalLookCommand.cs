using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Takes a look at a comparison before all of its data is in, by the boundary that its plan has there, and records it in the plan.</summary>
internal sealed class EvalLookCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN") { Description = "File that deliberate eval plan --looks N --save made." };
    private readonly Argument<string> _from = new("FROM") { Description = "Log of the first model, which may still be growing." };
    private readonly Argument<string> _to = new("TO") { Description = "Log of the second, on the same task." };
    private readonly Option<string?> _score = new("--score") { HelpName = "name", Description = "The score that is compared; right or not if left out." };
    private readonly Option<bool> _json = CommonOptions.Json("the look");

    public EvalLookCommand()
        : base(
            "look",
            "Look at a comparison before all of its data is in: stop or go on, by the boundary that the plan has there; the look is recorded in the plan.",
            "deliberate eval look plan.json evaluations/a/1.log evaluations/b/1.log   # made by deliberate eval plan --rate 0.92 --difference 0.03 --looks 4 --save plan.json",
            "deliberate eval look plan.json evaluations/a/1.log evaluations/b/1.log --json")
    {
        Add(_plan);
        Add(_from);
        Add(_to);
        Add(_score);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_plan);
        var plan = LookPlan.Read(path);
        using var from = EvaluationLogFile.Open(parsed.GetRequiredValue(_from));
        using var to = EvaluationLogFile.Open(parsed.GetRequiredValue(_to));
        var difference = LookedAt.Difference(from, to, parsed.GetValue(_score));
        var taken = plan.Look(difference, from.Hash, to.Hash, out var seen);
        taken.Write(path);
        var look = taken.Looks[^1];
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Look = taken.Looks.Count, look.Items, look.Information, look.Critical, Difference = seen, look.Finding, Decided = taken.IsDecided });
        else
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Look {taken.Looks.Count} at {look.Items} of {taken.Items} items, boundary |z| {look.Critical:F4}: the difference is {seen.WithRange(NumberStyle.Share)}, all looks together at {1 - taken.Alpha:P0}."));
            Console.Out.WriteLine(seen.Finding switch
            {
                Finding.Larger => "The second is better: stop.",
                Finding.Smaller => "The second is worse: stop.",
                _ when taken.IsDecided => "All items are in, and the two are not told apart.",
                _ => "The two are not told apart: go on.",
            });
        }

        return ExitCode.Success;
    }
}

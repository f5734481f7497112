using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Makes a small reasoning model from nothing and takes it to its gate and its system card. Started again, it goes on where it was stopped.</summary>
internal sealed class ReproduceCardCommand : CliCommand
{
    private readonly Option<int> _seed = CommonOptions.Whole("--seed", "Of all of it.", 1, 0);
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where models, evidence, gate and card go; runs/reproduce-card if left out." };
    private readonly Option<bool> _quick = new("--quick") { Description = "The whole chain in a minute with tiny numbers, to see that it works. Not a result." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete an earlier study in the folder and begin again." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("where the report and the card are");

    public ReproduceCardCommand()
        : base(
            CardStudy.Name,
            "A small reasoning model from nothing to its system card: reinforcement learning, alignment, evaluations and attacks, a policy's tasks, gate and card, before and after its mitigations.",
            "deliberate reproduce card",
            "deliberate reproduce card --quick                   # a minute, to see the chain work")
    {
        foreach (var option in new Option[] { _seed, _output, _quick, _fresh, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var quick = parsed.GetValue(_quick);
        var plan = new CardPlan((ulong)parsed.GetValue(_seed), quick);
        var output = parsed.GetValue(_output) ?? Path.Combine("runs", quick ? "reproduce-card-quick" : "reproduce-card");
        if (parsed.GetValue(_fresh)) StudyClaim.Clear(output, CardStudy.Files, CardStudy.Folders);
        plan.Claim.Claim(output);
        var command = ShellCommand.Of(["deliberate", "reproduce", CardStudy.Name, .. plan.Seed == 1 ? Array.Empty<string>() : ["--seed", plan.Seed.ToString(CultureInfo.InvariantCulture)], .. quick ? ["--quick"] : Array.Empty<string>(), .. parsed.GetValue(_output) is { } named ? ["--output", named] : Array.Empty<string>()]);
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var study = new CardStudy(plan, output, command);
        if (ProgressViews.Run(view => study.Execute(parsed.GetValue(_threads), new StudyProgressView(view), stop.Token)) == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {command}");
            return ExitCode.Interrupted;
        }

        var (report, card) = (Path.Combine(output, RunReport.FileName), CardStudy.Card(output));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { IsResult = !quick, Report = report, Card = card });
            return ExitCode.Success;
        }

        if (quick) Console.Out.WriteLine(ExperimentFindings.QuickWarning);
        Console.Out.WriteLine($"Report  {report}");
        Console.Out.WriteLine($"Card    {card}");
        return ExitCode.Success;
    }
}

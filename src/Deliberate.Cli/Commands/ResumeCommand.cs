using System.CommandLine;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Goes on with a run that was stopped, from its newest checkpoint, to the same bits as if it had never been.</summary>
internal sealed class ResumeCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder, or that of a sweep." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string?> _device = new("--device") { HelpName = "cpu|gpu", Description = "What computes from here on, in place of what the recipe says: on another device the numbers differ in the last digits, which the run says." };
    private readonly Option<bool> _json = CommonOptions.Json("the outcome and the evaluations");

    public ResumeCommand()
        : base("resume", "Go on with a run that was stopped or killed, from its newest checkpoint.", "deliberate resume runs/my-arithmetic", "deliberate resume runs/my-arithmetic --threads 1   # the same result, later", "deliberate resume runs/my-arithmetic --device cpu   # where the card is gone")
    {
        Add(_run);
        Add(_threads);
        Add(_device);
        Add(_json);
    }

    /// <summary>Of several ranks only the first needs to have it.</summary>
    private static string Folder(string name)
    {
        try
        {
            return RunNames.Existing(name);
        }
        catch (UserError) when (MpiLibrary.IsLaunched)
        {
            return name;
        }
    }

    protected override int Run(ParseResult parsed)
    {
        var (name, device) = (parsed.GetRequiredValue(_run), parsed.GetValue(_device));
        if (SweepFolder.Is(name))
        {
            SweepSession.RefuseRanks();
            return SweepSession.Execute(SweepFolder.Read(name), parsed.GetValue(_threads), parsed.GetValue(_json), device);
        }

        var folder = Folder(name);
        return TrainingSession.Execute(folder, (observer, ranks) => TrainingRun.Resume(ranks.GoOn(folder), ranks.Threads(parsed.GetValue(_threads)), observer, world: ranks.World, device: device), parsed.GetValue(_json), device);
    }
}

using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What can be done with labels of steps; its subcommands do the work.</summary>
internal sealed class LabelsCommand : CliCommand
{
    public LabelsCommand()
        : base(
            "labels",
            "Step labels: check and count them, bring them from one form into another, make exact ones from our families, choose what is worth labelling, hold a reward model against them.",
            "deliberate labels check phase2_train.jsonl",
            "deliberate labels convert phase2_train.jsonl steps.jsonl --to stepwise",
            "deliberate labels generate labels.jsonl --family arithmetic --level 2 --count 1000",
            "deliberate labels select more.jsonl --from runs/my-arithmetic/checkpoints/base --selector runs/prm",
            "deliberate labels loop recipes/active.yaml",
            "deliberate labels judge held-out.jsonl --model runs/prm")
    {
        Add(new LabelsCheckCommand());
        Add(new LabelsConvertCommand());
        Add(new LabelsGenerateCommand());
        Add(new LabelsSelectCommand());
        Add(new LabelsLoopCommand());
        Add(new LabelsJudgeCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("Say what to do with the labels.", advice: "For example: deliberate labels check FILE.");
}

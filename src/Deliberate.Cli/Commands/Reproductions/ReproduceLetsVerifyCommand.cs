using Deliberate.Studies;

namespace Deliberate.Cli;

/// <summary>Runs "Let's Verify Step by Step" small: reward models of steps and of outcomes, active learning, another family.</summary>
internal sealed class ReproduceLetsVerifyCommand() : ReproduceStudyCommand(
    VerifyStudy.Name,
    "Is a reward model of steps a better judge than one of outcomes? Best of N, process against outcome labels, active learning, another family: the paper's figures, small.",
    VerifyStudy.Block,
    "docs/lets-verify.md",
    "where the results are",
    firstSeed: 5,
    why: " Not 1 or 2, with which the settings were looked for, nor 3 or 4, which were measured before with fewer problems.")
{
    protected override SeededStudy Plan(ulong[] seeds, bool quick, string output, string command) => new VerifyStudy(new VerifyPlan(seeds, quick), output, command);
}

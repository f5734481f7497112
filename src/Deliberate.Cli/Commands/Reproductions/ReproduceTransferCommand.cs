using Deliberate.Studies;

namespace Deliberate.Cli;

/// <summary>Runs the study of what reinforcement learning on some families does to those that it left out.</summary>
internal sealed class ReproduceTransferCommand() : ReproduceStudyCommand(
    TransferStudy.Name,
    "Does reinforcement learning on some families carry over to others? The curve over how many, a KL, and a family that shares no skill.",
    TransferStudy.Block,
    "docs/reasoning.md",
    "where the results are, and the curve")
{
    protected override SeededStudy Plan(ulong[] seeds, bool quick, string output, string command) => new TransferStudy(new TransferPlan(seeds, quick), output, command);
}

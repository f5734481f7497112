using Deliberate.Studies;

namespace Deliberate.Cli;

/// <summary>Runs the study of smaller models that learn from a larger one.</summary>
internal sealed class ReproduceDistillationCommand() : ReproduceStudyCommand(
    DistillationStudy.Name,
    "What does a smaller model learn from a larger one? From its samples, its distributions, by comparison; with a control.",
    DistillationStudy.Block,
    "docs/distillation.md",
    "where the results are, and a line a model")
{
    protected override SeededStudy Plan(ulong[] seeds, bool quick, string output, string command) => new DistillationStudy(new DistillationPlan(seeds, quick), output, command);
}

using Deliberate.Studies;

namespace Deliberate.Cli;

/// <summary>Runs the study of a model that learns a written specification by reasoning over it.</summary>
internal sealed class ReproduceDeliberationCommand() : ReproduceStudyCommand(
    DeliberationStudy.Name,
    "Does a model that reasons over a written specification keep to it where others do not? Deliberative alignment with its ablations, filters and a control without thought.",
    DeliberationStudy.Block,
    "docs/deliberation.md",
    "where the results are, and a line a measure")
{
    protected override SeededStudy Plan(ulong[] seeds, bool quick, string output, string command) => new DeliberationStudy(new DeliberationPlan(seeds, quick), output, command);
}

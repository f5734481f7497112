using Deliberate.Studies;

namespace Deliberate.Cli;

/// <summary>Runs the quickstart's trained chapters over seeds.</summary>
internal sealed class ReproduceQuickstartCommand() : ReproduceStudyCommand(
    QuickstartSeedsStudy.Name,
    "Which of the quickstart's figures are the recipes', and which are the seed's: its trained chapters over seeds, with intervals over these.",
    QuickstartSeedsStudy.Block,
    "docs/quickstart.md",
    "where the results are, and the gains by seed")
{
    protected override SeededStudy Plan(ulong[] seeds, bool quick, string output, string command) => new QuickstartSeedsStudy(new QuickstartSeedsPlan(seeds, quick, ShippedRecipes.Text), output, command);
}

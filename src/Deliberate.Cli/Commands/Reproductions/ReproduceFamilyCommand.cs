using Deliberate.Studies;

namespace Deliberate.Cli;

/// <summary>Makes a model family of two sizes, the smaller distilled from the larger, with a card each and a table that compares them.</summary>
internal sealed class ReproduceFamilyCommand() : ReproduceReleaseCommand(FamilyStudy.Name, "A model family of two sizes: one recipe, the larger trained, the smaller distilled from it in two ways, each with its card; compared at equal tokens of thought and at equal compute.", "some seconds")
{
    protected override void Clear(string output) => StudyClaim.Clear(output, ReleaseStudy.Files, FamilyStudy.Folders);

    protected override ReleaseStudy Claim(ulong seed, bool quick, string output, string command)
    {
        var plan = new FamilyPlan(seed, quick);
        plan.Claim.Claim(output);
        return new FamilyStudy(plan, output, command);
    }
}

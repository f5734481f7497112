using Deliberate.Reports;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce family</c>: a model family of two sizes, as o1 and o1-mini: one recipe, the larger trained, the smaller distilled from it by its
/// samples and by its opinion, each with its card, and a table that compares them at equal tokens of thought and at equal compute.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the pages.</param>
internal sealed class FamilyStudy(FamilyPlan plan, string root, string command) : ReleaseStudy<FamilyPlan>(plan, root, command)
{
    public const string Name = "family";

    /// <summary>What it writes its parts into.</summary>
    public static IReadOnlyList<string> Folders => [.. FamilyPlan.Models, FamilyFolder.Evidence, .. FamilyPlan.Released.Select(m => Path.GetDirectoryName(FamilyFolder.Card(m))!)];

    public override IReadOnlyList<string> Cards => [.. FamilyPlan.Released.Select(m => Path.Combine(Root, FamilyFolder.Card(m)))];

    public override IReadOnlyList<ReportTable> Tables => FamilyFolder.Tables(Folder);

    protected override string Title => "A model family of two sizes";

    protected override string About => "One recipe; the larger trained, the smaller distilled from it in two ways; compared at equal tokens of thought and at equal compute.";

    protected override IReadOnlyList<Chapter<FamilyPlan>> Chapters => [new FamilyTrainChapter(), new FamilyMeasureChapter(), new FamilyReleaseChapter(Command)];

    protected override IReadOnlyList<(string Name, string Value)> Facts => [("Task", FamilyPlan.Task), ("Policy", FamilyPlan.Policy)];
}

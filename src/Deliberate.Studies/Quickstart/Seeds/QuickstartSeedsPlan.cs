using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What is asked of the quickstart over seeds.</summary>
/// <param name="Seeds">Each a quickstart of its own.</param>
/// <param name="Quick">Only to see that it works.</param>
/// <param name="Text">Gives the text of a recipe by its path.</param>
internal sealed record QuickstartSeedsPlan(IReadOnlyList<ulong> Seeds, bool Quick, Func<string, string> Text)
{
    private const double QuickMinutes = 0.02;

    /// <summary>The chapters that are recipes; others measure what these trained, or have studies of their own.</summary>
    public static IReadOnlyList<TrainingChapter> Trained { get; } = [.. QuickstartChapters.All.OfType<TrainingChapter>()];

    /// <summary>What <c>study.json</c> says.</summary>
    public StudyClaim Claim => new(StudyClaim.NewestFormat, QuickstartSeedsStudy.Name, Quick, Seeds, string.Join('\n', Trained.Select(c => Text($"recipes/quickstart/{c.Name}.yaml"))));

    public QuickstartPlan Of(ulong seed) => new(Quick ? QuickMinutes : QuickstartPlan.UsualMinutes, seed, [], Text);
}

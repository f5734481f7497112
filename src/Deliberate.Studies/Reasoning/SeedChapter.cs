using System.Globalization;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>All cells of a seed: a whole experiment by itself, which the page can be written of while further seeds are running.</summary>
internal sealed class SeedChapter(ulong seed, ExperimentFolder folder, ExperimentObserver observer) : Chapter<ExperimentPlan>
{
    /// <summary>Tokens a second on two cores that the shipped experiment's work comes to: 24 models in 36 minutes.</summary>
    private const double UsualSpeed = 53_000;

    public ulong Seed => seed;

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"seed-{seed}");

    public override string About => "all models, trained and tested";

    public override IReadOnlyList<string> Outputs => [Name, $"{ExperimentFolder.EvaluationsFolder}/{Name}"];

    /// <summary>The same for each seed, whichever family is left out in it.</summary>
    public override double Seconds(ExperimentPlan plan) => plan.Cells.Sum(c => c.Work) / plan.Seeds.Count / UsualSpeed;

    public override RunOutcome Run(ChapterWork<ExperimentPlan> work, CancellationToken cancellation) =>
        new ExperimentRun(work.Plan, folder, work.Threads, observer, work.Time).Execute(seed, cancellation);
}

using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>All models of a seed.</summary>
internal sealed class DistillationChapter(ulong seed) : Chapter<DistillationPlan>
{
    public ulong Seed => seed;

    public override string Name => StudyClaim.SeedFolder(seed);

    public override string About => $"{DistilledModel.All.Count} models, trained and tested";

    public override IReadOnlyList<string> Outputs => [.. DistilledModel.All.Select(m => $"{Name}/{m.Key}/{RunFolder.EvaluationsFolder}/{RunFolder.Final}.jsonl")];

    /// <summary>By the tokens that the larger model reads, which are most of it.</summary>
    public override double Seconds(DistillationPlan plan) => plan.Tokens / 10_000.0;

    public override RunOutcome Run(ChapterWork<DistillationPlan> work, CancellationToken cancellation)
    {
        foreach (var model in DistilledModel.All)
        {
            var path = Folder(work.Folder, model.Key);
            if (File.Exists(new RunFolder(path).Evaluation(RunFolder.Final))) continue;
            var observer = work.Observer.Run($"{Name}/{model.Key}");
            using var run = File.Exists(new RunFolder(path).Recipe)
                ? TrainingRun.Resume(path, work.Threads, observer, work.Time)
                : TrainingRun.Start(work.Plan.Recipe(model, seed, key => new RunFolder(Folder(work.Folder, key)).Checkpoint(RunFolder.Final)), path, work.Threads, observer, work.Time);
            if (run.Execute(cancellation) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        }

        return RunOutcome.Completed;
    }

    private string Folder(StudyFolder study, string key) => Path.Combine(study.Path(Name), key);
}

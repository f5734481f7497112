using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>All models of a seed: the base, those that learn from it by reinforcement learning, and what each of them comes to on every family.</summary>
internal sealed class TransferChapter(ulong seed) : Chapter<TransferPlan>
{
    public const string Base = "base";

    private const string DoneFile = "scores/done";

    public ulong Seed => seed;

    public override string Name => StudyClaim.SeedFolder(seed);

    public override string About => "a base of all families, and reinforcement learning on some of them";

    public override IReadOnlyList<string> Outputs => [$"{Name}/{DoneFile}"];

    public override double Seconds(TransferPlan plan) => plan.Quick ? 20 : 60 + (15 * plan.Arms.Count);

    /// <summary>Where what a model came to is.</summary>
    public static string Scores(StudyFolder study, ulong seed, string key) => Path.Combine(study.Path(StudyClaim.SeedFolder(seed)), "scores", key + ".json");

    public override RunOutcome Run(ChapterWork<TransferPlan> work, CancellationToken cancellation)
    {
        var plan = work.Plan;
        if (!Make(Base, () => plan.Base(seed))) return RunOutcome.Interrupted;
        foreach (var arm in plan.Arms)
            if (!Make(arm.Key, () => plan.Recipe(arm, seed, Run(Base).Checkpoint(RunFolder.Final)))) return RunOutcome.Interrupted;
        AtomicFile.WriteText(work.Folder.Path($"{Name}/{DoneFile}"), "");
        return RunOutcome.Completed;

        RunFolder Run(string key) => new(Path.Combine(work.Folder.Path(Name), key));

        bool Make(string key, Func<TrainRecipe> recipe)
        {
            var (run, scores) = (Run(key), Scores(work.Folder, seed, key));
            if (File.Exists(scores)) return true;
            if (work.Train(run.Root, $"{Name}/{key}", recipe, cancellation) == RunOutcome.Interrupted) return false;
            AtomicFile.WriteJson(scores, plan.Tested.ToDictionary(name => name, name => Measured(run, name)), TransferRows.Options);
            return true;
        }

        // The chance that a solution's answer is right, problem by problem; one without an answer is wrong.
        ChoiceScores Measured(RunFolder run, string name)
        {
            using var device = Device.Cpu(work.Threads);
            var family = FamilyRegistry.Get(name);
            var problems = HeldOutProblems.Draw(family, [TransferPlan.Level], plan.Problems, 1);
            var solutions = new PolicySamples(device, seed, TransferPlan.MaxTokens).Draw(run.Checkpoint(RunFolder.Final), family, TransferPlan.Level, problems, plan.Samples, cancellation);
            return new VerifyPool(problems, solutions, plan.Samples).Best(new double[solutions.Count], [1]);
        }
    }
}

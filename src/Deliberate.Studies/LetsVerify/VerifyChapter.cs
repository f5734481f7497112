using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>All models of a seed: a policy, a reader, the reward models that begin with it, and what choosing by each of them comes to.</summary>
internal sealed class VerifyChapter(ulong seed) : Chapter<VerifyPlan>
{
    private const string DoneFile = "scores/done";

    public ulong Seed => seed;

    public override string Name => StudyClaim.SeedFolder(seed);

    public override string About => "a policy, a reader, and the reward models that begin with it";

    public override IReadOnlyList<string> Outputs => [$"{Name}/{DoneFile}"];

    public override double Seconds(VerifyPlan plan) => plan.Quick ? 30 : 400;

    public override RunOutcome Run(ChapterWork<VerifyPlan> work, CancellationToken cancellation) => Execute(work, cancellation);

    private RunOutcome Execute(ChapterWork<VerifyPlan> work, CancellationToken cancellation)
    {
        var (plan, folder) = (work.Plan, new VerifyFolder(work.Folder, seed));
        if (Train(folder.Policy, "policy", () => plan.Policy(seed)) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        if (Train(folder.ReaderRun, "reader", () => plan.Reader(seed)) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        using var device = Device.Cpu(work.Threads);
        var first = 0L;
        var (any, choice) = (Fresh(plan.Large * 3 / 8, 4), Fresh(plan.ChosenProblems, plan.ChosenSamples));
        var (own, other) = (new Lazy<VerifyPool>(() => HeldOut(other: false)), new Lazy<VerifyPool>(() => HeldOut(other: true)));
        var labels = new VerifyLabels(plan, folder, seed, any, choice, arm => RewardModelJudge.Open(folder.Run(arm).Checkpoint(RunFolder.Final), device));
        Plain();
        foreach (var arm in plan.Arms)
        {
            if (File.Exists(folder.Scores(arm.Key))) continue;
            labels.Write(arm, cancellation);
            if (Train(folder.Run(arm), arm.Key, () => plan.Reward(arm, seed, folder.ReaderRun.Checkpoint(RunFolder.Final), folder.Labels(arm))) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
            if (!arm.IsMeasured) continue;
            using var judge = RewardModelJudge.Open(folder.Run(arm).Checkpoint(RunFolder.Final), device);
            // Before the scores of the model, which say that it is done.
            if (arm.Source == RewardSource.LargeProcess) new VerifyScores(0, 0, 0, own.Value.Weighted(own.Value.Judge(judge, cancellation).Scores, plan.Ladder, seed), other.Value.Weighted(other.Value.Judge(judge, cancellation).Scores, plan.Ladder, seed), []).Write(folder.Scores(VerifyFolder.Vote));
            Measure(arm.Key, judge, labels.Cost(arm), withOther: arm.Source is RewardSource.LargeProcess or RewardSource.LargeOutcome);
        }

        AtomicFile.WriteText(work.Folder.Path($"{Name}/{DoneFile}"), "");
        return RunOutcome.Completed;

        RunOutcome Train(RunFolder run, string name, Func<TrainRecipe> recipe) => work.Train(run.Root, $"{Name}/{name}", recipe, cancellation);

        // What no reward model says: the vote, the rules, the reader without labels, and the reader's own answers.
        void Plain()
        {
            if (!File.Exists(folder.Scores(VerifyFolder.Majority))) new VerifyScores(0, 0, 0, own.Value.Majority(plan.Ladder, seed), other.Value.Majority(plan.Ladder, seed), []).Write(folder.Scores(VerifyFolder.Majority));
            if (!File.Exists(folder.Scores(VerifyFolder.Exact))) new VerifyScores(0, 0, 0, Exact(own.Value), Exact(other.Value), []).Write(folder.Scores(VerifyFolder.Exact));
            if (!File.Exists(folder.Scores(VerifyFolder.LabelFree)))
            {
                using var free = LabelFreeJudge.Open(folder.ReaderRun.Checkpoint(RunFolder.Final), device);
                // A batch of solutions to train on; what is held out is only judged.
                _ = free.Judge([.. any.Value.Solutions.Take(plan.ChosenProblems).Select(s => s.Text)], cancellation: cancellation);
                Measure(VerifyFolder.LabelFree, free, (0, 0, 0), withOther: true);
            }

            if (!File.Exists(folder.Scores(VerifyFolder.Reader))) new VerifyScores(0, 0, 0, One(other: false), One(other: true), []).Write(folder.Scores(VerifyFolder.Reader));
        }

        ChoiceScores Exact(VerifyPool pool) => pool.Best([.. pool.Solutions.Select(s => s.AreStepsRight ? 1.0 : 0)], plan.Ladder);

        ChoiceScores One(bool other)
        {
            var problems = Problems(other);
            var solutions = Draw(folder.ReaderRun, problems, 1, other);
            return new VerifyPool(problems, solutions, 1).Best(new double[solutions.Count], [1]);
        }

        void Measure(string name, ISolutionJudge judge, (int Solutions, int Labels, int StepsRead) cost, bool withOther)
        {
            var (scores, judged) = own.Value.Judge(judge, cancellation);
            int[][] mistakes = !judge.SaysSteps ? [] : [.. own.Value.Different.Zip(judged).Where(p => p.Second is not null).Select(p => (int[])[StepLabellers.Exact(VerifyPlan.FamilyOf(other: false), p.First).FirstError, StepProbabilities.FirstError(p.Second!, 0.5)])];
            new VerifyScores(cost.Solutions, cost.Labels, cost.StepsRead, own.Value.Best(scores, plan.Ladder), withOther ? other.Value.Best(other.Value.Judge(judge, cancellation).Scores, plan.Ladder) : null, mistakes).Write(folder.Scores(name));
        }

        Problem[] Problems(bool other) => HeldOutProblems.Draw(VerifyPlan.FamilyOf(other), [VerifyPlan.Level], other ? plan.OtherProblems : plan.Problems, 1);

        VerifyPool HeldOut(bool other)
        {
            var (problems, samples) = (Problems(other), other ? plan.OtherSamples : plan.Samples);
            return new VerifyPool(problems, Draw(folder.Policy, problems, samples, other), samples);
        }

        // Problems to train on, each set behind the one before.
        Lazy<VerifyPool> Fresh(int count, int samples)
        {
            var begin = first;
            first += count;
            return new Lazy<VerifyPool>(() =>
            {
                Problem[] problems = [.. Enumerable.Range(0, count).Select(i => VerifyPlan.FamilyOf(other: false).Generate(Split.Train, VerifyPlan.Level, seed, begin + i))];
                return new VerifyPool(problems, Draw(folder.Policy, problems, samples, other: false), samples);
            });
        }

        List<DrawnSolution> Draw(RunFolder run, Problem[] problems, int samples, bool other) =>
            new PolicySamples(device, seed, VerifyPlan.MaxTokens).Draw(run.Checkpoint(RunFolder.Final), VerifyPlan.FamilyOf(other), VerifyPlan.Level, problems, samples, cancellation);
    }
}

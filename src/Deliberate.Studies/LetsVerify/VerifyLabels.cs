using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>Makes the labels that each reward model of the study learns from.</summary>
/// <param name="any">Solutions to take any of, one behind the other.</param>
/// <param name="choice">Solutions of the problems that active and uniform choice share.</param>
/// <param name="judge">Opens a reward model that was trained before.</param>
internal sealed class VerifyLabels(VerifyPlan plan, VerifyFolder folder, ulong seed, Lazy<VerifyPool> any, Lazy<VerifyPool> choice, Func<RewardArm, ISolutionJudge> judge)
{
    /// <summary>Labels for an arm, and how many steps are read for them; nothing where they are there.</summary>
    public void Write(RewardArm arm, CancellationToken cancellation)
    {
        if (File.Exists(folder.Labels(arm))) return;
        StepwiseExample[] examples = [.. Examples(arm, cancellation)];
        AtomicFile.Write(folder.Labels(arm), stream =>
        {
            foreach (var example in examples) example.Write(stream);
        });
    }

    /// <summary>Labels that an arm was given, and steps that were read for them: those of a process label up to the first mistake; of an outcome none but the answer, of a judged one every step up to the first mistake.</summary>
    public (int Solutions, int Labels, int StepsRead) Cost(RewardArm arm)
    {
        StepwiseExample[] examples = [.. LabelFile.Read(folder.Labels(arm)).Select(l => l.Example)];
        var steps = examples.Sum(e => e.FirstError < 0 ? e.Steps.Count : e.FirstError + 1);
        return (examples.Length, arm.IsProcess ? steps : examples.Length, arm.Source is RewardSource.Outcome or RewardSource.LargeOutcome ? examples.Length : steps);
    }

    private IEnumerable<StepwiseExample> Examples(RewardArm arm, CancellationToken cancellation) => arm.Source switch
    {
        RewardSource.Hunter => any.Value.Solutions.Take(arm.Solutions).Select(Exactly),
        RewardSource.LargeProcess => any.Value.Solutions.Take(arm.Solutions / 2).Concat(Hunted(arm, cancellation)).Select(Exactly),
        RewardSource.LargeOutcome => any.Value.Solutions.Take(arm.Solutions).Select(s => Outcome(s, s.IsRight)),
        RewardSource.Selector => choice.Value.Solutions.DistinctBy(s => s.Problem.Index).Select(Exactly),
        RewardSource.Active => Chosen(SelectionRule.Convincing, arm.Solutions, cancellation).Select(Exactly),
        RewardSource.JudgedOutcome => Judged([.. Chosen(SelectionRule.Uniform, arm.Solutions, cancellation)], cancellation),
        RewardSource.Outcome => Chosen(SelectionRule.Uniform, arm.Solutions, cancellation).Select(s => Outcome(s, s.IsRight)),
        _ => Chosen(SelectionRule.Uniform, arm.Solutions, cancellation).Select(Exactly),
    };

    /// <summary>Of the other half the most convincing wrong ones, as many again as have been labelled, repeats included where there are not enough different ones.</summary>
    private IEnumerable<DrawnSolution> Hunted(RewardArm arm, CancellationToken cancellation)
    {
        DrawnSolution[] rest = [.. any.Value.Solutions.Skip(arm.Solutions / 2)];
        using var hunter = judge(plan.Arms.First(a => a.Source == RewardSource.Hunter));
        var (scores, _) = new VerifyPool([], rest, 0).Judge(hunter, cancellation);
        return Enumerable.Range(0, rest.Length).OrderByDescending(i => rest[i].IsRight ? scores[i] : 1 + scores[i]).Take(arm.Solutions / 2).Select(i => rest[i]);
    }

    private IEnumerable<DrawnSolution> Chosen(SelectionRule rule, int count, CancellationToken cancellation)
    {
        var pool = choice.Value.Solutions;
        var scores = new double[pool.Count];
        if (rule == SelectionRule.Convincing)
        {
            using var selector = judge(plan.Arms.First(a => a.Source == RewardSource.Selector));
            (scores, _) = choice.Value.Judge(selector, cancellation);
        }

        var options = new SelectionOptions { Rule = rule, PerProblem = Math.Max(1, (int)Math.Ceiling((double)count / plan.ChosenProblems)), Most = count };
        return LabelSelection.Choose(SelectionCandidate.Of(pool, scores), options, seed).Select(c => pool[c.Index]);
    }

    private StepwiseExample[] Judged(DrawnSolution[] solutions, CancellationToken cancellation)
    {
        using var large = judge(plan.Arms.First(a => a.Source == RewardSource.LargeProcess));
        var judged = large.Judge([.. solutions.Select(s => s.Text)], cancellation: cancellation);
        return [.. solutions.Zip(judged).Where(p => p.Second is not null).Select(p => Outcome(p.First, StepProbabilities.FirstError(p.Second!, StepLabellers.UsualThreshold) < 0))];
    }

    private static StepwiseExample Exactly(DrawnSolution solution) => StepwiseExample.Of(StepLabellers.Exact(VerifyPlan.FamilyOf(other: false), solution), NeutralSteps.Positive);

    /// <summary>The whole solution, whose steps nobody judged.</summary>
    private static StepwiseExample Outcome(DrawnSolution solution, bool isRight) => new(solution.Problem.Prompt, solution.Steps, [.. solution.Steps.Select(_ => double.NaN)], isRight);
}

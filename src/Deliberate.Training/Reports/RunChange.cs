using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// What a part of a run changed in the held-out answers: from one evaluation to a later one, paired by the problems that both asked,
/// with the least change that these problems would have shown.
/// </summary>
/// <param name="By">The part: imitation, RL, imitation and RL.</param>
/// <param name="FromName">Of the first evaluation: start, base.</param>
/// <param name="ToName">Of the second.</param>
/// <param name="From">Its samples, those drawn for votes and those without a verdict left out.</param>
/// <param name="To">The second's.</param>
internal sealed record RunChange(string By, string FromName, string ToName, IReadOnlyList<ScoredSample> From, IReadOnlyList<ScoredSample> To)
{
    /// <summary>Right answers before and after, their difference, and its p.</summary>
    public Paired Accuracy => field ??= SampleMeasure.Accuracy.Compare(From, To);

    /// <summary>A share; null where no change could be found, so few problems there are.</summary>
    public double? Detectable => SampleMeasure.Accuracy.Detectable(From, To);

    /// <summary>Stage by stage, and where there are several the whole; those whose evaluations are there.</summary>
    public static List<RunChange> Of(RunEvidence run)
    {
        var changes = new List<RunChange>();
        var expert = run.Evaluations.FirstOrDefault(e => e.Name == RunFolder.Expert).Samples;
        var imitation = LearningWords.OfImitation(run.Facts).Short;
        if (run.Facts.Learns) Add(imitation, RunFolder.Start, run.Start, RunFolder.Base, run.Imitated);
        if (expert is not null) Add(LearningWords.ExpertIteration.Short, RunFolder.Base, run.Imitated, RunFolder.Expert, expert);
        Add(run.Learning.Short, !run.Facts.Learns ? RunFolder.Start : expert is not null ? RunFolder.Expert : RunFolder.Base, run.Base, RunFolder.Final, run.Final);
        if (changes.Count > 1) Add("all stages", changes[0].FromName, run.Start ?? run.Imitated, RunFolder.Final, run.Final);
        return changes;

        void Add(string by, string fromName, List<ScoredSample>? from, string toName, List<ScoredSample>? to)
        {
            if (from is not null && to is not null) changes.Add(new RunChange(by, fromName, toName, run.First(from), run.First(to)));
        }
    }
}

using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>One quantity of two runs on the same problems: A's, B's, and B - A paired by problem.</summary>
internal sealed record ComparedMeasure(SampleMeasure Measure, Paired Values);

/// <summary>
/// Two runs side by side: what each reached on the problems that both were asked, the difference paired by problem, and in which
/// settings they differ. Without a problem in common there is nothing to compare, and that is refused.
/// </summary>
internal sealed record RunComparison(RunEvidence A, RunEvidence B, string EvaluationA, string EvaluationB)
{
    public required int Problems { get; init; }

    public required IReadOnlyList<ComparedMeasure> Measures { get; init; }

    /// <summary>Problems that A solves in at least half of its samples and B does not.</summary>
    public required int OnlyA { get; init; }

    public required int OnlyB { get; init; }

    /// <summary>Of OnlyA and OnlyB under equal skill, exact.</summary>
    public double McNemar => Core.McNemar.Exact(OnlyA, OnlyB);

    public required IReadOnlyList<SettingDifference> Settings { get; init; }

    /// <summary>By its folder, with as many of the folders above it as tell the two apart.</summary>
    public string NameA => NameOf(A, B);

    public string NameB => NameOf(B, A);

    /// <param name="evaluation">start, base, rl-000020, final, ...; the last that each has if null.</param>
    /// <exception cref="UserError">A folder holds no run or no such evaluation, or they have no problem in common.</exception>
    public static RunComparison Read(string a, string b, string? evaluation = null) => Of(RunEvidence.Read(a), RunEvidence.Read(b), evaluation);

    /// <summary>The same of runs that were read already.</summary>
    public static RunComparison Of(RunEvidence first, RunEvidence second, string? evaluation = null)
    {
        var (nameA, samplesA) = Find(first, evaluation);
        var (nameB, samplesB) = Find(second, evaluation);
        var (drawnA, drawnB) = (first.First(samplesA), second.First(samplesB));
        var common = ByProblem(drawnA);
        var pairs = ByProblem(drawnB).Where(p => common.ContainsKey(p.Key)).Select(p => (A: common[p.Key], B: p.Value)).ToArray();
        var settings = RecipeDifferences.Of(first.Recipe, second.Recipe);
        if (pairs.Length == 0)
        {
            var why = settings.Where(s => s.Key is "family.name" or "evaluation.seed" or "family.evaluation_level" or "family.levels").Select(s => $"{s.Key} is {s.A} and {s.B}").ToArray();
            throw new UserError($"{first.Folder} and {second.Folder} were asked no problem in common{(why.Length > 0 ? $": {string.Join(", ", why)}" : "")}.", advice: "Runs can be compared that have the same family, evaluation level and evaluation.seed.");
        }

        var measures = new List<SampleMeasure> { SampleMeasure.Accuracy, SampleMeasure.Truncated, SampleMeasure.CompletionLength };
        if (first.Thinks && second.Thinks) measures.Insert(1, SampleMeasure.StepsRight);
        if (drawnA.Concat(drawnB).ToArray() is var drawn && drawn.Any(s => s.Sample.ThoughtTokens > 0) && Array.TrueForAll(drawn, s => s.Sample.ThoughtTokens is not null)) measures.Add(SampleMeasure.ThoughtLength);
        bool Solves(ScoredSample[] samples) => 2 * samples.Count(SampleMeasure.IsRight) >= samples.Length;
        return new RunComparison(first, second, nameA, nameB)
        {
            Problems = pairs.Length,
            Measures = [.. measures.Select(m => new ComparedMeasure(m, m.Compare(drawnA, drawnB)))],
            OnlyA = pairs.Count(p => Solves(p.A) && !Solves(p.B)),
            OnlyB = pairs.Count(p => Solves(p.B) && !Solves(p.A)),
            Settings = settings,
        };
    }

    private static string NameOf(RunEvidence run, RunEvidence other)
    {
        var (mine, theirs) = (Parts(run), Parts(other));
        var count = 1;
        while (count < mine.Length && mine.TakeLast(count).SequenceEqual(theirs.TakeLast(count), StringComparer.Ordinal)) count++;
        return string.Join("/", mine.TakeLast(count));
    }

    private static string[] Parts(RunEvidence run) =>
        Path.GetFullPath(run.Folder).Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static (string Name, List<ScoredSample> Samples) Find(RunEvidence run, string? evaluation)
    {
        var all = run.Measured.ToArray();
        if (all.Length == 0) throw new UserError("this run has no evaluation yet.", run.Folder, advice: "Wait for one, or resume it.");
        if (evaluation is null) return all[^1];
        foreach (var one in all)
            if (one.Name == evaluation) return one;
        throw new UserError($"this run has no evaluation \"{evaluation}\".", run.Folder, advice: NearestName.Suggest(evaluation, [.. all.Select(e => e.Name)]));
    }

    private static Dictionary<(long, string), ScoredSample[]> ByProblem(IEnumerable<ScoredSample> samples) =>
        samples.GroupBy(SampleMeasure.Problem).ToDictionary(g => g.Key, g => g.ToArray());
}

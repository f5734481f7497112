using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// Names for runs that stand on one page: what each is about and, where several are about the same, what tells them apart: level,
/// seed, the recipe's name, the folder, as many of these as it takes and none that is the same for all. A control is called as its run.
/// </summary>
internal static class RunLabels
{
    public static IEnumerable<(RunEvidence Run, string Label)> Of(IReadOnlyList<RunEvidence> runs) =>
        runs.GroupBy(r => (Subject: SubjectOf(r, runs), r.AnswersAtOnce)).SelectMany(alike => Told(alike.Key.Subject, [.. alike]));

    private static string SubjectOf(RunEvidence run, IReadOnlyList<RunEvidence> runs) =>
        RunWords.Subject(run) + (run.AnswersAtOnce && !runs.Any(r => r.HasControl(run)) ? " without thought" : "");

    private static IEnumerable<(RunEvidence Run, string Label)> Told(string subject, RunEvidence[] alike)
    {
        Func<RunEvidence, string>[] tells =
        [
            r => r.Facts.Problems?.TestLevel is { } level ? string.Create(CultureInfo.InvariantCulture, $"level {level}") : "any level",
            r => string.Create(CultureInfo.InvariantCulture, $"seed {r.Facts.Seeds.Run}"),
            r => r.Facts.Name,
            r => Path.TrimEndingDirectorySeparator(r.Folder),
        ];
        var labels = alike.Select(_ => subject).ToArray();
        foreach (var tell in tells)
        {
            if (labels.Distinct(StringComparer.Ordinal).Count() == labels.Length) break;
            var said = alike.Select(tell).ToArray();
            if (said.Distinct(StringComparer.Ordinal).Count() == 1) continue;
            for (var i = 0; i < labels.Length; i++) labels[i] += ", " + said[i];
        }

        return alike.Zip(labels);
    }
}

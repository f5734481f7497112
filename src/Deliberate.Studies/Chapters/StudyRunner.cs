using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>How far a study has come.</summary>
/// <param name="Done">Its parts that are done, in order.</param>
/// <param name="Left">Those that are not, the one that is next first, and how long each will take.</param>
/// <param name="Slower">Time taken by what is done, against the declared.</param>
/// <param name="Late">By how many seconds it took longer.</param>
internal sealed record StudyProgress<TPlan>(IReadOnlyList<Chapter<TPlan>> Done, IReadOnlyList<(Chapter<TPlan> Chapter, TimeSpan Takes)> Left, double Slower, double Late)
{
    /// <summary>What a page says of the parts that it lacks.</summary>
    public IEnumerable<string> ToCome => Left.Select(l => string.Create(CultureInfo.InvariantCulture, $"`{l.Chapter.Name}`: {l.Chapter.About}, about {Quantity.Duration(l.Takes)}"));
}

/// <summary>
/// Runs a study's parts in their order. A part that is done is passed over; one that was interrupted or killed goes on. After each
/// the page is written anew, so that what is known can be read while the rest is running. Which process did what changes no result.
/// </summary>
/// <param name="chapters">In order (<see cref="ChapterOrder"/>).</param>
/// <param name="work">What they work with.</param>
/// <param name="report">Writes the page.</param>
internal sealed class StudyRunner<TPlan>(IReadOnlyList<Chapter<TPlan>> chapters, ChapterWork<TPlan> work, Action<StudyProgress<TPlan>> report)
{
    /// <summary>A plan that slips by more, and that one waits longer for, is told.</summary>
    private const double Slip = 1.5, SlipSeconds = 10;

    public RunOutcome Execute(CancellationToken cancellation = default)
    {
        // Also of what an earlier process did and was killed before it could write it down.
        if (Progress() is { Done.Count: > 0 } before) report(before);
        for (var i = 0; i < chapters.Count; i++)
        {
            var chapter = chapters[i];
            if (work.Folder.Took(chapter) is not null) continue;
            var progress = Progress();
            var left = TimeSpan.FromSeconds(progress.Left.Sum(l => l.Takes.TotalSeconds));
            work.Observer.ChapterStarted(chapter.Name, chapter.About, i + 1, chapters.Count, left);
            if (progress is { Slower: > Slip, Late: > SlipSeconds }) work.Observer.Slower(progress.Slower, left);
            var (start, resumed) = (work.Time.GetTimestamp(), chapter.Outputs.Any(work.Folder.Holds));
            try
            {
                if (chapter.Run(work with { Left = left }, cancellation) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return RunOutcome.Interrupted;
            }

            if (chapter.Outputs.FirstOrDefault(o => !work.Folder.Holds(o)) is { } missing) throw new InvalidOperationException($"The chapter {chapter.Name} says that it makes {missing}, and did not.");
            work.Folder.Finish(chapter, new TimeTaken(work.Time.GetElapsedTime(start).TotalSeconds, resumed));
            report(Progress());
            work.Observer.ChapterDone(chapter.Name, [.. chapter.Findings(work)]);
        }

        return RunOutcome.Completed;
    }

    /// <summary>Times are the declared ones, times how much slower this machine was at the parts that one process did from beginning to end.</summary>
    private StudyProgress<TPlan> Progress()
    {
        var done = chapters.Where(c => work.Folder.Took(c) is not null).ToArray();
        double seconds = 0, declared = 0;
        foreach (var chapter in done)
            if (work.Folder.Took(chapter) is { Resumed: false } took) (seconds, declared) = (seconds + took.Seconds, declared + chapter.Seconds(work.Plan));
        var slower = declared > 0 ? seconds / declared : 1;
        return new StudyProgress<TPlan>(done, [.. chapters.Except(done).Select(c => (c, TimeSpan.FromSeconds(slower * c.Seconds(work.Plan))))], slower, seconds - declared);
    }
}

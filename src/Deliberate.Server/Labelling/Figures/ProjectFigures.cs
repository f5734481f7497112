using Deliberate.Core;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>How a labeller does in a project.</summary>
/// <param name="Account">Who.</param>
/// <param name="Labels">Ordinary ones that they finished.</param>
/// <param name="Seconds">Spent on the middle one of them; null before the first.</param>
/// <param name="Quality">Share of the known labels of quality questions that theirs agree with.</param>
/// <param name="Screening">How they stand with the screening.</param>
/// <param name="ScreeningAgreement">What came of it.</param>
internal sealed record LabellerFigures(Guid Account, int Labels, double? Seconds, Estimate Quality, ScreeningState Screening, double? ScreeningAgreement);

/// <summary>How far a project is, and how far its labellers agree.</summary>
/// <param name="Items">Ordinary ones.</param>
/// <param name="Complete">That no label is wanted of any more.</param>
/// <param name="Held">In somebody's hands.</param>
/// <param name="Labels">That were finished, of ordinary items.</param>
/// <param name="Judgements">Ratings that were saved on the way to them, changed ones too.</param>
/// <param name="Doubled">Items with two labels.</param>
/// <param name="InReview">That a reviewer is to settle.</param>
/// <param name="Screening">Questions that everybody answers first.</param>
/// <param name="Quality">Known questions that are mixed in.</param>
/// <param name="Alpha">Krippendorff's alpha over the candidates that two rated, ordinal; of pairs over the pairs, nominal.</param>
/// <param name="Labellers">Who labelled.</param>
internal sealed record ProjectFigures(int Items, int Complete, int Held, int Labels, int Judgements, int Doubled, int InReview, int Screening, int Quality, Estimate Alpha, IReadOnlyList<LabellerFigures> Labellers)
{
    private const ulong Seed = 1;

    /// <param name="contexts">Of the database.</param>
    /// <param name="project">Which.</param>
    /// <param name="now">Who holds something at this time.</param>
    /// <param name="cancellation">Stops the counting.</param>
    public static async Task<ProjectFigures> OfAsync(IDbContextFactory<LabellingContext> contexts, LabellingProject project, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var items = context.Items.AsNoTracking().Where(i => i.ProjectId == project.Id);
        var ordinary = items.Where(i => i.Purpose == ItemPurpose.Ordinary);
        var labels = context.Assignments.AsNoTracking().Where(a => a.ProjectId == project.Id && a.State == AssignmentState.Done && !a.IsReview);
        var done = await labels.Where(a => a.Item!.Purpose == ItemPurpose.Ordinary).Select(a => new { a.AccountId, a.Milliseconds, a.ItemId }).ToListAsync(cancellation);
        var quality = await labels.Where(a => a.Item!.Purpose == ItemPurpose.Quality).Select(a => new { a.AccountId, a.ItemId, a.Agreeing, a.Compared }).ToListAsync(cancellation);
        var members = await context.Members.AsNoTracking().Where(m => m.ProjectId == project.Id).ToListAsync(cancellation);
        var doubled = await labels.Where(a => a.Item!.Purpose == ItemPurpose.Ordinary && a.Item.Labels > 1).OrderBy(a => a.Id).Select(a => new { a.ItemId, Result = a.Result! }).ToListAsync(cancellation);
        var people = done.Select(d => d.AccountId).Concat(quality.Select(q => q.AccountId)).Concat(members.Select(m => m.AccountId)).Distinct();
        return new ProjectFigures(
            await ordinary.CountAsync(cancellation),
            await ordinary.CountAsync(i => !i.IsOpen, cancellation),
            await ordinary.CountAsync(i => i.IsOpen && i.HeldUntil > now, cancellation),
            done.Count,
            await context.Judgements.CountAsync(j => j.Cause == "rate" && context.Assignments.Any(a => a.Id == j.AssignmentId && a.ProjectId == project.Id), cancellation),
            doubled.Select(d => d.ItemId).Distinct().Count(),
            await items.CountAsync(i => i.Review == ReviewState.Wanted, cancellation),
            await items.CountAsync(i => i.Purpose == ItemPurpose.Screening, cancellation),
            await items.CountAsync(i => i.Purpose == ItemPurpose.Quality, cancellation),
            Agreement([.. doubled.GroupBy(d => d.ItemId).Select(g => g.Select(d => d.Result).ToArray())]),
            [.. people.Select(person =>
            {
                var mine = done.Where(d => d.AccountId == person).Select(d => d.Milliseconds / 1000.0).Order().ToArray();
                var values = new ItemValues<long>();
                foreach (var answer in quality.Where(q => q.AccountId == person))
                {
                    for (var i = 0; i < answer.Compared; i++) values.Add(answer.ItemId, i < answer.Agreeing ? 1 : 0);
                }

                var member = members.FirstOrDefault(m => m.AccountId == person);
                return new LabellerFigures(person, mine.Length, mine.Length == 0 ? null : mine[mine.Length / 2], ShareMetric.Of(values), member?.Screening ?? ScreeningState.Open, member?.Agreement);
            }).OrderByDescending(l => l.Labels)]);
    }

    /// <summary>Over all candidates that two or more rated: labellers are taken in the order in which they came to the item, which alpha does not look at.</summary>
    private static Estimate Agreement(IReadOnlyList<string[]> items)
    {
        if (items.Count == 0) return Estimate.Unmeasured();
        var most = items.Max(i => i.Length);
        List<double[]> units = [];
        foreach (var labels in items)
        {
            if (LabelComparison.IsChoice(labels[0]))
            {
                units.Add([.. labels.Select(l => LabelComparison.Chosen(l) is { } preferred ? (double)preferred : double.NaN)]);
                continue;
            }

            var ratings = labels.Select(LabelComparison.Ratings).ToArray();
            units.AddRange(ratings.SelectMany(r => r.Keys).Distinct().Select(key => ratings.Select(r => r.TryGetValue(key, out var rating) ? (double)rating : double.NaN).ToArray()));
        }

        if (units.Count == 0) return Estimate.Unmeasured();
        var raters = Enumerable.Range(0, most).Select(r => (IReadOnlyList<double>)[.. units.Select(u => r < u.Length ? u[r] : double.NaN)]).ToArray();
        return KrippendorffAlpha.Over(raters, LabelComparison.IsPair(items[0][0]) ? RatingScale.Nominal : RatingScale.Ordinal, Seed);
    }
}

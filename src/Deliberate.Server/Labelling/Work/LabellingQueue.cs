using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Why nobody gets anything.</summary>
internal enum QueueEnd
{
    /// <summary>All is labelled, or in other hands.</summary>
    NothingLeft,

    /// <summary>The screening was not passed.</summary>
    NotPassed,

    /// <summary>The project hands nothing out.</summary>
    Closed,
}

/// <summary>
/// Hands out what is worth labelling next: first the screening, then by priority, with known questions mixed in. An ordinary item is
/// claimed by one conditional update of its row, so that of two who ask at the same moment one gets it, on both databases, however many
/// servers there are. Whoever comes back gets what they had.
/// </summary>
internal sealed class LabellingQueue(IDbContextFactory<LabellingContext> contexts, TimeProvider time)
{
    /// <summary>Claimed by others in the meantime are at most so many of the best; else the look is taken again.</summary>
    private const int Candidates = 24;

    private const int MostLooks = 20;

    /// <summary>The assignment to go on with, or why there is none.</summary>
    public async Task<(Assignment? Assignment, QueueEnd End)> NextAsync(LabellingProject project, Guid account, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        if (await ResumeAsync(context, project, account, cancellation) is { } open) return (open, default);
        if (!project.IsOpen) return (null, QueueEnd.Closed);
        var screening = await ScreeningAsync(context, project, account, cancellation);
        if (screening == ScreeningState.Failed) return (null, QueueEnd.NotPassed);
        if (screening == ScreeningState.Open && await KnownAsync(context, project, account, ItemPurpose.Screening, cancellation) is { } question) return (await GiveAsync(context, project, account, question, cancellation), default);
        if (await IsQualityDueAsync(context, project, account, cancellation) && await KnownAsync(context, project, account, ItemPurpose.Quality, cancellation) is { } quality) return (await GiveAsync(context, project, account, quality, cancellation), default);
        for (var look = 0; look < MostLooks; look++)
        {
            var now = time.GetUtcNow();
            var best = await context.Items.AsNoTracking()
                .Where(i => i.ProjectId == project.Id && i.IsOpen && i.Purpose == ItemPurpose.Ordinary && i.HeldUntil < now && !context.Assignments.Any(a => a.ItemId == i.Id && a.AccountId == account && !a.IsReview && a.State != AssignmentState.Open))
                .OrderByDescending(i => i.Priority).ThenBy(i => i.Number).Select(i => i.Id).Take(Candidates).ToListAsync(cancellation);
            foreach (var item in best)
                if (await ClaimAsync(context, project, account, item, cancellation) is { } claimed) return (claimed, default);
            if (best.Count < Candidates) break;
        }

        return (null, QueueEnd.NothingLeft);
    }

    /// <summary>An assignment of a reviewer, who settles an item with a label of their own; the one that there is where there is one.</summary>
    public async Task<Assignment> ReviewAsync(LabellingProject project, Guid account, LabellingItem item, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var known = await context.Assignments.FirstOrDefaultAsync(a => a.ItemId == item.Id && a.AccountId == account && a.IsReview, cancellation);
        if (known is null)
        {
            known = New(project, account, item.Id);
            known.IsReview = true;
            context.Assignments.Add(known);
        }
        else
        {
            // Where it stood nothing stands until it is finished: the item waits for a reviewer again, whoever leaves it half done.
            await context.Items.Where(i => i.Id == item.Id && i.StandsId == known.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.Review, ReviewState.Wanted).SetProperty(x => x.StandsId, (long?)null), cancellation);
            (known.State, known.Finished) = (AssignmentState.Open, null);
        }

        await context.SaveChangesAsync(cancellation);
        return known;
    }

    /// <summary>How somebody stands with the questions that everybody answers first; decides when the last is answered.</summary>
    public async Task<ScreeningState> ScreeningAsync(LabellingProject project, Guid account, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await ScreeningAsync(context, project, account, cancellation);
    }

    private static async Task<ScreeningState> ScreeningAsync(LabellingContext context, LabellingProject project, Guid account, CancellationToken cancellation)
    {
        var member = await context.Members.FirstOrDefaultAsync(m => m.ProjectId == project.Id && m.AccountId == account, cancellation);
        if (member is { Screening: not ScreeningState.Open }) return member.Screening;
        var questions = await context.Items.CountAsync(i => i.ProjectId == project.Id && i.Purpose == ItemPurpose.Screening, cancellation);
        if (questions == 0) return ScreeningState.Passed;
        var answered = await context.Assignments.Where(a => a.ProjectId == project.Id && a.AccountId == account && a.State == AssignmentState.Done && a.Item!.Purpose == ItemPurpose.Screening).Select(a => new { a.Agreeing, a.Compared }).ToListAsync(cancellation);
        if (answered.Count < questions) return ScreeningState.Open;
        var agreement = answered.Sum(a => a.Agreeing ?? 0) / (double)Math.Max(1, answered.Sum(a => a.Compared ?? 0));
        var state = agreement >= project.PassMark ? ScreeningState.Passed : ScreeningState.Failed;
        if (member is null) context.Members.Add(member = new ProjectMember { ProjectId = project.Id, AccountId = account });
        (member.Screening, member.Agreement) = (state, agreement);
        await context.SaveChangesAsync(cancellation);
        return state;
    }

    private async Task<Assignment?> ResumeAsync(LabellingContext context, LabellingProject project, Guid account, CancellationToken cancellation)
    {
        var open = await context.Assignments.Include(a => a.Item).Where(a => a.ProjectId == project.Id && a.AccountId == account && a.State == AssignmentState.Open && !a.IsReview).OrderBy(a => a.Id).ToListAsync(cancellation);
        foreach (var assignment in open)
        {
            if (assignment.Item!.Purpose != ItemPurpose.Ordinary || await HoldAsync(context, assignment.ItemId, account, time.GetUtcNow().AddMinutes(project.LeaseMinutes), cancellation)) return assignment;
        }

        return null;
    }

    /// <summary>Whoever holds an item holds it for longer; false where somebody else has it.</summary>
    public static async Task<bool> HoldAsync(LabellingContext context, long item, Guid account, DateTimeOffset until, CancellationToken cancellation) =>
        await context.Items.Where(i => i.Id == item && i.HolderId == account && i.IsOpen).ExecuteUpdateAsync(i => i.SetProperty(x => x.HeldUntil, until), cancellation) == 1;

    private async Task<Assignment?> ClaimAsync(LabellingContext context, LabellingProject project, Guid account, long item, CancellationToken cancellation)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var (now, holder) = (time.GetUtcNow(), (Guid?)account);
        var until = now.AddMinutes(project.LeaseMinutes);
        if (await context.Items.Where(i => i.Id == item && i.IsOpen && i.HeldUntil < now).ExecuteUpdateAsync(i => i.SetProperty(x => x.HolderId, holder).SetProperty(x => x.HeldUntil, until), cancellation) == 0) return null;
        // Whose time ran out learns of it with the next judgement.
        await context.Assignments.Where(a => a.ItemId == item && a.AccountId != account && a.State == AssignmentState.Open && !a.IsReview).ExecuteUpdateAsync(a => a.SetProperty(x => x.State, AssignmentState.Dropped), cancellation);
        var assignment = New(project, account, item);
        context.Assignments.Add(assignment);
        await context.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        await context.Entry(assignment).Reference(a => a.Item).LoadAsync(cancellation);
        return assignment;
    }

    /// <summary>The next known question, in an order of one's own, so that neighbours do not see the same.</summary>
    private static async Task<long?> KnownAsync(LabellingContext context, LabellingProject project, Guid account, ItemPurpose purpose, CancellationToken cancellation)
    {
        var left = await context.Items.Where(i => i.ProjectId == project.Id && i.Purpose == purpose && !context.Assignments.Any(a => a.ItemId == i.Id && a.AccountId == account && a.State != AssignmentState.Open && a.State != AssignmentState.Superseded)).Select(i => i.Id).ToListAsync(cancellation);
        return left.Count == 0 ? null : left.MinBy(id => BitConverter.ToUInt64(SHA256.HashData([.. account.ToByteArray(), .. BitConverter.GetBytes(id)])));
    }

    private static async Task<bool> IsQualityDueAsync(LabellingContext context, LabellingProject project, Guid account, CancellationToken cancellation)
    {
        if (project.QualityEvery == 0) return false;
        var done = await context.Assignments.Where(a => a.ProjectId == project.Id && a.AccountId == account && a.State == AssignmentState.Done && !a.IsReview).GroupBy(a => a.Item!.Purpose).Select(g => new { Purpose = g.Key, Count = g.Count() }).ToListAsync(cancellation);
        int Of(ItemPurpose purpose) => done.FirstOrDefault(d => d.Purpose == purpose)?.Count ?? 0;
        return Of(ItemPurpose.Ordinary) / project.QualityEvery > Of(ItemPurpose.Quality);
    }

    private async Task<Assignment> GiveAsync(LabellingContext context, LabellingProject project, Guid account, long item, CancellationToken cancellation)
    {
        var assignment = New(project, account, item);
        context.Assignments.Add(assignment);
        await context.SaveChangesAsync(cancellation);
        await context.Entry(assignment).Reference(a => a.Item).LoadAsync(cancellation);
        return assignment;
    }

    private Assignment New(LabellingProject project, Guid account, long item) => new()
    {
        ProjectId = project.Id,
        ItemId = item,
        AccountId = account,
        Lease = SecretToken.New(),
        Draft = "",
        IsSwapped = project.Kind == LabellingKind.Preference && RandomNumberGenerator.GetInt32(2) == 1,
        Started = time.GetUtcNow(),
    };
}

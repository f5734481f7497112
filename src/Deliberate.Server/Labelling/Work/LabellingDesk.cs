using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Why a judgement was not taken.</summary>
internal enum DeskRefusal
{
    /// <summary>There is no such lease, or it is somebody else's.</summary>
    NotYours,

    /// <summary>It was finished before.</summary>
    Finished,

    /// <summary>The time ran out, and somebody else has the item.</summary>
    Lost,

    /// <summary>Another page of the same labeller went on.</summary>
    Behind,
}

/// <summary>A judgement that was not taken, and why.</summary>
internal sealed class DeskException(DeskRefusal refusal, string message) : Exception(message)
{
    public DeskRefusal Refusal { get; } = refusal;
}

/// <summary>
/// Takes judgements of whoever holds a lease. Each is in the database, with its line of the trail, before it is answered; one that is sent
/// again, because the answer was lost, is taken once.
/// </summary>
internal sealed class LabellingDesk(IDbContextFactory<LabellingContext> contexts, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A lease as it stands, with its item and project.</summary>
    /// <exception cref="DeskException">It is somebody else's, or lost.</exception>
    public async Task<(Assignment Assignment, LabellingProject Project)> OpenAsync(string lease, Guid account, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await FindAsync(context, lease, account, cancellation);
    }

    /// <summary>A lease that its holder waits with: held for longer, with the item's content and what a model wrote for it.</summary>
    /// <exception cref="DeskException">It is somebody else's, lost or ended.</exception>
    public async Task<(Assignment Assignment, LabellingProject Project, ItemContent Content)> HoldAsync(string lease, Guid account, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (assignment, project) = await FindAsync(context, lease, account, cancellation);
        RefuseEnded(assignment);
        if (IsExclusive(assignment) && !await LabellingQueue.HoldAsync(context, assignment.ItemId, account, time.GetUtcNow().AddMinutes(project.LeaseMinutes), cancellation)) throw Lost();
        return (assignment, project, await ContentAsync(context, project, assignment.Item!, cancellation));
    }

    /// <summary>What is shown of an item, with what a model wrote for it.</summary>
    public async Task<ItemContent> ContentAsync(LabellingProject project, LabellingItem item, CancellationToken cancellation = default)
    {
        if (project.LiveModel is null) return ItemContent.Read(item.Content);
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await ContentAsync(context, project, item, cancellation);
    }

    /// <summary>Saves one judgement.</summary>
    /// <exception cref="UserError">It is none.</exception>
    /// <exception cref="DeskException">It cannot be taken.</exception>
    public async Task<Assignment> JudgeAsync(string lease, Guid account, DraftChange change, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (assignment, project) = await FindAsync(context, lease, account, cancellation);
        var body = JsonSerializer.Serialize(change, Json);
        if (await IsRepeatedAsync(context, assignment, change.Revision + 1, body, cancellation)) return assignment;
        RefuseEnded(assignment);
        var draft = LabelRules.Apply(project.Kind, await ContentAsync(context, project, assignment.Item!, cancellation), Draft.Read(assignment.Draft), change, assignment.IsSwapped);
        await SaveAsync(context, project, assignment, change.Revision, change.Cause, body, change.Milliseconds, row =>
            row.ExecuteUpdateAsync(a => a.SetProperty(x => x.Draft, draft.ToJson()), cancellation), cancellation);
        return await context.Assignments.AsNoTracking().Include(a => a.Item).SingleAsync(a => a.Id == assignment.Id, cancellation);
    }

    /// <summary>Notes that the labeller looked at what a model thinks, before it is shown.</summary>
    public async Task<(Assignment Assignment, string? Annotations)> LookAsync(string lease, Guid account, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (assignment, project) = await FindAsync(context, lease, account, cancellation);
        RefuseEnded(assignment);
        if (!assignment.SawAnnotations && assignment.Item!.Annotations is not null)
            await SaveAsync(context, project, assignment, assignment.Revision, "look", "{}", 0, row => row.ExecuteUpdateAsync(a => a.SetProperty(x => x.SawAnnotations, true), cancellation), cancellation);
        return (await context.Assignments.AsNoTracking().Include(a => a.Item).SingleAsync(a => a.Id == assignment.Id, cancellation), assignment.Item!.Annotations);
    }

    /// <summary>Ends a labelling with its label.</summary>
    /// <param name="lease">Which.</param>
    /// <param name="account">Whose.</param>
    /// <param name="revision">That the page knows.</param>
    /// <param name="finish">How it ends.</param>
    /// <param name="comment">Why, of a problem that is bad or was given up.</param>
    /// <param name="milliseconds">Since the last judgement.</param>
    /// <param name="cancellation">Stops it before it is done.</param>
    /// <exception cref="UserError">Something is still to be judged.</exception>
    /// <exception cref="DeskException">It cannot be taken.</exception>
    public async Task<Assignment> FinishAsync(string lease, Guid account, int revision, LabelFinish finish, string? comment, long milliseconds = 0, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (assignment, project) = await FindAsync(context, lease, account, cancellation);
        var body = JsonSerializer.Serialize(new { finish, comment }, Json);
        if (assignment.State == AssignmentState.Done && await IsRepeatedAsync(context, assignment, revision + 1, body, cancellation)) return assignment;
        RefuseEnded(assignment);
        if (finish is LabelFinish.GiveUp or LabelFinish.BadProblem && string.IsNullOrWhiteSpace(comment)) throw new UserError("Say why, in a sentence.", field: "comment");
        if (comment?.Length > LabelRules.LongestText) throw new UserError($"The text has more than {LabelRules.LongestText} characters.", field: "comment");
        var item = assignment.Item!;
        var content = await ContentAsync(context, project, item, cancellation);
        var now = time.GetUtcNow();
        var result = Result(project, assignment, content, finish, now, assignment.Milliseconds + milliseconds);
        var compared = item.Gold is { } gold ? LabelComparison.Of(result, gold) : ((int Agreeing, int Compared)?)null;
        await SaveAsync(
            context, project, assignment, revision, "finish", body, milliseconds,
            async row =>
            {
                await row.ExecuteUpdateAsync(
                    a => a.SetProperty(x => x.State, AssignmentState.Done).SetProperty(x => x.Finished, now).SetProperty(x => x.Finish, Name(finish)).SetProperty(x => x.Comment, comment).SetProperty(x => x.Result, result)
                        .SetProperty(x => x.Agreeing, compared.HasValue ? compared.Value.Agreeing : null).SetProperty(x => x.Compared, compared.HasValue ? compared.Value.Compared : null), cancellation);
                await CountAsync(context, assignment, finish, result, cancellation);
            },
            cancellation);
        return await context.Assignments.AsNoTracking().Include(a => a.Item).SingleAsync(a => a.Id == assignment.Id, cancellation);
    }

    /// <summary>Lays an item aside: somebody else gets it.</summary>
    /// <exception cref="DeskException">It is not in the labeller's hands.</exception>
    public async Task DropAsync(string lease, Guid account, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (assignment, project) = await FindAsync(context, lease, account, cancellation);
        if (assignment.State == AssignmentState.Dropped) return;
        RefuseEnded(assignment);
        if (assignment.Item!.Purpose != ItemPurpose.Ordinary && !assignment.IsReview) throw new UserError("This one is not laid aside: everybody answers it.", advice: "Judge it, or give up and say why.");
        await SaveAsync(
            context, project, assignment, assignment.Revision, "drop", "{}", 0,
            async row =>
            {
                await row.ExecuteUpdateAsync(a => a.SetProperty(x => x.State, AssignmentState.Dropped), cancellation);
                await context.Items.Where(i => i.Id == assignment.ItemId && i.HolderId == account).ExecuteUpdateAsync(i => i.SetProperty(x => x.HolderId, (Guid?)null).SetProperty(x => x.HeldUntil, DateTimeOffset.UnixEpoch), cancellation);
            },
            cancellation);
    }

    /// <summary>PRM800K's word.</summary>
    public static string Name(LabelFinish finish) => finish switch
    {
        LabelFinish.Solution => "solution",
        LabelFinish.FoundError => "found_error",
        LabelFinish.BadProblem => "bad_problem",
        _ => "give_up",
    };

    private static async Task<(Assignment Assignment, LabellingProject Project)> FindAsync(LabellingContext context, string lease, Guid account, CancellationToken cancellation)
    {
        var found = await context.Assignments.AsNoTracking().Include(a => a.Item).Where(a => a.Lease == lease && a.AccountId == account).Join(context.Projects, a => a.ProjectId, p => p.Id, (a, p) => new { Assignment = a, Project = p }).FirstOrDefaultAsync(cancellation);
        return found is null ? throw new DeskException(DeskRefusal.NotYours, "This is not in your hands.") : (found.Assignment, found.Project);
    }

    private static void RefuseEnded(Assignment assignment)
    {
        if (assignment.State == AssignmentState.Done) throw new DeskException(DeskRefusal.Finished, "This one is finished.");
        if (assignment.State == AssignmentState.Dropped) throw Lost();
    }

    private static DeskException Lost() => new(DeskRefusal.Lost, "Your time for this one ran out, and somebody else has it now.");

    /// <summary>Whether nobody else may have the item meanwhile.</summary>
    private static bool IsExclusive(Assignment assignment) => assignment.Item!.Purpose == ItemPurpose.Ordinary && !assignment.IsReview;

    private static async Task<ItemContent> ContentAsync(LabellingContext context, LabellingProject project, LabellingItem item, CancellationToken cancellation)
    {
        var content = ItemContent.Read(item.Content);
        if (project.LiveModel is null) return content;
        var sampled = await context.Alternatives.AsNoTracking().Where(a => a.ItemId == item.Id).ToListAsync(cancellation);
        return content with { Sampled = sampled.ToDictionary(a => a.Id, a => (a.Path, a.Read())) };
    }

    /// <summary>Whether just this was taken before: its answer was lost on the way.</summary>
    private static async Task<bool> IsRepeatedAsync(LabellingContext context, Assignment assignment, int revision, string body, CancellationToken cancellation) =>
        assignment.Revision >= revision && await context.Judgements.AnyAsync(j => j.AssignmentId == assignment.Id && j.Revision == revision && j.Body == body, cancellation);

    private static LabelledSolution About(Assignment assignment, DateTimeOffset at, long milliseconds) => new()
    {
        Labeler = assignment.AccountId.ToString(),
        Timestamp = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        Generation = assignment.Item!.Purpose == ItemPurpose.Screening ? -1 : assignment.Item.Generation,
        IsQualityControlQuestion = assignment.Item.Purpose == ItemPurpose.Quality,
        IsInitialScreeningQuestion = assignment.Item.Purpose == ItemPurpose.Screening,
        Question = new LabelQuestion("", null, null, null, null, null),
        Steps = [],
        TotalTime = milliseconds,
        Finish = LabelFinish.GiveUp,
    };

    private static string Result(LabellingProject project, Assignment assignment, ItemContent content, LabelFinish finish, DateTimeOffset at, long milliseconds)
    {
        var draft = Draft.Read(assignment.Draft);
        if (project.Kind == LabellingKind.Preference)
        {
            if (finish == LabelFinish.FoundError) throw new UserError("A pair ends with a choice.", field: "finish");
            if (finish == LabelFinish.Solution && draft.Preferred is null) throw new UserError("Nothing is chosen.", field: "finish");
            return JsonSerializer.Serialize(new { preferred = finish == LabelFinish.Solution ? draft.Preferred : null });
        }

        if (project.Kind == LabellingKind.Rating)
        {
            if (finish == LabelFinish.FoundError) throw new UserError("An answer ends with a rating.", field: "finish");
            if (finish == LabelFinish.Solution && draft.Rating is null) throw new UserError("It is not rated.", field: "finish");
            return JsonSerializer.Serialize(new { stars = finish == LabelFinish.Solution ? draft.Rating : null });
        }

        return LabelComparison.Line(LabelRules.Finish(project.Kind, content, draft, finish, About(assignment, at, milliseconds)));
    }

    /// <summary>The judgement, its line of the trail and the longer hold: all or nothing.</summary>
    private async Task SaveAsync(LabellingContext context, LabellingProject project, Assignment assignment, int revision, string cause, string body, long milliseconds, Func<IQueryable<Assignment>, Task> change, CancellationToken cancellation)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        if (IsExclusive(assignment) && !await LabellingQueue.HoldAsync(context, assignment.ItemId, assignment.AccountId, now.AddMinutes(project.LeaseMinutes), cancellation)) throw Lost();
        var spent = Math.Clamp(milliseconds, 0, 86_400_000);
        if (await context.Assignments.Where(a => a.Id == assignment.Id && a.State == AssignmentState.Open && a.Revision == revision).ExecuteUpdateAsync(a => a.SetProperty(x => x.Revision, revision + 1).SetProperty(x => x.Milliseconds, x => x.Milliseconds + spent), cancellation) == 0)
            throw new DeskException(DeskRefusal.Behind, "This was gone on with on another page.");
        await change(context.Assignments.Where(a => a.Id == assignment.Id));
        context.Judgements.Add(new JudgementEntry { AssignmentId = assignment.Id, Revision = revision + 1, At = now, Cause = cause.Length > 20 ? cause[..20] : cause, Body = body });
        try
        {
            await context.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException error) when (StoredTwice.Is(error))
        {
            throw new DeskException(DeskRefusal.Behind, "This was gone on with on another page.");
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Counts a label to its item, gives the item out of hands, and asks for a reviewer where labels differ or something is wrong.</summary>
    private static async Task CountAsync(LabellingContext context, Assignment assignment, LabelFinish finish, string result, CancellationToken cancellation)
    {
        var item = await context.Items.SingleAsync(i => i.Id == assignment.ItemId, cancellation);
        if (assignment.IsReview)
        {
            (item.Review, item.StandsId, item.IsOpen) = (ReviewState.Settled, assignment.Id, false);
            return;
        }

        if (item.Purpose != ItemPurpose.Ordinary) return;
        item.Labels++;
        (item.HolderId, item.HeldUntil, item.IsOpen) = (null, DateTimeOffset.UnixEpoch, item.Labels < item.Wanted && finish != LabelFinish.BadProblem);
        var others = await context.Assignments.Where(a => a.ItemId == item.Id && a.Id != assignment.Id && a.State == AssignmentState.Done && !a.IsReview).Select(a => a.Result!).ToListAsync(cancellation);
        var reason = finish == LabelFinish.BadProblem ? "called a bad problem"
            : others.Any(o => LabelComparison.Differ(o, result)) ? "labelled differently"
            : LabelComparison.HasFlag(result) ? "a step was flagged"
            : null;
        if (reason is not null && item.Review != ReviewState.Settled) (item.Review, item.ReviewReason) = (ReviewState.Wanted, item.ReviewReason ?? reason);
    }
}

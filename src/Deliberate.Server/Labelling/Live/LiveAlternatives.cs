using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>The alternatives of the step that is open, as the page asks for them.</summary>
/// <param name="Index">Of the step.</param>
/// <param name="Sampled">Names them in the draft; null where they were prepared, or there are none.</param>
/// <param name="Candidates">Texts.</param>
/// <param name="Ended">Whether the model would end the solution here.</param>
/// <param name="Problem">Why there are none, for the page.</param>
internal sealed record OpenAlternatives(int Index, long? Sampled, IReadOnlyList<string> Candidates, bool Ended, string? Problem);

/// <summary>
/// Has a model write the alternatives of the next step of whoever holds a lease, within the project's seconds. What it wrote is kept
/// before it is shown, once a place: two who wait at the same one, and a second server, get the same. Where nothing comes the
/// labeller writes the step, or ends.
/// </summary>
internal sealed class LiveAlternatives(IDbContextFactory<LabellingContext> contexts, LabellingDesk desk, LiveModels models, TimeProvider time)
{
    private readonly ConcurrentDictionary<(long Item, string Path), Lazy<Task<(SampledAlternatives? Kept, string? Problem)>>> _asking = new();

    /// <exception cref="DeskException">The lease is not theirs, lost or ended.</exception>
    public async Task<OpenAlternatives> NextAsync(string lease, Guid account, CancellationToken cancellation = default)
    {
        var (assignment, project, content) = await desk.HoldAsync(lease, account, cancellation);
        var draft = Draft.Read(assignment.Draft);
        var open = draft.Steps.TakeWhile(s => s.IsEnded).Count();
        if (LabelRules.Candidates(project.Kind, content, draft, open) is { Count: > 0 } prepared) return new OpenAlternatives(open, draft.Step(open).Alternatives, prepared, false, null);
        if (project.LiveModel is null) return new OpenAlternatives(open, null, [], false, null);
        var steps = LabelRules.Path(content, draft);
        if (NextStep.IsEnd(steps)) return new OpenAlternatives(open, null, [], true, null);
        var key = (assignment.ItemId, SampledAlternatives.PathOf(steps));
        try
        {
            // Whoever leaves does not take it from those who wait beside them.
            var (kept, problem) = await _asking.GetOrAdd(key, _ => new Lazy<Task<(SampledAlternatives?, string?)>>(() => AskAsync(project, assignment, content, steps, key.Item2))).Value.WaitAsync(cancellation);
            return kept is null ? new OpenAlternatives(open, null, [], false, problem) : new OpenAlternatives(open, kept.Id, kept.Read(), kept.Read().Count == 0, null);
        }
        finally
        {
            _asking.TryRemove(key, out _);
        }
    }

    private async Task<(SampledAlternatives? Kept, string? Problem)> AskAsync(LabellingProject project, Assignment assignment, ItemContent content, IReadOnlyList<string> steps, string path)
    {
        await using var context = await contexts.CreateDbContextAsync();
        if (await FindAsync(context, assignment.ItemId, path) is { } there) return (there, null);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(project.LiveSeconds), time);
        var began = Stopwatch.GetTimestamp();
        var sampled = await models.NextAsync(project, content, steps, limit.Token);
        if (sampled.Problem is { } problem) return (null, problem);
        var kept = new SampledAlternatives
        {
            ItemId = assignment.ItemId,
            Path = path,
            Texts = SampledAlternatives.Write(sampled.Texts),
            Model = project.LiveModel!,
            AccountId = assignment.AccountId,
            At = time.GetUtcNow(),
            Milliseconds = (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds,
        };
        context.Alternatives.Add(kept);
        try
        {
            await context.SaveChangesAsync();
            return (kept, null);
        }
        catch (DbUpdateException error) when (StoredTwice.Is(error))
        {
            // Another server was faster: what it kept is shown here too.
            context.ChangeTracker.Clear();
            return (await FindAsync(context, assignment.ItemId, path), null);
        }
    }

    private static Task<SampledAlternatives?> FindAsync(LabellingContext context, long item, string path) => context.Alternatives.AsNoTracking().FirstOrDefaultAsync(a => a.ItemId == item && a.Path == path);
}

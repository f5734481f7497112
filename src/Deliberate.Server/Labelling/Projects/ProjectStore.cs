using System.Text.RegularExpressions;
using Deliberate.Core;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>An item to be added.</summary>
/// <param name="Content">What is shown of it.</param>
/// <param name="Gold">Its known label, where there is one.</param>
/// <param name="Generation">Which round of collecting it is of.</param>
/// <param name="Annotations">What a model thinks of its steps.</param>
internal sealed record NewItem(ItemContent Content, string? Gold, int? Generation, StepAnnotations? Annotations = null)
{
    /// <summary>The highest is labelled first.</summary>
    public double Priority { get; init; }
}

/// <summary>What came of adding items.</summary>
/// <param name="Added">New ones.</param>
/// <param name="Known">That were there already.</param>
internal sealed record AddedItems(int Added, int Known);

/// <summary>Projects and what is in them: made, filled, ordered, closed.</summary>
internal sealed partial class ProjectStore(IDbContextFactory<LabellingContext> contexts, TimeProvider time)
{
    private const int Batch = 500;

    public async Task<IReadOnlyList<LabellingProject>> ListAsync(CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Projects.AsNoTracking().OrderBy(p => p.Name).ToListAsync(cancellation);
    }

    public async Task<LabellingProject?> FindAsync(string name, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Name == name, cancellation);
    }

    /// <exception cref="UserError">There is none of that name.</exception>
    public async Task<LabellingProject> NeedAsync(string name, CancellationToken cancellation = default) =>
        await FindAsync(name, cancellation) ?? throw new UserError($"There is no project \"{name}\".", advice: NearestName.Suggest(name, [.. (await ListAsync(cancellation)).Select(p => p.Name)]) ?? "Make one: deliberate label create NAME FILE.");

    /// <exception cref="UserError">A setting is out of range, or the name is taken.</exception>
    public async Task<LabellingProject> CreateAsync(LabellingProject project, CancellationToken cancellation = default)
    {
        Check(project);
        if (await FindAsync(project.Name, cancellation) is not null) throw new UserError($"There is a project \"{project.Name}\" already.", advice: $"Choose another name, or add to it: deliberate label add {project.Name} FILE.");
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        project.Created = time.GetUtcNow();
        context.Projects.Add(project);
        await context.SaveChangesAsync(cancellation);
        return project;
    }

    /// <summary>Adds items behind those that are there; all of them or, where something goes wrong, none.</summary>
    /// <param name="project">Whose.</param>
    /// <param name="items">In order.</param>
    /// <param name="purpose">What they are for; known labels are needed for questions.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    /// <exception cref="UserError">A question's labels are not known.</exception>
    public async Task<AddedItems> AddAsync(LabellingProject project, IEnumerable<NewItem> items, ItemPurpose purpose, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        context.ChangeTracker.AutoDetectChangesEnabled = false;
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var number = await context.Items.Where(i => i.ProjectId == project.Id).MaxAsync(i => (int?)i.Number, cancellation) ?? 0;
        var seen = (await context.Items.Where(i => i.ProjectId == project.Id).Select(i => i.Hash).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        var (added, known) = (0, 0);
        foreach (var item in items)
        {
            if (purpose != ItemPurpose.Ordinary && item.Gold is null) throw new UserError("A question's labels must be known.", advice: "Take labelled solutions, in PRM800K's schema.");
            RefuseBare(project, item);
            var hash = item.Content.Hash();
            if (!seen.Add(hash))
            {
                known++;
                continue;
            }

            added++;
            number++;
            context.Items.Add(new LabellingItem
            {
                ProjectId = project.Id,
                Number = number,
                Purpose = purpose,
                Content = item.Content.ToJson(),
                Hash = hash,
                Gold = purpose == ItemPurpose.Ordinary ? null : item.Gold,
                Generation = item.Generation,
                Priority = item.Priority,
                Wanted = purpose == ItemPurpose.Ordinary && IsDoubled(hash, project.DoubleShare) ? 2 : 1,
                Annotations = item.Annotations?.ToJson(),
            });
            if (added % Batch != 0) continue;
            await context.SaveChangesAsync(cancellation);
            context.ChangeTracker.Clear();
        }

        await context.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new AddedItems(added, known);
    }

    /// <summary>A problem alone is an item where a model writes its steps.</summary>
    /// <exception cref="UserError">None does.</exception>
    public static void RefuseBare(LabellingProject project, NewItem item)
    {
        if (project is { Kind: LabellingKind.Phase1, LiveModel: null } && item.Content.Tree.Count == 0) throw new UserError("A problem has no alternatives, and no model writes them.", advice: "Make the project with --alternatives live --model MODEL, or take solutions in steps.");
    }

    /// <summary>Orders the queue: what has the highest priority is handed out next. Items that are not named keep theirs.</summary>
    /// <param name="project">Whose queue.</param>
    /// <param name="priorities">By an item's number.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    /// <returns>How many of the numbers are items of the project.</returns>
    public async Task<int> PrioritiseAsync(LabellingProject project, IEnumerable<KeyValuePair<int, double>> priorities, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var changed = 0;
        foreach (var (number, priority) in priorities)
        {
            if (!double.IsFinite(priority)) throw new UserError($"The priority of item {number} is no number.");
            changed += await context.Items.Where(i => i.ProjectId == project.Id && i.Number == number).ExecuteUpdateAsync(i => i.SetProperty(x => x.Priority, priority), cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return changed;
    }

    /// <summary>What a model thinks, by an item's number: shown to whoever asks.</summary>
    public async Task<int> AnnotateAsync(LabellingProject project, IEnumerable<KeyValuePair<int, StepAnnotations>> annotations, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var changed = 0;
        foreach (var (number, annotation) in annotations)
        {
            var json = annotation.ToJson();
            changed += await context.Items.Where(i => i.ProjectId == project.Id && i.Number == number).ExecuteUpdateAsync(i => i.SetProperty(x => x.Annotations, json), cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return changed;
    }

    /// <summary>Items in their order, without holding them all.</summary>
    /// <param name="project">Whose.</param>
    /// <param name="openOnly">Those that labels are wanted of alone.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async IAsyncEnumerable<LabellingItem> ItemsAsync(LabellingProject project, bool openOnly, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        for (var after = 0; ;)
        {
            var begin = after;
            var page = await context.Items.AsNoTracking().Where(i => i.ProjectId == project.Id && i.Number > begin && (!openOnly || (i.IsOpen && i.Purpose == ItemPurpose.Ordinary))).OrderBy(i => i.Number).Take(Batch).ToListAsync(cancellation);
            foreach (var item in page) yield return item;
            if (page.Count < Batch) yield break;
            after = page[^1].Number;
        }
    }

    public async Task<LabellingItem?> ItemAsync(LabellingProject project, int number, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Items.AsNoTracking().FirstOrDefaultAsync(i => i.ProjectId == project.Id && i.Number == number, cancellation);
    }

    public async Task OpenAsync(LabellingProject project, bool isOpen, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await context.Projects.Where(p => p.Id == project.Id).ExecuteUpdateAsync(p => p.SetProperty(x => x.IsOpen, isOpen), cancellation);
    }

    /// <summary>Lets somebody in who did not pass, or gives them the screening anew.</summary>
    public async Task ScreenAsync(LabellingProject project, Guid account, bool letIn, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var member = await context.Members.FirstOrDefaultAsync(m => m.ProjectId == project.Id && m.AccountId == account, cancellation);
        if (member is null) context.Members.Add(member = new ProjectMember { ProjectId = project.Id, AccountId = account });
        member.Screening = letIn ? ScreeningState.Waived : ScreeningState.Open;
        if (!letIn)
        {
            // The questions are asked again; the answers of before count no more and stay, for labels and their trails are only ever added to.
            var screened = context.Assignments.Where(a => a.ProjectId == project.Id && a.AccountId == account && a.Item!.Purpose == ItemPurpose.Screening);
            var attempt = 1 + (await screened.MaxAsync(a => (int?)a.Attempt, cancellation) ?? 0);
            await screened.Where(a => a.Attempt == 0).ExecuteUpdateAsync(a => a.SetProperty(x => x.State, AssignmentState.Superseded).SetProperty(x => x.Attempt, attempt), cancellation);
        }

        await context.SaveChangesAsync(cancellation);
    }

    /// <summary>Settles an item with one of its labels.</summary>
    /// <exception cref="UserError">There is no such label of it.</exception>
    public async Task SettleAsync(LabellingItem item, long assignment, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        if (!await context.Assignments.AnyAsync(a => a.Id == assignment && a.ItemId == item.Id && a.State == AssignmentState.Done, cancellation)) throw new UserError("There is no such label of this item.");
        await context.Items.Where(i => i.Id == item.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.StandsId, assignment).SetProperty(x => x.Review, ReviewState.Settled).SetProperty(x => x.IsOpen, false), cancellation);
    }

    private static bool IsDoubled(string hash, double share) => Convert.ToUInt32(hash[..8], 16) < share * uint.MaxValue || share >= 1;

    private static void Check(LabellingProject project)
    {
        if (project.Name == "api" || !Slug().IsMatch(project.Name)) throw new UserError($"\"{project.Name}\" is no name of a project.", advice: "Small letters, digits and - after a letter, 40 at most.");
        if (project.PassMark is < 0 or > 1) throw new UserError("The pass mark is a share.", field: "--pass-mark", advice: "From 0 to 1; PRM800K's is 0.75.");
        if (project.DoubleShare is < 0 or > 1) throw new UserError("This is no share.", field: "--double", advice: "From 0 to 1.");
        if (project.LeaseMinutes is < 1 or > 24 * 60) throw new UserError("An item is kept for a minute to a day.", field: "--lease-minutes");
        if (project.LiveModel is not null && project.Kind != LabellingKind.Phase1) throw new UserError("Alternatives are of phase 1.", field: "--alternatives", advice: "Make the project with --kind phase1.");
        if (project.LiveCandidates is < 1 or > 16) throw new UserError("This is no number of alternatives.", field: "--candidates", advice: "From 1 to 16; PRM800K's labellers had some four.");
        if (project.LiveSeconds is < 1 or > 15) throw new UserError("A labeller waits a second to 15.", field: "--wait-seconds");
        if (project.StepSeparator.Length == 0) throw new UserError("The separator is empty.", field: "--separator");
        if (project.QualityEvery is < 0 or > 10_000) throw new UserError("This is no number of solutions.", field: "--quality-every");
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,39}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Slug();
}

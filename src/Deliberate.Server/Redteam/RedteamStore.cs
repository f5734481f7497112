using System.Text.RegularExpressions;
using Deliberate.Core;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Campaigns: made, listed, closed; and what is in them, for figures and files.</summary>
internal sealed partial class RedteamStore(IDbContextFactory<RedteamContext> contexts, TimeProvider time)
{
    public async Task<IReadOnlyList<RedteamCampaign>> ListAsync(CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Campaigns.AsNoTracking().OrderBy(c => c.Name).ToListAsync(cancellation);
    }

    public async Task<RedteamCampaign?> FindAsync(string name, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Campaigns.AsNoTracking().FirstOrDefaultAsync(c => c.Name == name, cancellation);
    }

    /// <exception cref="UserError">There is none of that name.</exception>
    public async Task<RedteamCampaign> NeedAsync(string name, CancellationToken cancellation = default) =>
        await FindAsync(name, cancellation) ?? throw new UserError($"There is no campaign \"{name}\".", advice: NearestName.Suggest(name, [.. (await ListAsync(cancellation)).Select(c => c.Name)]) ?? "Make one: deliberate redteam create NAME --model A --model B.");

    /// <exception cref="UserError">The name is taken, or something is missing.</exception>
    public async Task<RedteamCampaign> CreateAsync(RedteamCampaign campaign, CancellationToken cancellation = default)
    {
        if (campaign.Name == "api" || !NameForm().IsMatch(campaign.Name)) throw new UserError($"\"{campaign.Name}\" is no name of a campaign.", field: "NAME", advice: "Small letters, digits and -, at most 60.");
        if (campaign.Kind == RedteamKind.Pairwise && campaign.ModelNames.Distinct(StringComparer.Ordinal).Count() < 2) throw new UserError("Two models are compared, and one is named.", field: "--model", advice: "Name another --model.");
        if (campaign.ModelNames.Count == 0) throw new UserError("No model is named.", field: "--model");
        if (campaign.Kind == RedteamKind.Arena && RedteamGoal.Read(campaign.Goals).Count == 0) throw new UserError("An arena has goals.", field: "--goals");
        if (await FindAsync(campaign.Name, cancellation) is not null) throw new UserError($"There is a campaign \"{campaign.Name}\" already.", field: "NAME", advice: "Choose another name.");
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        campaign.Created = time.GetUtcNow();
        context.Campaigns.Add(campaign);
        await context.SaveChangesAsync(cancellation);
        return campaign;
    }

    public async Task OpenAsync(RedteamCampaign campaign, bool open, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await context.Campaigns.Where(c => c.Id == campaign.Id).ExecuteUpdateAsync(c => c.SetProperty(x => x.IsOpen, open), cancellation);
    }

    /// <summary>Everything of a campaign: conversations by their number, with turns and votes.</summary>
    public async Task<IReadOnlyList<RedteamRecord>> RecordsAsync(RedteamCampaign campaign, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var chats = await context.Chats.AsNoTracking().Where(c => c.CampaignId == campaign.Id).OrderBy(c => c.Id).ToListAsync(cancellation);
        var turns = (await context.Turns.AsNoTracking().Where(t => context.Chats.Any(c => c.Id == t.ChatId && c.CampaignId == campaign.Id)).OrderBy(t => t.Number).ToListAsync(cancellation)).ToLookup(t => t.ChatId);
        var votes = (await context.Votes.AsNoTracking().Where(v => context.Chats.Any(c => c.Id == v.ChatId && c.CampaignId == campaign.Id)).OrderBy(v => v.Id).ToListAsync(cancellation)).ToLookup(v => v.ChatId);
        return [.. chats.Select(c => new RedteamRecord(c, [.. turns[c.Id]], [.. votes[c.Id]]))];
    }

    /// <summary>Has a judging model rate the finished conversations that it has not rated; how many it did, and of how many it said nothing.</summary>
    public async Task<(int Rated, int Failed)> JudgeAsync(RedteamCampaign campaign, string judge, RedteamModels models, Action<int, int> progress, CancellationToken cancellation = default)
    {
        var rater = "judge:" + judge;
        RedteamRecord[] open = [.. (await RecordsAsync(campaign, cancellation)).Where(r => r.Chat.State == RedteamState.Done && r.Turns.Count > 0 && r.Votes.All(v => v.Rater != rater))];
        var (rated, failed) = (0, 0);
        foreach (var record in open)
        {
            if (await models.CompareAsync(judge, record.Turns, cancellation) is { } said)
            {
                await using var context = await contexts.CreateDbContextAsync(cancellation);
                context.Votes.Add(new RedteamVote { ChatId = record.Chat.Id, Rater = rater, IsJudge = true, Label = said.Label, UnsafeA = said.UnsafeA, UnsafeB = said.UnsafeB, At = time.GetUtcNow() });
                await context.SaveChangesAsync(cancellation);
                rated++;
            }
            else failed++;
            progress(rated + failed, open.Length);
        }

        return (rated, failed);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,59}$", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();
}

/// <summary>A conversation with all that is known of it.</summary>
internal sealed record RedteamRecord(RedteamChat Chat, IReadOnlyList<RedteamTurn> Turns, IReadOnlyList<RedteamVote> Votes);

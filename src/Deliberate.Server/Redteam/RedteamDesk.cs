using System.Security.Cryptography;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Safety;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>
/// Takes what testers say, vote, submit and appeal. Each is in the database before it is answered, and taken once however often it is sent; a conversation is its tester's alone. Models are asked before
/// anything is written: a server that dies in between leaves nothing, and the page sends it again.
/// </summary>
internal sealed class RedteamDesk(IDbContextFactory<RedteamContext> contexts, RedteamModels models, TimeProvider time)
{
    private const int LongestText = 8_000;

    /// <summary>The tester's open conversation, or a new one.</summary>
    /// <exception cref="UserError">There is no such goal.</exception>
    /// <exception cref="DeskException">The campaign is closed, or the tester has had all that they may.</exception>
    public async Task<RedteamChat> BeginAsync(RedteamCampaign campaign, Guid account, string? goal, CancellationToken cancellation = default)
    {
        RefuseClosed(campaign);
        var goals = RedteamGoal.Read(campaign.Goals);
        if (campaign.Kind == RedteamKind.Arena && goals.All(g => g.Id != goal)) throw new UserError("There is no such goal.", field: "goal");
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var open = await context.Chats.AsNoTracking().Where(c => c.CampaignId == campaign.Id && c.AccountId == account && c.State == RedteamState.Open && (campaign.Kind == RedteamKind.Pairwise || c.GoalId == goal)).OrderBy(c => c.Id).FirstOrDefaultAsync(cancellation);
        if (open is not null) return open;
        if (await context.Chats.CountAsync(c => c.CampaignId == campaign.Id && c.AccountId == account, cancellation) >= campaign.MostChats) throw new DeskException(DeskRefusal.Finished, $"You have had all {campaign.MostChats} conversations that a tester may have here.");
        var names = campaign.ModelNames.ToArray();
        RandomNumberGenerator.Shuffle(names.AsSpan());
        var chat = new RedteamChat
        {
            CampaignId = campaign.Id,
            AccountId = account,
            Key = SecretToken.New(),
            ModelA = names[0],
            ModelB = campaign.Kind == RedteamKind.Pairwise ? names[1] : null,
            GoalId = campaign.Kind == RedteamKind.Arena ? goal : null,
            Started = time.GetUtcNow(),
        };
        context.Chats.Add(chat);
        await context.SaveChangesAsync(cancellation);
        return chat;
    }

    /// <summary>A conversation with its turns and, where there is one, the account's own vote.</summary>
    /// <exception cref="DeskException">It is somebody else's.</exception>
    public async Task<(RedteamChat Chat, RedteamCampaign Campaign, IReadOnlyList<RedteamTurn> Turns, RedteamVote? Vote)> OpenAsync(string key, Guid account, bool mayRate, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var chat = await context.Chats.AsNoTracking().FirstOrDefaultAsync(c => c.Key == key, cancellation);
        // Reviewers rate finished conversations of others; nobody else opens them.
        if (chat is null || chat.AccountId != account && !(mayRate && chat.State == RedteamState.Done)) throw new DeskException(DeskRefusal.NotYours, "This is not your conversation.");
        var rater = account.ToString();
        return (chat, await context.Campaigns.AsNoTracking().SingleAsync(c => c.Id == chat.CampaignId, cancellation), await context.Turns.AsNoTracking().Where(t => t.ChatId == chat.Id).OrderBy(t => t.Number).ToListAsync(cancellation), await context.Votes.AsNoTracking().FirstOrDefaultAsync(v => v.ChatId == chat.Id && v.Rater == rater, cancellation));
    }

    /// <summary>Asks both models, or the one, to go on with a message, and keeps the turn.</summary>
    /// <param name="number">Of the turn, from 1: the same one is taken once.</param>
    /// <exception cref="DeskException">It is not theirs, finished, or another page went on.</exception>
    public async Task SayAsync(string key, Guid account, int number, string text, CancellationToken cancellation = default)
    {
        text = text.Replace("\0", "", StringComparison.Ordinal).Trim();
        if (text.Length == 0) throw new UserError("Say something.", field: "text");
        if (text.Length > LongestText) throw new UserError($"The message has more than {LongestText} characters.", field: "text");
        var (chat, campaign, turns, _) = await OpenAsync(key, account, mayRate: false, cancellation);
        if (turns.FirstOrDefault(t => t.Number == number) is { } taken) { if (taken.Prompt == text) return; throw new DeskException(DeskRefusal.Behind, "This was gone on with on another page."); }
        RefuseClosed(campaign);
        if (chat.State != RedteamState.Open) throw new DeskException(DeskRefusal.Finished, "This conversation is finished.");
        if (number != turns.Count + 1) throw new DeskException(DeskRefusal.Behind, "This was gone on with on another page.");
        if (number > campaign.MostTurns) throw new UserError($"A conversation has at most {campaign.MostTurns} messages: {(campaign.Kind == RedteamKind.Pairwise ? "vote" : "submit")} now.");
        var (a, b) = (models.AskAsync(chat.ModelA, History(turns, text, t => t.AnswerA), cancellation), chat.ModelB is null ? null : models.AskAsync(chat.ModelB, History(turns, text, t => t.AnswerB!), cancellation));
        var (first, second) = (await a, b is null ? ((string Text, string? Problem)?)null : await b);
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        context.Turns.Add(new RedteamTurn { ChatId = chat.Id, Number = number, Prompt = text, AnswerA = first.Text, ProblemA = first.Problem, AnswerB = second?.Text, ProblemB = second?.Problem, At = time.GetUtcNow() });
        try
        {
            await context.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException error) when (StoredTwice.Is(error))
        {
            // The same, sent twice at once: the other one stands.
        }
    }

    /// <summary>Takes a vote; the tester's own ends the conversation.</summary>
    /// <exception cref="DeskException">It is another's conversation, voted on otherwise before, or too late.</exception>
    public async Task VoteAsync(string key, Guid account, bool mayRate, SafetyLabel label, bool unsafeA, bool unsafeB, CancellationToken cancellation = default)
    {
        var (chat, campaign, turns, before) = await OpenAsync(key, account, mayRate, cancellation);
        if (campaign.Kind != RedteamKind.Pairwise) throw new UserError("Attempts are submitted, not voted on.");
        if (before is not null)
        {
            if ((before.Label, before.UnsafeA, before.UnsafeB) == (label, unsafeA, unsafeB)) return;
            throw new DeskException(DeskRefusal.Finished, "You have voted on this conversation.");
        }

        RefuseClosed(campaign);
        if (turns.Count == 0) throw new UserError("There is nothing to vote on yet.");
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        context.Votes.Add(new RedteamVote { ChatId = chat.Id, Rater = account.ToString(), Label = label, UnsafeA = unsafeA, UnsafeB = unsafeB, At = now });
        try
        {
            await context.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException error) when (StoredTwice.Is(error))
        {
            throw new DeskException(DeskRefusal.Finished, "You have voted on this conversation.");
        }

        await context.Chats.Where(c => c.Id == chat.Id && c.State == RedteamState.Open).ExecuteUpdateAsync(c => c.SetProperty(x => x.State, RedteamState.Done).SetProperty(x => x.Finished, now), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Ends an attempt with the judge's verdict.</summary>
    public async Task SubmitAsync(string key, Guid account, CancellationToken cancellation = default)
    {
        var (chat, campaign, turns, _) = await OpenAsync(key, account, mayRate: false, cancellation);
        if (campaign.Kind != RedteamKind.Arena) throw new UserError("Conversations with two models are voted on, not submitted.");
        if (chat.State == RedteamState.Done) return;
        RefuseClosed(campaign);
        if (turns.Count == 0) throw new UserError("There is nothing to judge yet.");
        var goal = RedteamGoal.Read(campaign.Goals).First(g => g.Id == chat.GoalId);
        var (outcome, reason) = await models.JudgeAsync(campaign, goal, turns, cancellation);
        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await context.Chats.Where(c => c.Id == chat.Id && c.State == RedteamState.Open).ExecuteUpdateAsync(c => c.SetProperty(x => x.State, RedteamState.Done).SetProperty(x => x.Finished, now).SetProperty(x => x.Outcome, outcome).SetProperty(x => x.Reason, reason), cancellation);
    }

    /// <summary>Puts a judged attempt into the queue of reviewers.</summary>
    public async Task AppealAsync(string key, Guid account, string text, CancellationToken cancellation = default)
    {
        text = text.Replace("\0", "", StringComparison.Ordinal).Trim();
        if (text.Length is 0 or > 2000) throw new UserError("Say in at most 2,000 characters what the judge got wrong.", field: "text");
        var (chat, _, _, _) = await OpenAsync(key, account, mayRate: false, cancellation);
        if (chat.State != RedteamState.Done || chat.Outcome is null or "reached") throw new UserError("Only an attempt that the judge did not count can be appealed.");
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        if (await context.Chats.Where(c => c.Id == chat.Id && c.Appeal == RedteamAppeal.None).ExecuteUpdateAsync(c => c.SetProperty(x => x.Appeal, RedteamAppeal.Wanted).SetProperty(x => x.AppealText, text), cancellation) == 0 && chat.AppealText != text)
            throw new DeskException(DeskRefusal.Finished, "This was appealed before.");
    }

    /// <summary>What a reviewer says of an appeal; false where it was decided before, is their own, or is none of the campaign.</summary>
    public async Task<bool> DecideAsync(RedteamCampaign campaign, long chat, Guid reviewer, bool granted, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        Guid? by = reviewer;
        var decision = granted ? RedteamAppeal.Granted : RedteamAppeal.Denied;
        return await context.Chats.Where(c => c.Id == chat && c.CampaignId == campaign.Id && c.Appeal == RedteamAppeal.Wanted && c.AccountId != reviewer).ExecuteUpdateAsync(c => c.SetProperty(x => x.Appeal, decision).SetProperty(x => x.DecidedBy, by), cancellation) == 1;
    }

    /// <summary>A finished conversation of somebody else that a reviewer has not rated; those with one rater alone first. Null where there is none.</summary>
    public async Task<RedteamChat?> NextToRateAsync(RedteamCampaign campaign, Guid reviewer, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var rater = reviewer.ToString();
        return await context.Chats.AsNoTracking().Where(c => c.CampaignId == campaign.Id && c.State == RedteamState.Done && c.AccountId != reviewer && !context.Votes.Any(v => v.ChatId == c.Id && v.Rater == rater))
            .OrderBy(c => context.Votes.Count(v => v.ChatId == c.Id && !v.IsJudge)).ThenBy(c => c.Id).FirstOrDefaultAsync(cancellation);
    }

    private static List<ChatMessage> History(IReadOnlyList<RedteamTurn> turns, string text, Func<RedteamTurn, string> answer) =>
        [.. turns.SelectMany(t => new[] { new ChatMessage("user", t.Prompt), new ChatMessage("assistant", answer(t)) }), new ChatMessage("user", text)];

    private static void RefuseClosed(RedteamCampaign campaign)
    {
        if (!campaign.IsOpen) throw new DeskException(DeskRefusal.Lost, "The campaign is closed: this came too late.");
    }
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>How attempts went on one channel, or against one model.</summary>
internal sealed record ArenaRate(string Name, Estimate Rate, int Attempts, int Undecided);

/// <summary>A tester's place: goals reached against models, each pair counted once; among equals, who needed fewer attempts.</summary>
internal sealed record ArenaPlace(Guid Account, int Reached, int Attempts);

/// <summary>What a campaign's records come to.</summary>
internal static class RedteamFigures
{
    /// <summary>Votes of people, or of one judge, as statistics take them.</summary>
    public static IReadOnlyList<SafetyVote> Votes(IReadOnlyList<RedteamRecord> records, string? judge) =>
    [
        .. from record in records
           from vote in record.Votes
           where judge is null ? !vote.IsJudge : vote.Rater == "judge:" + judge
           select new SafetyVote(
               record.Chat.Id.ToString(CultureInfo.InvariantCulture), vote.Rater, vote.IsJudge, record.Chat.ModelA, record.Chat.ModelB ?? "", vote.Label, vote.UnsafeA || vote.UnsafeB,
               record.Turns.Sum(t => t.AnswerA.Length), record.Turns.Sum(t => t.AnswerB?.Length ?? 0)),
    ];

    /// <summary>Judging models that have rated something.</summary>
    public static IReadOnlyList<string> Judges(IReadOnlyList<RedteamRecord> records) => [.. records.SelectMany(r => r.Votes).Where(v => v.IsJudge).Select(v => v.Rater["judge:".Length..]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>How far people and a judge agree on conversations that both rated (Cohen's kappa of the label); unmeasured where there are none.</summary>
    public static (int Both, int Same) AgreementWith(IReadOnlyList<RedteamRecord> records, string judge)
    {
        var (both, same) = (0, 0);
        foreach (var record in records)
        {
            if (record.Votes.FirstOrDefault(v => v.Rater == "judge:" + judge) is not { } judged || record.Votes.FirstOrDefault(v => !v.IsJudge) is not { } person) continue;
            both++;
            if (judged.Label == person.Label) same++;
        }

        return (both, same);
    }

    /// <summary>Attack success rates by whatever: submitted attempts, clustered by goal; what nobody could decide is counted apart.</summary>
    public static IReadOnlyList<ArenaRate> Rates(RedteamCampaign campaign, IReadOnlyList<RedteamRecord> records, Func<RedteamRecord, RedteamGoal, string> by)
    {
        var goals = RedteamGoal.Read(campaign.Goals).ToDictionary(g => g.Id, StringComparer.Ordinal);
        return
        [
            .. records.Where(r => r.Chat.State == RedteamState.Done && r.Chat.GoalId is not null).GroupBy(r => by(r, goals[r.Chat.GoalId!]), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new ArenaRate(g.Key, ClusteredShareMetric.Of(g.Where(r => r.Chat.IsReached is not null), r => r.Chat.Key, r => r.Chat.GoalId!, r => r.Chat.IsReached!.Value ? 1 : 0), g.Count(), g.Count(r => r.Chat.IsReached is null))),
        ];
    }

    public static IReadOnlyList<ArenaPlace> Board(IReadOnlyList<RedteamRecord> records) =>
    [
        .. records.Where(r => r.Chat.State == RedteamState.Done).GroupBy(r => r.Chat.AccountId)
            .Select(g => new ArenaPlace(g.Key, g.Where(r => r.Chat.IsReached == true).Select(r => (r.Chat.GoalId, r.Chat.ModelA)).Distinct().Count(), g.Count()))
            .OrderByDescending(p => p.Reached).ThenBy(p => p.Attempts).ThenBy(p => p.Account),
    ];
}

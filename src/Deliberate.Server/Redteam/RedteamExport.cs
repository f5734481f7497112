using System.Text.Json;

namespace Deliberate.Server;

/// <summary>
/// A campaign as JSON Lines. A line of an arena is an attempt: <c>messages</c>, <c>goal</c>, <c>goal_id</c>, <c>model</c>, <c>channel</c>, <c>reached</c>, what judge and reviewer said: what regression sets are made of. A line of pairwise safety is a
/// conversation with both models' answers and the votes, people's and judges' apart. Testers are numbers, never names.
/// </summary>
internal static class RedteamExport
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="reachedOnly">Of an arena: successes alone.</param>
    public static IEnumerable<string> Lines(RedteamCampaign campaign, IReadOnlyList<RedteamRecord> records, bool reachedOnly)
    {
        var people = records.Select(r => r.Chat.AccountId).Distinct().Select((a, i) => (a, i)).ToDictionary(x => x.a, x => x.i + 1);
        var goals = RedteamGoal.Read(campaign.Goals).ToDictionary(g => g.Id, StringComparer.Ordinal);
        foreach (var (chat, turns, votes) in records.Where(r => r.Turns.Count > 0))
        {
            if (campaign.Kind == RedteamKind.Arena)
            {
                if (reachedOnly && chat.IsReached != true) continue;
                var goal = goals[chat.GoalId!];
                yield return JsonSerializer.Serialize(new { Campaign = campaign.Name, Id = chat.Id, Tester = people[chat.AccountId], Model = chat.ModelA, GoalId = goal.Id, Goal = goal.Text, goal.Channel, Reached = chat.IsReached, Judged = chat.Outcome, chat.Reason, Appeal = chat.Appeal.ToString().ToLowerInvariant(), Submitted = chat.State == RedteamState.Done, Messages = Messages(turns, t => t.AnswerA), At = chat.Started }, Json);
                continue;
            }

            yield return JsonSerializer.Serialize(new { Campaign = campaign.Name, Id = chat.Id, Tester = people[chat.AccountId], chat.ModelA, chat.ModelB, MessagesA = Messages(turns, t => t.AnswerA), MessagesB = Messages(turns, t => t.AnswerB ?? ""), Votes = votes.Select(v => new { By = v.IsJudge ? v.Rater : "person", LessSafe = v.Label.ToString().ToLowerInvariant(), v.UnsafeA, v.UnsafeB, v.At }), At = chat.Started }, Json);
        }
    }

    private static IEnumerable<object> Messages(IReadOnlyList<RedteamTurn> turns, Func<RedteamTurn, string> answer) =>
        turns.SelectMany(t => new object[] { new { Role = "user", Content = t.Prompt }, new { Role = "assistant", Content = answer(t) } });
}

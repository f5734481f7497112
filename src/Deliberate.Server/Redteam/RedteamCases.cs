using Deliberate.Models;
using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>
/// Attempts of an arena that reached their goal, as cases of the regression set that <c>deliberate attack --replay</c> asks again: the conversation
/// up to the request whose answer reached it. Nothing of the tester is in one.
/// </summary>
internal static class RedteamCases
{
    public const string Attack = "arena";

    public static IEnumerable<RegressionCase> Of(RedteamCampaign campaign, IReadOnlyList<RedteamRecord> records)
    {
        var goals = RedteamGoal.Read(campaign.Goals).ToDictionary(g => g.Id, StringComparer.Ordinal);
        foreach (var (chat, turns, _) in records.Where(r => r.Chat.IsReached == true && r.Turns.Count > 0))
        {
            var goal = goals[chat.GoalId!];
            // Words that an answer holds say which turn it was; a judge read the whole conversation.
            var reached = goal.Success is { } words ? turns.TakeWhile(t => !t.AnswerA.Contains(words, StringComparison.OrdinalIgnoreCase)).Count() : turns.Count - 1;
            reached = Math.Min(reached, turns.Count - 1);
            yield return new RegressionCase
            {
                Id = $"{campaign.Name}/{chat.Id}",
                Attack = Attack,
                Goals = campaign.Name,
                Goal = new AttackGoal(goal.Id, goal.Text) { Category = goal.Channel },
                Messages = [.. turns.Take(reached).SelectMany(t => (ChatMessage[])[new ChatMessage("user", t.Prompt), new ChatMessage("assistant", t.AnswerA)]), new ChatMessage("user", turns[reached].Prompt)],
                Model = chat.ModelA,
                Judge = goal.Success is null ? campaign.Judge ?? "" : "the goal's words",
                MaxTokens = RedteamModels.MostTokens,
                Parts = (reached + 1, reached + 1, false),
            };
        }
    }
}

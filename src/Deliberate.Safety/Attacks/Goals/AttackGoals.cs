using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// Sets of goals: PolicyWorld's, made here with exact truth; the items of any evaluation task, of which the last request is the goal
/// (<c>harmbench</c>, <c>do-not-answer</c>); or a file of JSON Lines, a goal a line: <c>{"goal": …, "id": …, "category": …, "target": …}</c>.
/// </summary>
internal static class AttackGoals
{
    public const string World = "policy-world";

    /// <summary>Of PolicyWorld, unless a limit asks for others.</summary>
    private const int UsualOfWorld = 300;

    private static readonly string[] Fields = ["goal", "id", "category", "target"];

    /// <summary>Whether a name or path is PolicyWorld's set, which its own oracle judges.</summary>
    public static bool IsWorld(string name) => name == World;

    /// <exception cref="UserError">There is no such set, a line is wrong, or a goal stands there twice.</exception>
    public static async Task<IReadOnlyList<AttackGoal>> ReadAsync(string name, TaskContext context, CancellationToken cancellation)
    {
        if (IsWorld(name)) return OfWorld(context.Limit ?? UsualOfWorld, context.Seed);
        if (name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase)) return [.. OfFile(name).Take(context.Limit ?? int.MaxValue)];
        if (!EvaluationTasks.IsTask(name))
            throw new UserError($"There is no set of goals \"{name}\".", field: "--goals", advice: NearestName.Suggest(name, [World, .. EvaluationTasks.All.Select(t => t.Name)]) ?? $"It is {World}, a task of deliberate eval tasks such as harmbench, or a file of JSON Lines.");
        var items = await EvaluationRunner.LoadAsync(EvaluationTasks.Get(name), context, cancellation).ConfigureAwait(false);
        return [.. items.Select(item => new AttackGoal(item.Id, item.Messages[^1].Content) { Cluster = item.Cluster, Category = item.Tags.GetValueOrDefault("category", "") })];
    }

    /// <summary>
    /// Requests that the rules disallow or answer with a guide alone, in turn; things that safety training asked about and things that it did
    /// not, in turn. Goal i is a pure function of (seed, i). The same request may come twice: the interval counts it once.
    /// </summary>
    public static IReadOnlyList<AttackGoal> OfWorld(int count, ulong seed)
    {
        var goals = new AttackGoal[count];
        for (var i = 0; i < count; i++)
        {
            var random = new RandomStream(seed, StreamStage.GeneratedItems, step: 7, problem: i);
            var due = i % 2 == 0 ? ContentRule.Disallowed : ContentRule.SafeCompletion;
            goals[i] = OfWorld(i.ToString(CultureInfo.InvariantCulture), WorldPrompts.Of(WorldRules.Shipped, due, isTrained: i / 2 % 2 == 0, WorldDress.Plain, ref random));
        }

        return goals;
    }

    /// <summary>A request of PolicyWorld as a goal: an answer that obeys carries it out.</summary>
    public static AttackGoal OfWorld(string id, WorldRequest request)
    {
        var answer = WorldText.Answer(request, ContentRule.Allowed, "sure");
        return new AttackGoal(id, request.Text)
        {
            Cluster = request.Id,
            Category = request.Category,
            Target = answer,
            ThoughtTarget = WorldText.Completion(WorldText.Careless(request, ContentRule.Allowed), answer),
            WorldRequest = request.Text,
        };
    }

    private static List<AttackGoal> OfFile(string path)
    {
        var (goals, ids, texts) = (new List<AttackGoal>(), new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var line in JsonLines.Read(path))
        {
            foreach (var field in line.Root.ValueKind == System.Text.Json.JsonValueKind.Object ? line.Root.EnumerateObject().Select(p => p.Name) : [])
                if (!Fields.Contains(field)) throw line.Error("There is no such field of a goal.", field, NearestName.Suggest(field, Fields) ?? $"A goal has {string.Join(", ", Fields)}.");
            var request = line.GetString("goal").Trim();
            if (request.Length == 0) throw line.Error("The goal is empty.", "goal");
            var id = line.GetOptionalString("id") ?? (goals.Count + 1).ToString(CultureInfo.InvariantCulture);
            if (!ids.TryAdd(id, line.Number)) throw line.Error($"The id \"{id}\" stands in line {ids[id]} already.", "id", "Ids name goals in logs: give each its own.");
            if (!texts.TryAdd(request, line.Number)) throw line.Error($"The same goal stands in line {texts[request]} already.", "goal", "A goal that counts twice makes an interval too narrow: remove one.");
            goals.Add(new AttackGoal(id, request) { Category = line.GetOptionalString("category") ?? "", Target = line.GetOptionalString("target") ?? AttackGoal.UsualTarget });
        }

        return goals.Count > 0 ? goals : throw new UserError("The file holds no goal.", path, field: "--goals");
    }
}

using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// Requests of the small world by what the shipped rules ask for: those to train on (trained things, plain) and those to test on. Behaviours
/// take turns as their shares say; request i of a set is a pure function of (seed, set, i).
/// </summary>
internal static class WorldPrompts
{
    /// <summary>Refuse, safe, comply, comply.</summary>
    public static IReadOnlyList<ContentRule> Behaviours => Turns;

    private const int MostTries = 1000;

    private static readonly ContentRule[] Turns = [ContentRule.Disallowed, ContentRule.SafeCompletion, ContentRule.Allowed, ContentRule.Allowed];

    /// <summary>Requests to train on, each once, whose behaviours are 1 : 1 : 2 until there are no more of one.</summary>
    public static IReadOnlyList<WorldRequest> Training(WorldRules rules, ulong seed, int count)
    {
        var (requests, seen, tries) = (new List<WorldRequest>(), new HashSet<string>(StringComparer.Ordinal), 0);
        for (var i = 0; requests.Count < count; i++)
        {
            var random = new RandomStream(seed, StreamStage.TrainProblems, step: 1, problem: i);
            // Where a behaviour has run out, something allowed takes its turn, of which there is most.
            var due = tries < MostTries ? Turns[requests.Count % Turns.Length] : ContentRule.Allowed;
            var request = Of(rules, due, isTrained: true, WorldDress.Plain, ref random);
            if (!seen.Add(request.Text))
            {
                if (++tries > 2 * MostTries) break;
                continue;
            }

            requests.Add(request);
            tries = 0;
        }

        return requests;
    }

    /// <summary>A request for which the rules ask a behaviour.</summary>
    public static WorldRequest Of(WorldRules rules, ContentRule due, bool isTrained, WorldDress dress, ref RandomStream random)
    {
        if (due == ContentRule.Allowed) return Allowed(rules, isTrained, dress, ref random);
        var (category, rule) = random.Pick<(string, WorldRule)>([.. rules.Lines.SelectMany(line => line.Value.Where(r => r.Rule == due).Select(r => (line.Key, r)))]);
        return WorldRequest.Of(rule.Type, Item(category, isTrained, ref random), dress, ref random);
    }

    /// <summary>Something allowed: a third of harmless things, the rest requests that no class names or one allows.</summary>
    public static WorldRequest Allowed(WorldRules rules, bool isTrained, WorldDress dress, ref RandomStream random)
    {
        var isHarmless = random.NextBool(1 / 3.0);
        var category = random.Pick<string>(isHarmless ? [.. WorldWords.Harmless] : [.. WorldWords.Governed]);
        string[] types = [.. WorldWords.Types.Append(WorldWords.Translate).Where(type => rules.Decide(category, type) == ContentRule.Allowed)];
        return WorldRequest.Of(random.Pick<string>(types), Item(category, isTrained, ref random), dress, ref random);
    }

    /// <summary>A thing of a category that safety training asks about, or one that it does not.</summary>
    public static string Item(string category, bool isTrained, ref RandomStream random) => random.Pick<string>([.. WorldWords.Items[category].Where(item => WorldWords.IsTrained(item) == isTrained)]);
}

using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>Which of a list to leave out so that behaviours stand to each other as a recipe says.</summary>
internal static class BehaviourBalance
{
    /// <param name="shares">Of each behaviour; empty to leave out nothing.</param>
    /// <param name="behaviours">Of each of the list; null where nobody knows, which is kept.</param>
    /// <param name="seed">Draws them.</param>
    /// <returns>Places in the list, in their order.</returns>
    public static IReadOnlyList<int> Surplus(IReadOnlyDictionary<string, double> shares, IReadOnlyList<string?> behaviours, ulong seed)
    {
        var counted = shares.Where(s => s.Value > 0).Select(s => (s.Key, s.Value, Count: behaviours.Count(b => b == s.Key))).ToArray();
        if (counted.Length == 0) return [];
        var unit = counted.Min(c => c.Count / c.Value);
        var surplus = new List<int>();
        foreach (var behaviour in behaviours.Distinct().OfType<string>().Order(StringComparer.Ordinal))
        {
            var places = behaviours.Index().Where(b => b.Item == behaviour).Select(b => b.Index).ToArray();
            new RandomStream(seed, StreamStage.Alignment, step: 1, problem: behaviour.Length).Shuffle(places.AsSpan());
            surplus.AddRange(places.Skip((int)Math.Round(unit * shares.GetValueOrDefault(behaviour))));
        }

        surplus.Sort();
        return surplus;
    }
}

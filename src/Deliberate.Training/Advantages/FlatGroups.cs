namespace Deliberate.Training;

/// <summary>
/// Makes the advantages of groups that teach nothing exactly 0. What rounding leaves of <c>0.1 - mean</c>, some 1e-17, becomes
/// 1e-13 where it is divided by a deviation, and an update whose advantages are not all 0 moves the weights by its old momentum.
/// </summary>
internal static class FlatGroups
{
    /// <summary>
    /// Clears groups whose values are the same, and those of several samples of which fewer than two have a value. A group of a
    /// single sample has nothing to be flat against: each estimator says what it gets.
    /// </summary>
    /// <param name="values">What the advantages came from, <c>[samples]</c>; NaN where missing.</param>
    /// <param name="groups">Where groups start, and the end.</param>
    /// <param name="advantages">In and out: <c>[samples]</c>; missing ones become 0.</param>
    public static void Clear(ReadOnlySpan<double> values, ReadOnlySpan<int> groups, Span<double> advantages)
    {
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var members = advantages[groups[g]..groups[g + 1]];
            if (Teaches(values[groups[g]..groups[g + 1]]))
            {
                foreach (ref var advantage in members)
                    if (double.IsNaN(advantage)) advantage = 0;
            }
            else
            {
                members.Clear();
            }
        }
    }

    /// <summary>Whether a group's advantages may be other than 0.</summary>
    public static bool Teaches(ReadOnlySpan<double> values) => values.Length == 1 || RewardSpread.Of(values).Differs;
}

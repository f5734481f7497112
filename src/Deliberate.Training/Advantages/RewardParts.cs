namespace Deliberate.Training;

/// <summary>
/// The parts of each sample's reward with their weights, from what its record says of them (<see cref="RewardNames"/>): what a part adds
/// to the reward is its weight times its value, and those that are missing add nothing. Whatever has no reward has no parts.
/// </summary>
/// <param name="Values"><c>[samples, parts]</c>, row by row; NaN where a part is missing.</param>
/// <param name="Weights"><c>[parts]</c>.</param>
internal sealed record RewardParts(double[] Values, double[] Weights)
{
    /// <param name="groups">With rewards and recorded parts.</param>
    public static RewardParts Of(IReadOnlyList<PolicyGroup> groups, RewardRecipe weights)
    {
        List<(string Name, double Weight)> columns = [(RewardNames.Correct, weights.Correct), (RewardNames.AllStepsRight, weights.AllStepsRight)];
        columns.AddRange(weights.Components.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (RewardNames.Component(c.Key), c.Value)));
        columns.AddRange([(RewardNames.Overlong, 1), (RewardNames.Unreadable, 1)]);
        columns.RemoveAll(c => c.Weight == 0);
        var values = new List<double>();
        foreach (var group in groups)
        {
            for (var g = 0; g < group.Rollouts.Length; g++)
            {
                var parts = (group.Parts ?? throw new InvalidOperationException("The parts of the rewards were not recorded."))[g];
                foreach (var (name, _) in columns) values.Add(double.IsNaN(group.Rewards[g]) ? double.NaN : Value(parts, name));
            }
        }

        return new RewardParts([.. values], [.. columns.Select(c => c.Weight)]);
    }

    /// <summary>A graded answer is worth its score; what is recorded only where something was lost is 0 elsewhere.</summary>
    private static double Value(IReadOnlyList<KeyValuePair<string, double>> parts, string name)
    {
        // Where a sample has a score besides, the reward was made from that.
        if (name == RewardNames.Correct && Find(parts, RewardNames.Score) is { } score) return score;
        return Find(parts, name) ?? (name is RewardNames.Overlong or RewardNames.Unreadable ? 0 : double.NaN);
    }

    private static double? Find(IReadOnlyList<KeyValuePair<string, double>> parts, string name)
    {
        foreach (var part in parts)
            if (part.Key == name) return part.Value;
        return null;
    }
}

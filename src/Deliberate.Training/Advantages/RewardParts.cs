namespace Deliberate.Training;

/// <summary>
/// The parts of each sample's reward with their weights: what a part adds to the reward is its weight times its value, and those that
/// are missing add nothing. They are the recipe's terms, and what unreadable answers were not paid. Whatever has no reward has no parts.
/// </summary>
/// <param name="Values"><c>[samples, parts]</c>, row by row; NaN where a part is missing.</param>
/// <param name="Weights"><c>[parts]</c>.</param>
internal sealed record RewardParts(double[] Values, double[] Weights)
{
    /// <param name="groups">At least one, with rewards and terms.</param>
    public static RewardParts Of(IReadOnlyList<PolicyGroup> groups)
    {
        int[] weighed = [.. groups[0].Terms.Index().Where(term => term.Item.Weight != 0).Select(term => term.Index)];
        if (weighed.Length == 0) throw new InvalidOperationException("The terms of the rewards were not recorded.");
        var values = new List<double>();
        foreach (var group in groups)
        {
            for (var g = 0; g < group.Rollouts.Length; g++)
            {
                var isMissing = double.IsNaN(group.Rewards[g]);
                foreach (var term in weighed) values.Add(isMissing ? double.NaN : group.Terms[term].Values[g]);
                values.Add(isMissing ? double.NaN : group.Withheld[g]);
            }
        }

        return new RewardParts([.. values], [.. weighed.Select(term => groups[0].Terms[term].Weight), 1]);
    }
}

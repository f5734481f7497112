using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>Which levels a corpus or a run draws from, in which proportion (weights need not sum to 1).</summary>
public sealed record LevelMix(IReadOnlyList<LevelMix.Weight> Weights)
{
    /// <summary>A level and how often it is drawn.</summary>
    public readonly record struct Weight(int Level, double Share);

    /// <summary>These levels in equal shares.</summary>
    public static LevelMix Of(params IReadOnlyList<int> levels) => new(levels.Select(l => new Weight(l, 1)).ToArray());

    /// <summary>All levels of the family in equal shares.</summary>
    public static LevelMix All(ITaskFamily family) => Of(family.Levels.Select(l => l.Number).ToArray());

    /// <summary>This mix, or a <see cref="UserError"/> where the family has no such level.</summary>
    public LevelMix ValidatedFor(ITaskFamily family)
    {
        if (Weights.Count == 0) throw new UserError("No level is named.", field: "levels");
        foreach (var (level, share) in Weights)
        {
            if (family.Levels.All(l => l.Number != level))
            {
                throw new UserError($"{family.Name} has no level {level}.", field: "levels", advice: $"It has {string.Join(", ", family.Levels.Select(l => l.Number))}.");
            }

            if (!(share >= 0) || double.IsInfinity(share)) throw new UserError($"A weight of {share} is not a share.", field: "levels");
        }

        if (Weights.Sum(w => w.Share) <= 0) throw new UserError("The weights of the levels sum to nothing.", field: "levels");
        return this;
    }

    public int Draw(ref RandomStream random)
    {
        double total = 0;
        foreach (var weight in Weights) total += weight.Share;
        var u = random.NextDouble() * total;
        foreach (var weight in Weights)
        {
            if ((u -= weight.Share) < 0) return weight.Level;
        }

        return Weights[^1].Level;
    }
}

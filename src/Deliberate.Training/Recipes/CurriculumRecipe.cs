using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>How the levels of a stage's problems move on.</summary>
internal enum CurriculumKind
{
    /// <summary>They do not: the family's levels in equal shares throughout.</summary>
    None,

    /// <summary>To the next level as soon as the present one is mastered.</summary>
    Promotion,

    /// <summary>By the step alone, from the first level to the last.</summary>
    Linear,
}

/// <summary>
/// A curriculum over a family's levels. At any time most problems are of the present level; the rest, in equal shares, are of
/// those before it, so that they are not forgotten. See <see cref="Curriculum"/>.
/// </summary>
internal sealed record CurriculumRecipe : ICheckedRecipe
{
    [Description("none, promotion (a level that is mastered opens the next) or linear (by the step alone).")]
    public CurriculumKind Kind { get; init; }

    [Description("Levels from easy to hard; the family's, in its order, if left out.")]
    public IReadOnlyList<int> Levels { get; init; } = [];

    [Description("The level to begin with; the first if left out. Those before it count as mastered.")]
    public int? Start { get; init; }

    [Description("Promotion: share of right answers at the present level from which it counts as mastered.")]
    [InRange(0, 1)]
    public double Threshold { get; init; } = 0.7;

    [Description("Promotion: steps (of expert iteration: rounds) over which that share is taken, all since the last promotion.")]
    [InRange(1, 10000)]
    public int Window { get; init; } = 5;

    [Description("Share of the problems that come from the levels before the present one.")]
    [InRange(0, 1, MaxExclusive = true)]
    public double Rehearsal { get; init; } = 0.2;

    [Description("Linear: share of the stage's steps by which the last level is reached.")]
    [InRange(0, 1, MinExclusive = true)]
    public double Until { get; init; } = 0.8;

    /// <summary>From easy to hard, of a family.</summary>
    public IReadOnlyList<int> LevelsOf(FamilyRecipe family) => Levels.Count > 0 ? Levels : [.. family.Instance.Levels.Select(l => l.Number)];

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Kind == CurriculumKind.None) yield break;
        if (Levels.Distinct().Count() < Levels.Count) yield return ("levels", "A level is named twice.");
        if (Levels.Count == 1) yield return ("levels", "One level is no curriculum.");
        if (Start is { } start && Levels.Count > 0 && !Levels.Contains(start)) yield return ("start", $"{start} is not among the levels {string.Join(", ", Levels)}.");
    }

    /// <summary>What is wrong with it for a family; null where nothing is.</summary>
    public string? ProblemFor(FamilyRecipe family)
    {
        if (Kind == CurriculumKind.None) return null;
        var known = family.Instance.Levels.Select(l => l.Number).ToArray();
        foreach (var level in Levels.Concat(Start is { } start ? [start] : []))
            if (!known.Contains(level)) return $"{family.Name} has no level {level}. It has {string.Join(", ", known)}.";
        return known.Length == 1 ? $"{family.Name} has one level only." : null;
    }
}

using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>How often each family is left out of reinforcement learning to be tested on.</summary>
internal enum LeaveOut
{
    /// <summary>In one of the seeds: the families take turns.</summary>
    Once,

    /// <summary>In every seed.</summary>
    EverySeed,
}

/// <summary>
/// What <c>reproduce reasoning</c> does: the training recipe that all its models are made from, seeds, and held-out problems.
/// Which models there are and how they differ is not for a file to say; see <see cref="ExperimentPlan"/>.
/// </summary>
internal sealed record ReasoningRecipe : ICheckedRecipe
{
    [Description("The training recipe, beside this file; its family has parts.")]
    public required string Train { get; init; }

    [Description("How many seeds: each trains all models anew.")]
    [InRange(1, 100)]
    public int Seeds { get; init; } = 3;

    [Description("Different held-out problems of each family, the same for every model and seed.")]
    [InRange(2, 1 << 20)]
    public int Problems { get; init; } = 500;

    [Description("Seed of the held-out problems.")]
    public ulong ProblemSeed { get; init; } = 1;

    [Description("once: each family is left out in one of the seeds, in turn; every_seed: in all of them.")]
    public LeaveOut LeaveOut { get; init; }

    [Description("Token budget of an answer without thought.")]
    [InRange(1, 1 << 20)]
    public int DirectMaxTokens { get; init; } = 32;

    [Description("How each of the families is tested.")]
    public required IReadOnlyList<FamilyTestRecipe> Tests { get; init; }

    [Description("What --quick makes smaller.")]
    public QuickRecipe Quick { get; init; } = new();

    IEnumerable<(string Key, string Problem)> ICheckedRecipe.Problems()
    {
        if (Tests.GroupBy(t => t.Family).FirstOrDefault(g => g.Count() > 1) is { } twice) yield return ("tests", $"{twice.Key} is named twice.");
        if (Tests.Count < 2) yield return ("tests", "At least two families are needed: one is left out in turn.");
    }
}

/// <summary>How a family is tested.</summary>
internal sealed record FamilyTestRecipe : ICheckedRecipe
{
    [Description("One of the training recipe's parts; tested on the levels that it is trained on.")]
    public required string Family { get; init; }

    [Description("Token budget of a completion.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 192;

    [Description("A level deeper than any that is trained on.")]
    public required int Deeper { get; init; }

    [Description("Token budget of a completion there.")]
    [InRange(1, 1 << 20)]
    public int DeeperMaxTokens { get; init; } = 256;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        var family = FamilyRegistry.All.FirstOrDefault(f => f.Name == Family);
        if (family is null) yield return ("family", $"There is no task family \"{Family}\". {NearestName.Suggest(Family, [.. FamilyRegistry.All.Select(f => f.Name)])}");
        else if (family.Levels.All(l => l.Number != Deeper)) yield return ("deeper", string.Create(CultureInfo.InvariantCulture, $"{Family} has no level {Deeper}. It has {string.Join(", ", family.Levels.Select(l => l.Number))}."));
    }

    [JsonIgnore]
    public ITaskFamily Instance => FamilyRegistry.Get(Family);
}

/// <summary>The whole chain in a minute or two, to see that it works; its numbers mean nothing.</summary>
internal sealed record QuickRecipe
{
    [Description("Held-out problems of each family.")]
    [InRange(2, 1 << 20)]
    public int Problems { get; init; } = 12;

    [Description("Overrides of the training recipe, as --set takes them.")]
    public IReadOnlyList<string> Set { get; init; } = [];
}

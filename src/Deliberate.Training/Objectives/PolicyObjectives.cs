using System.Collections.Concurrent;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>An objective in the list.</summary>
/// <param name="Name">In recipes.</param>
/// <param name="Source">Paper, and the library whose numbers it reproduces.</param>
/// <param name="Defaults">Its options where a recipe says nothing.</param>
/// <param name="Create">Makes it, with the options that a recipe amounts to.</param>
public sealed record PolicyObjectiveEntry(string Name, string Source, PolicyOptions Defaults, Func<PolicyOptions, IPolicyObjective> Create)
{
    /// <summary>The advantage estimator that it is used with where a recipe says nothing (<c>reinforcement.advantage</c>). Default: group.</summary>
    public string Advantage { get; init; } = "group";

    /// <summary>Whether advantages may differ from token to token of a sample. Default true.</summary>
    public bool TakesTokenAdvantages { get; init; } = true;

    /// <summary>Whether it weighs samples of an older policy by an importance ratio. Without one the same samples are good for a single pass. Default true.</summary>
    public bool HasRatio { get; init; } = true;

    /// <summary>For an objective that is its advantages: the one with the same loss that takes others. Null for one that takes others itself.</summary>
    internal string? WithOtherAdvantages { get; init; }

    /// <summary>The options that make that one's loss the same, in words; null where its own do.</summary>
    internal string? OtherOptions { get; init; }

    /// <summary>The options, by the names of recipes, that it reads and not every objective does (<see cref="ObjectiveOptions"/>); null where nobody knows, as of one of the user's.</summary>
    internal IReadOnlyList<string>? Reads { get; init; }

    /// <summary>Why it cannot be had with an estimator and options; null where it can.</summary>
    internal string? Refusal(AdvantageEstimator estimator, PolicyOptions options)
    {
        if (WithOtherAdvantages is { } other && estimator.Name != Advantage)
            return $"{Name} is its advantages, {Advantage}. The objective with the same loss that takes {estimator.Name} is {other}{(OtherOptions is { } asked ? $" with {asked}" : "")}.";
        if (!estimator.PerToken) return null;
        if (!TakesTokenAdvantages) return $"{estimator.Name} gives each token an advantage of its own, and {Name} looks at whole samples.";
        return options.Level == ImportanceLevel.Token ? null : $"{estimator.Name} gives each token an advantage of its own, and {Name} weighs whole samples (options.level). gspo_token takes both.";
    }
}

/// <summary>
/// Every policy objective by name. To add one of ours: copy the file of the nearest, and add its entry here. One of yours, in a
/// program of your own, is added by <see cref="Register"/>; recipes then name it (<c>reinforcement.objective</c>).
/// </summary>
public static class PolicyObjectives
{
    private static readonly ExtensibleList<PolicyObjectiveEntry> Known = new("objective", entry => entry.Name,
    [
        GrpoObjective.Entry,
        DrGrpoObjective.Entry,
        DapoObjective.Entry,
        BnpoObjective.Entry,
        GspoObjective.Entry,
        GspoTokenObjective.Entry,
        CispoObjective.Entry,
        CispoObjective.BandEntry,
        SapoObjective.Entry,
        LuspoObjective.Entry,
        VespoObjective.Entry,
        GmpoObjective.Entry,
        KlCovObjective.Entry,
        RlooObjective.Entry,
        ReinforceObjective.Entry,
        ReinforceObjective.Gpg,
        ReinforceObjective.ReMax,
        ReinforceObjective.Opo,
        PpoObjective.Entry,
        PpoObjective.ReinforcePlusPlus,
        PpoObjective.ReinforcePlusPlusBaseline,
    ]);

    private static readonly ConcurrentDictionary<string, PolicyObjectiveEntry> Absent = new(StringComparer.Ordinal);

    /// <summary>Ours, then those registered.</summary>
    public static IReadOnlyList<PolicyObjectiveEntry> All => Known.Items;

    /// <summary>Adds an objective of yours. Before a recipe that names it is read.</summary>
    /// <exception cref="ArgumentException">The name is taken, or not one.</exception>
    public static void Register(PolicyObjectiveEntry entry) =>
        // One that was made of an entry of ours may read what that did not.
        Known.Add(entry is { Reads: not null } ? entry with { Reads = null } : entry);

    /// <summary>Takes a registered one back, for tests and programs that register again.</summary>
    public static bool Remove(string name) => Known.Remove(name);

    /// <summary>Whether an objective of the name is in the list.</summary>
    internal static bool Has(string name) => All.Any(entry => entry.Name == name);

    /// <summary>Whether there is one, or what stands for one.</summary>
    internal static bool Knows(string name) => Has(name) || Absent.ContainsKey(name);

    /// <summary>Takes note of an objective of another program's, whose runs are looked at here: it has a name and cannot be made.</summary>
    /// <param name="name">As the run's recipe has it.</param>
    /// <param name="advantage">That it was used with; null where the recipe does not say.</param>
    internal static void Admit(string name, string? advantage) => Absent[name] = new PolicyObjectiveEntry(name, "another program", new PolicyOptions(), _ => throw new UserError(
        $"The objective \"{name}\" is not in this program.", field: "reinforcement.objective",
        advice: "What the run recorded can be looked at; to go on with it use the program that registers the objective, or name its .dll in reinforcement.assembly."))
    { Advantage = advantage ?? "group" };

    /// <summary>The entry of a name, upper or lower case.</summary>
    /// <exception cref="UserError">No objective has the name.</exception>
    public static PolicyObjectiveEntry Find(string name)
    {
        foreach (var entry in All)
            if (entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return entry;
        if (Absent.TryGetValue(name, out var absent)) return absent;
        throw new UserError($"There is no objective '{name}'.", field: "objective.name", advice: NearestName.Suggest(name, [.. All.Select(entry => entry.Name)]));
    }

    /// <summary>An objective with its own defaults, changed as asked.</summary>
    /// <param name="name">Of the list.</param>
    /// <param name="change">Applied to the objective's defaults.</param>
    public static IPolicyObjective Create(string name, Func<PolicyOptions, PolicyOptions>? change = null)
    {
        var entry = Find(name);
        return entry.Create(change is null ? entry.Defaults : change(entry.Defaults));
    }
}

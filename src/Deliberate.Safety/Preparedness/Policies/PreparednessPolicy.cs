using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>How levels of categories come to one.</summary>
internal enum LevelAggregation
{
    /// <summary>A model is as risky as its riskiest category.</summary>
    Maximum,
}

/// <summary>
/// A preparedness policy in YAML: which risks are tracked, what shows which level, what may be done with a model at it, and who signs.
/// What contradicts itself is refused when it is read (<see cref="PolicyProblems"/>).
/// </summary>
internal sealed record PreparednessPolicy : ICheckedRecipe
{
    [Description("What the policy is called, as results and signatures name it: lower-case letters, digits and -.")]
    public required string Policy { get; init; }

    [Description("Raised with every change: signatures and attested files are of one version.")]
    [InRange(1, 1_000_000)]
    public required int Version { get; init; }

    [Description("On pages.")]
    public required string Title { get; init; }

    [Description("Where it is from, and what in it is not from there.")]
    public string Source { get; init; } = "";

    [Description("First day, YEAR-MONTH-DAY.")]
    public string? EffectiveFrom { get; init; }

    [Description("Last day, YEAR-MONTH-DAY.")]
    public string? EffectiveUntil { get; init; }

    [Description("Levels, the lowest first; a model is at the lowest where nothing shows more.")]
    public required IReadOnlyList<string> Levels { get; init; }

    [Description("How levels of categories come to one.")]
    public LevelAggregation Aggregation { get; init; } = LevelAggregation.Maximum;

    [Description("Risks that are tracked.")]
    public required IReadOnlyList<PolicyCategory> Categories { get; init; }

    [Description("Tests whose being met says that a level is reached.")]
    public required IReadOnlyList<PolicyIndicator> Indicators { get; init; }

    [Description("What makes a level bearable.")]
    public IReadOnlyList<PolicySafeguard> Safeguards { get; init; } = [];

    [Description("What may be done with a model at which level.")]
    public required IReadOnlyList<PolicyGate> Gates { get; init; }

    [Description("Stops that are lifted for a while.")]
    public IReadOnlyList<PolicyException> Exceptions { get; init; } = [];

    [Description("Who may sign, by name.")]
    public IReadOnlyDictionary<string, PolicyRole> Roles { get; init; } = new Dictionary<string, PolicyRole>();

    [Description("When a model has to be looked at anew.")]
    public PolicyReassessment ReassessWhen { get; init; } = new();

    public int Rank(string level) => Levels.ToList().IndexOf(level);

    /// <summary>Whether anything is measured or decided in a state of the model.</summary>
    public bool LooksAt(ModelState state) => Gates.Any(g => g.State == state) || Indicators.Any(i => i.States.Contains(state));

    /// <summary>Indicators and the evidence of safeguards.</summary>
    public IEnumerable<PolicyTest> Tests => Indicators.Concat(Safeguards.SelectMany(s => s.Evidence));

    public IEnumerable<(string Key, string Problem)> Problems() => PolicyProblems.Of(this);
}

using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>What is asked for, the least daring first.</summary>
internal enum GateAction
{
    Develop,
    Internal,
    Deploy,
    OpenWeights,
}

/// <summary>What a gate does at a level, the mildest first.</summary>
internal enum GateRule
{
    /// <summary>Nothing stands against it.</summary>
    Pass,

    /// <summary>It goes through with the gate's safeguards in force.</summary>
    Safeguards,

    Stop,
}

/// <summary>What may be done with a model at which level. Several of one action must all let it through.</summary>
internal sealed record PolicyGate
{
    [Description("develop, internal, deploy or open_weights.")]
    public required GateAction Action { get; init; }

    [Description("Which state of the model is looked at.")]
    public ModelState State { get; init; } = ModelState.Post;

    [Description("For every level of the policy: pass, safeguards or stop.")]
    public required IReadOnlyDictionary<string, GateRule> Levels { get; init; }

    [Description("Safeguards that must hold where a level says safeguards.")]
    public IReadOnlyList<string> Safeguards { get; init; } = [];

    [Description("Documents that must be there as attested files, by name.")]
    public IReadOnlyList<string> Artefacts { get; init; } = [];

    [Description("Roles that must sign the result.")]
    public IReadOnlyList<string> Approvals { get; init; } = [];
}

/// <summary>A stop that is lifted for a while, with who answers for it.</summary>
internal sealed record PolicyException
{
    [Description("As results call it.")]
    public required string Id { get; init; }

    [Description("At which gate.")]
    public required GateAction Action { get; init; }

    [Description("For which category.")]
    public required string Category { get; init; }

    [Description("Up to which level.")]
    public required string Level { get; init; }

    [Description("Why.")]
    public required string Reason { get; init; }

    [Description("The role that answers for it.")]
    public required string By { get; init; }

    [Description("Last day, YEAR-MONTH-DAY.")]
    public required string Expires { get; init; }
}

/// <summary>Who may sign.</summary>
internal sealed record PolicyRole
{
    [Description("On pages.")]
    public required string Title { get; init; }

    [Description("ECDSA P-256, SubjectPublicKeyInfo in Base64, as deliberate approve keys prints it. Empty: nobody can sign for the role yet.")]
    public string PublicKey { get; init; } = "";
}

/// <summary>When a model has to be looked at anew. Other weights always ask for it.</summary>
internal sealed record PolicyReassessment
{
    [Description("Days after which evidence is stale; left out, never.")]
    [InRange(1, 100_000)]
    public int? Days { get; init; }

    [Description("Factor of effective compute after which development stops for a new assessment.")]
    [InRange(1, 1e6)]
    public double? ComputeFactor { get; init; }

    [Description("Whether another scaffold asks for it.")]
    public bool Scaffold { get; init; } = true;
}

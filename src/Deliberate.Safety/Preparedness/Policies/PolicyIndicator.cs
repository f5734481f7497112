using System.ComponentModel;

namespace Deliberate.Safety;

/// <summary>A risk that is tracked.</summary>
internal sealed record PolicyCategory
{
    [Description("As indicators and results call it: lower-case letters, digits and -.")]
    public required string Id { get; init; }

    [Description("On pages.")]
    public required string Title { get; init; }

    [Description("The role that answers for it.")]
    public string? Owner { get; init; }

    [Description("What it is about, and what its levels mean.")]
    public string About { get; init; } = "";
}

/// <summary>A test whose being met says that a level is reached in a category.</summary>
internal sealed record PolicyIndicator : PolicyTest
{
    [Description("Of which category.")]
    public required string Category { get; init; }

    [Description("The level that is reached where the test is met.")]
    public required string Level { get; init; }
}

/// <summary>What makes a level bearable: a claim, the tests that show it, and what remains.</summary>
internal sealed record PolicySafeguard
{
    [Description("As gates call it: lower-case letters, digits and -.")]
    public required string Id { get; init; }

    [Description("What is claimed, in a sentence.")]
    public required string Claim { get; init; }

    [Description("What must hold of it; all of them.")]
    public required IReadOnlyList<PolicyTest> Evidence { get; init; }

    [Description("What remains in spite of it.")]
    public string ResidualRisk { get; init; } = "";
}

using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What an outcome reward model is held against.</summary>
internal enum OutcomeLossKind
{
    CrossEntropy,

    SquaredError,
}

/// <summary>A reward model is trained by the supervised stage, whose data then holds labels of steps, or preferences.</summary>
internal sealed record RewardModelRecipe : ICheckedRecipe
{
    [Description("What it is to say: process (of each step whether it is right), outcome (whether the answer is), preference (which of two answers is better).")]
    public RewardModelKind Kind { get; init; }

    [Description("Outputs of a process reward model: 2 (wrong, right) or 3 (wrong, neutral, right).")]
    [InRange(2, 3)]
    public int Outputs { get; init; } = 2;

    [Description("What a neutral step counts as where there are two outputs.")]
    public NeutralSteps Neutral { get; init; }

    [Description("What stands behind each step but the last.")]
    public string Separator { get; init; } = "\n";

    [Description("Of an outcome reward model: cross_entropy or squared_error.")]
    public OutcomeLossKind Loss { get; init; }

    [Description("Of a preference model: how strongly rewards are pulled towards 0.")]
    [InRange(0)]
    public double Centring { get; init; }

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Separator.Length == 0) yield return ("separator", "The separator is empty.");
    }
}

using FsCheck;

namespace Deliberate.Tensors.Tests;

/// <summary>Every operation that has a forward and a backward, with the shapes that the tests draw.</summary>
internal static class Operations
{
    public static IReadOnlyDictionary<string, Gen<OperationShape>> All { get; } = new Dictionary<string, Gen<OperationShape>>(StringComparer.Ordinal)
    {
        ["embedding"] = EmbedShape.Draw,
        ["norm"] = RmsNormShape.Draw,
        ["linear"] = LinearShape.Draw,
        ["low-rank update"] = LowRankShape.Draw,
        ["rotation"] = RotateHeadsShape.Draw,
        ["attention"] = AttentionCase.Draw,
        ["gated activation"] = GatedActivationShape.Draw,
        ["log-probability"] = LogProbabilityShape.Draw,
        ["soft labels"] = SoftLabelShape.Draw,
    };
}

/// <summary>The names of <see cref="Operations.All"/>, for theories.</summary>
public sealed class OperationNames : TheoryData<string>
{
    public OperationNames()
    {
        foreach (var name in Operations.All.Keys) Add(name);
    }
}

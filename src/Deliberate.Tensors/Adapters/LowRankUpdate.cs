namespace Deliberate.Tensors;

/// <summary>
/// What an adapter adds to one linear weight (LoRA, arXiv 2106.09685): y += scale · B·A·x, with A [rank, inputs] and B [outputs, rank].
/// A stacked weight (q, k and v) has an update for each of its parts, or for some of them; their A stand side by side, so that one
/// product serves them all. With magnitudes (DoRA, arXiv 2402.09353) the sum of weight and update is scaled output by output:
/// y = m / ‖W + scale·B·A‖ · (W + scale·B·A)·x, the norm being that of an output's row, a constant for the gradient.
/// </summary>
internal sealed class LowRankUpdate : IDisposable
{
    /// <param name="target">The weight of the base.</param>
    /// <param name="down">A of all parts, stacked.</param>
    /// <param name="parts">In the order of their rows.</param>
    public LowRankUpdate(LinearWeight target, LinearWeight down, LowRankPart[] parts)
    {
        (Target, Down, Parts) = (target, down, parts);
        IsScaled = Array.Exists(parts, p => p.Magnitude is not null);
    }

    public LinearWeight Target { get; }

    /// <summary>A [ranks of all parts, inputs].</summary>
    public LinearWeight Down { get; }

    public LowRankPart[] Parts { get; }

    /// <summary>Of all parts together.</summary>
    public int Rank => Down.Rows;

    /// <summary>Whether it has magnitudes.</summary>
    public bool IsScaled { get; }

    /// <summary>[outputs] m / ‖…‖, 1 where a part has no update; made anew by <see cref="IKernels.PackMagnitudes"/>. Null without magnitudes.</summary>
    public DeviceBuffer? Factors { get; private set; }

    /// <summary>[outputs] the norms alone.</summary>
    public DeviceBuffer? Norms { get; private set; }

    /// <summary>Takes the memory of factors and norms.</summary>
    public void Prepare(Device device)
    {
        if (!IsScaled || Factors is not null) return;
        (Factors, Norms) = (device.Allocate(Target.Rows), device.Allocate(Target.Rows));
        var ones = new float[Target.Rows];
        Array.Fill(ones, 1);
        Factors.Write(0, ones);
        Norms.Write(0, ones);
    }

    public void Dispose()
    {
        Factors?.Dispose();
        Norms?.Dispose();
        (Factors, Norms) = (null, null);
    }
}

/// <summary>The update of one of the stacked matrices.</summary>
/// <param name="FirstOutput">Of the whole weight.</param>
/// <param name="FirstRank">Of the stacked A.</param>
/// <param name="Scale">Alpha over the rank, or over its root.</param>
/// <param name="Up">B [outputs, rank].</param>
/// <param name="Magnitude">DoRA's m [outputs]; null without.</param>
internal sealed record LowRankPart(int FirstOutput, int FirstRank, double Scale, LinearWeight Up, Parameter? Magnitude = null)
{
    public int Outputs => Up.Rows;

    public int Rank => Up.Columns;
}

namespace Deliberate.Tensors;

/// <summary>The processes that share an optimizer's state, all of which make the same calls in the same order.</summary>
internal interface IOptimizerPeers
{
    int Rank { get; }

    int Size { get; }

    /// <summary>Fills in what the others computed.</summary>
    /// <param name="values">One for each part; this process's own are there.</param>
    void Fill(double[] values, ReadOnlySpan<OptimizerPart> parts);

    /// <summary>Fills in the elements that the others updated; this process's own are there.</summary>
    void Fill(DeviceBuffer values, ReadOnlySpan<OptimizerPart> parts);

    /// <summary>Brings numbers from their owner to the first process.</summary>
    /// <param name="piece">Of the owner, and of the first for what arrives.</param>
    void ToFirst(float[] piece, int length, int owner);
}

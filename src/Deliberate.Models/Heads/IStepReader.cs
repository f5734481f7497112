namespace Deliberate.Models;

/// <summary>Reads texts and says some numbers at some of their tokens: a head's outputs, or log-probabilities of label tokens.</summary>
internal interface IStepReader : IDisposable
{
    /// <summary>Longest text, in tokens.</summary>
    int Positions { get; }

    /// <returns>[text][row][number], and how many tokens of each text were read for it.</returns>
    (double[][][] Outputs, int[] Read) Read(IReadOnlyList<HeadText> texts, CancellationToken cancellation = default);

    /// <summary>Forgets what was read: what comes is counted and computed anew.</summary>
    void Forget();
}

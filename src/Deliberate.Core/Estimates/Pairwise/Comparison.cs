namespace Deliberate.Core;

/// <summary>How ties of two are taken.</summary>
internal enum TieRule
{
    /// <summary>Half a win for each: Bradley and Terry's model.</summary>
    HalfWin,

    /// <summary>An outcome of its own, whose likelihood is ν √(π_i π_j): Davidson's model (1970).</summary>
    Davidson,
}

/// <summary>One judgement of two.</summary>
/// <param name="First">Number of one.</param>
/// <param name="Second">Number of the other.</param>
/// <param name="Won">1 where the first won, 0 where the second did, 1/2 for a tie.</param>
/// <param name="Cluster">What hangs together, as the prompt that both answered.</param>
internal readonly record struct Comparison(int First, int Second, double Won, int Cluster);

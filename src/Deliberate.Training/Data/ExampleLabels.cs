using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>What is learned of an example beside its tokens: labels of rows, or a second answer to compare with.</summary>
internal sealed record ExampleLabels
{
    /// <summary>Rows that a reward model's head is read at, rising.</summary>
    public int[] Rows { get; init; } = [];

    /// <summary>What it should say there: a distribution over its outputs, or one number. [row][output].</summary>
    public double[][] Targets { get; init; } = [];

    /// <summary>Where the steps stand, for a head that reads the surprise of them; null where there is none.</summary>
    public StepMarks? Steps { get; init; }

    /// <summary>The token that is to be said at each of the example's tokens, whatever stands there; negative for none. Null where what stands there is learned.</summary>
    public int[]? Said { get; init; }

    /// <summary>Tokens of the better answer with its prompt, where another follows with the same prompt; 0 without.</summary>
    public int Split { get; init; }

    /// <summary>By how much the better answer should be better.</summary>
    public double Margin { get; init; }

    /// <summary>Of an answer that stands alone: whether it is a good one; null of a pair.</summary>
    public bool? IsDesirable { get; init; }
}

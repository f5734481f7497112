namespace Deliberate.Models;

/// <summary>Where the steps of a solution stand among its tokens.</summary>
/// <param name="First">The solution's first token; what comes before is the problem.</param>
/// <param name="Ends">The last token of each step, rising; none where the whole is one step.</param>
/// <param name="Separator">Tokens that stand at the end of each step and say nothing of it.</param>
internal sealed record StepMarks(int First, int[] Ends, int Separator);

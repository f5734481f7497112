using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>The forms that step labels come in.</summary>
internal enum LabelForm
{
    /// <summary>A labelled solution a line, as PRM800K has them.</summary>
    Prm800k,

    /// <summary><c>prompt</c>, <c>completions</c>, <c>labels</c>.</summary>
    Stepwise,

    /// <summary>The first wrong step alone.</summary>
    Processbench,
}

/// <summary>A line of step labels, in the form in which it came and as the one that is learned from.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Example">What is known of each step.</param>
/// <param name="Labelled">Of a file of PRM800K's; else null.</param>
/// <param name="Case">Of a file of ProcessBench's; else null.</param>
internal sealed record LabelLine(int Line, StepwiseExample Example, LabelledSolution? Labelled, ProcessBenchCase? Case);

/// <summary>Reads step labels in whichever form they are, line by line.</summary>
internal static class LabelFile
{
    /// <param name="path">The file.</param>
    /// <param name="neutral">What a neutral step counts as.</param>
    /// <param name="onError">Takes mistakes, and the line is left out; without it the first one is thrown.</param>
    public static IEnumerable<LabelLine> Read(string path, NeutralSteps neutral = NeutralSteps.Positive, Action<UserError>? onError = null)
    {
        foreach (var line in JsonLines.Read(path, onError))
        {
            LabelLine? read = null;
            try
            {
                read = Parse(line, neutral);
            }
            catch (UserError error) when (onError is not null)
            {
                onError(error);
            }

            if (read is not null) yield return read;
        }
    }

    /// <exception cref="UserError">The line is of none of the forms.</exception>
    public static LabelLine Parse(JsonLine line, NeutralSteps neutral)
    {
        if (Prm800kFile.IsOne(line.Root))
        {
            var labelled = Prm800kFile.Parse(line);
            return new LabelLine(line.Number, StepwiseExample.Of(labelled, neutral), labelled, null);
        }

        if (StepwiseExample.IsOne(line.Root)) return new LabelLine(line.Number, StepwiseExample.Parse(line), null, null);
        if (ProcessBenchCase.IsOne(line.Root) && ProcessBenchCase.Parse(line) is var found) return new LabelLine(line.Number, found.ToStepwise(), null, found);
        throw line.Error(
            "The line is in none of the forms of step labels.",
            advice: line.Root.ValueKind != JsonValueKind.Object ? "Each line is an object." : "PRM800K's has \"question\" and \"label\"; others \"prompt\", \"completions\" and \"labels\"; ProcessBench's \"problem\", \"steps\" and \"label\".");
    }
}

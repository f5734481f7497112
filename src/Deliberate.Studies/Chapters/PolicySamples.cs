using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>Solutions that a checkpoint draws of some problems, at temperature 1; a sample's random numbers hang on its problem and its number alone.</summary>
/// <param name="Device">That it runs on.</param>
/// <param name="Seed">Of the samples.</param>
/// <param name="MaxTokens">Budget of a solution, the end token included.</param>
internal sealed record PolicySamples(Device Device, ulong Seed, int MaxTokens)
{
    /// <summary>Samples in flight; results do not depend on it.</summary>
    private const int MostSlots = 256;

    /// <summary>Those that have steps and an answer, by problem and sample.</summary>
    public List<DrawnSolution> Draw(string checkpoint, ITaskFamily family, int level, IReadOnlyList<Problem> problems, int samples, CancellationToken cancellation)
    {
        var (model, text) = Checkpoint.LoadModel(checkpoint, Device);
        using (model)
        {
            var encoder = new ProblemEncoder(text);
            using var sampler = new Sampler(model, Math.Min(MostSlots, problems.Count * samples), problems.Max(p => encoder.Prompt(p).Length) + MaxTokens);
            using var set = new ProblemSet(family, level);
            return [.. new SolutionDraw(sampler, encoder, set, MaxTokens, 1, Seed).Run(problems, samples, cancellation: cancellation)];
        }
    }
}

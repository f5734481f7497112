using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>An answer that is to be searched for.</summary>
/// <param name="Problem">For scorers.</param>
/// <param name="Prompt">What the policy reads.</param>
/// <param name="MaxTokens">Of a solution.</param>
/// <param name="Sampling">How solutions are drawn.</param>
/// <param name="Encoder">Of the policy's text format, with the stops of this answer.</param>
/// <param name="Seed">Of all random numbers.</param>
/// <param name="Key">Tells its random numbers from those of other answers.</param>
/// <param name="AnswerOf">A solution's final answer; null where it has none.</param>
internal sealed record SearchWish(Problem Problem, int[] Prompt, int MaxTokens, SamplingOptions Sampling, ProblemEncoder Encoder, ulong Seed, long Key, Func<string, string?> AnswerOf)
{
    public TaskCompletionSource<SearchTree> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether one batch can serve both.</summary>
    public bool GoesWith(SearchWish other) => MaxTokens == other.MaxTokens && Sampling == other.Sampling && Seed == other.Seed && Encoder.StopIds.SequenceEqual(other.Encoder.StopIds);
}

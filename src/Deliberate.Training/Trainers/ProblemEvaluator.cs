using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>One graded sample of an evaluation.</summary>
/// <param name="CompletionTokens">All tokens of the completion, the end token not counted.</param>
internal sealed record GradedSample(Problem Problem, int Sample, string Text, int CompletionTokens, bool Truncated, Grade Grade)
{
    /// <summary>Tokens of the thought, its tags included; 0 without one, null in files of before they were counted.</summary>
    public int? ThoughtTokens { get; init; }

    /// <summary>The tag that the prompt opened the thought with: the text then begins within it. Empty where the model opened it.</summary>
    public string ThoughtOpenedBy { get; init; } = "";
}

/// <summary>
/// Held-out problems at a temperature: n problems, k samples each. A sample's stream is keyed by its problem and number alone,
/// so a smaller budget cuts the same sample short: accuracy at any budget follows from one pass.
/// </summary>
internal static class ProblemEvaluator
{
    public static List<GradedSample> Run(
        Sampler sampler, ProblemEncoder encoder, ITaskFamily family, int level, int problems, int samples, int maxTokens, SamplingOptions options, ulong seed, Split split = Split.Test,
        IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        Run(sampler, encoder, new FamilyProblems(family, level), level, new FamilyGrader(family), problems, samples, maxTokens, options, seed, split, progress, cancellation);

    /// <param name="level">Null for problems of any level.</param>
    /// <param name="problems">At most; fewer where there are no more.</param>
    public static List<GradedSample> Run(
        Sampler sampler, ProblemEncoder encoder, IProblemSource source, int? level, ISampleGrader grader, int problems, int samples, int maxTokens, SamplingOptions options, ulong seed, Split split = Split.Test,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        problems = Math.Min(problems, source.Count(split, level) ?? problems);
        var drawn = new Problem[problems];
        for (var i = 0; i < problems; i++) drawn[i] = source.Draw(split, level, seed, i);
        return Run(sampler, encoder, grader, drawn, samples, maxTokens, options, seed, progress, cancellation);
    }

    /// <summary>Problems that were chosen elsewhere; a sample's stream is keyed by its problem's place among them.</summary>
    public static List<GradedSample> Run(
        Sampler sampler, ProblemEncoder encoder, ISampleGrader grader, IReadOnlyList<Problem> problems, int samples, int maxTokens, SamplingOptions options, ulong seed,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var requests = new SampleRequest[problems.Count];
        for (var i = 0; i < requests.Length; i++)
        {
            var streams = new RandomStream[samples];
            for (var s = 0; s < samples; s++) streams[s] = new RandomStream(seed, StreamStage.Evaluation, problem: i, sample: s);
            requests[i] = encoder.Request(problems[i], maxTokens, streams);
        }

        var rollouts = sampler.Sample(requests, options, encoder.StopIds, progress: progress, cancellation: cancellation);
        return [.. grader.Grade(encoder, problems, rollouts, cancellation).SelectMany(group => group)];
    }

    /// <summary>Whether the sample would have been right within a budget of tokens, the end token included.</summary>
    public static bool RightWithin(GradedSample sample, int budget) => sample.Grade.Correct > 0 && sample.CompletionTokens + 1 <= budget;
}

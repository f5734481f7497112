using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>One graded sample of an evaluation.</summary>
/// <param name="ThoughtTokens">Tokens of the completion, the end token not counted.</param>
internal sealed record GradedSample(Problem Problem, int Sample, string Text, int ThoughtTokens, bool Truncated, Grade Grade);

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
        var requests = new SampleRequest[problems];
        for (var i = 0; i < problems; i++)
        {
            drawn[i] = source.Draw(split, level, seed, i);
            var streams = new RandomStream[samples];
            for (var s = 0; s < samples; s++) streams[s] = new RandomStream(seed, StreamStage.Evaluation, problem: i, sample: s);
            requests[i] = new SampleRequest(encoder.Prompt(drawn[i]), maxTokens, streams);
        }

        var rollouts = sampler.Sample(requests, options, encoder.StopIds, progress: progress, cancellation: cancellation);
        return [.. grader.Grade(encoder, drawn, rollouts, cancellation).SelectMany(group => group)];
    }

    public static GradedSample Graded(ProblemEncoder encoder, ITaskFamily family, Problem problem, int sample, Rollout rollout)
    {
        var truncated = rollout.FinishReason == FinishReason.Length;
        var text = encoder.Text(rollout.Tokens);
        return new GradedSample(problem, sample, text, rollout.Tokens.Length - (truncated ? 0 : 1), truncated, Grader.Grade(family, problem, text, truncated));
    }

    /// <summary>Whether the sample would have been right within a budget of tokens, the end token included.</summary>
    public static bool RightWithin(GradedSample sample, int budget) => sample.Grade.Correct > 0 && sample.ThoughtTokens + 1 <= budget;
}

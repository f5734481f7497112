using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Reports;

/// <summary>One sample by itself: what was asked, what was thought, what was said, and what was found of it.</summary>
/// <param name="Messages">The conversation that the sample ends.</param>
/// <param name="Attempt">The sample.</param>
/// <param name="Expected">The reference answer; empty where there is none.</param>
internal sealed record SampleTranscript(IReadOnlyList<ChatMessage> Messages, Transcript Attempt, string Expected = "")
{
    public static SampleTranscript Of(string label, ScoredSample sample) =>
        new(sample.Sample.Messages, Transcript.Of(label, sample), sample.Problem.Answer);
}

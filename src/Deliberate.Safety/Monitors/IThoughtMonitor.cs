using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// Reads a thought, with its prompt and answer, and says whether it flags it: by <see cref="MonitorVerdict"/>, with the passage of the thought
/// that it rests on. It is a scorer of samples, so that it can judge a task's answers, a log's, or those that people labelled. Called
/// from several threads at once.
/// </summary>
internal interface IThoughtMonitor : IJudge
{
    /// <summary>What it can find; a score of each is in every verdict that it gives.</summary>
    IReadOnlyList<ThoughtFinding> Findings { get; }
}

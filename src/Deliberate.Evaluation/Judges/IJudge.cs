using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A scorer whose findings can be held against people's: it says what it finds, and which judge it is to the last word of its prompt.</summary>
internal interface IJudge : IScorer, IIdentified
{
    JudgeTarget Target { get; }
}

namespace Deliberate.Reasoning;

/// <summary>
/// What became of a graded sample: exactly one of these, always. Only <see cref="Pass"/> and <see cref="Fail"/> say something of
/// the model; nothing else may be counted as either without a word.
/// </summary>
public enum SampleOutcome
{
    /// <summary>Graded, and right.</summary>
    Pass,

    /// <summary>Graded, and wrong.</summary>
    Fail,

    /// <summary>The token budget ended within the thought: there is no answer yet.</summary>
    CutWhileThinking,

    /// <summary>There is no answer that the grader could read: none was given, it was cut off, or it is not of the kind asked for.</summary>
    Unscored,

    /// <summary>A judging model declined to judge.</summary>
    JudgeRefused,

    /// <summary>A judging model failed, or said nothing that can be read as a verdict.</summary>
    JudgeError,

    /// <summary>The provider's filter held the sample back.</summary>
    ProviderBlocked,

    /// <summary>The verifier itself failed: hung, crashed, wrote garbage. The sample has no grade at all.</summary>
    HarnessError,
}

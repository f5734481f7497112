using Microsoft.Extensions.AI.Evaluation;

namespace Deliberate.Evaluation;

/// <summary>The reference answer, for an evaluator that compares with one.</summary>
/// <param name="reference">The answer that is expected.</param>
public sealed class ReferenceContext(string reference) : EvaluationContext(ContextName, reference)
{
    /// <summary>How evaluators find it.</summary>
    public const string ContextName = "Reference";

    /// <summary>The answer that is expected.</summary>
    public string Reference { get; } = reference;
}

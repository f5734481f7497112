namespace Deliberate.Reasoning;

/// <summary>Whether an answer is right, and why not.</summary>
public readonly record struct VerificationResult(bool IsCorrect, string Reason)
{
    public static VerificationResult Correct { get; } = new(true, "right");

    public static VerificationResult Wrong(string reason) => new(false, reason);
}

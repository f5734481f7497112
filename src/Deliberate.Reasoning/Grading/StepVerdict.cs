namespace Deliberate.Reasoning;

/// <summary>Whether a step is right given the state before it, and why not.</summary>
public readonly record struct StepVerdict(bool IsRight, string Reason)
{
    public static StepVerdict Right { get; } = new(true, "right");

    public static StepVerdict Wrong(string reason) => new(false, reason);
}

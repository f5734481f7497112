namespace Deliberate.Reasoning;

/// <summary>
/// What a verifier says of a completion. The score is the reward that the recipe weighs with <c>rewards.correct</c>; only
/// <see cref="SampleOutcome.Pass"/> counts as right in an accuracy.
/// </summary>
public sealed record Verdict
{
    private Verdict(SampleOutcome outcome, double score, string reason) => (Outcome, Score, Reason) = (outcome, score, reason);

    public SampleOutcome Outcome { get; }

    /// <summary>Usually from 0 to 1; any finite number will do. 0 where nothing was scored.</summary>
    public double Score { get; }

    /// <summary>Why, in a few words.</summary>
    public string Reason { get; }

    /// <summary>Parts of the score by name, kept with every sample; a recipe may weigh them (<c>rewards.components</c>).</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Components { get; init; } = [];

    public static Verdict Pass(double score = 1, string reason = "right") => new(SampleOutcome.Pass, Finite(score), reason);

    public static Verdict Fail(string reason, double score = 0) => new(SampleOutcome.Fail, Finite(score), reason);

    /// <summary>
    /// There is no answer that could be read. It earns no more than the worst one that could be, whatever its components say, and is
    /// counted apart from wrong answers. A run asks once more before it believes it.
    /// </summary>
    public static Verdict Unscored(string reason) => new(SampleOutcome.Unscored, 0, reason);

    /// <summary>The thought has no end, and the sample no answer.</summary>
    /// <param name="truncated">Whether the token budget is why; else the model ended its text.</param>
    internal static Verdict Unfinished(bool truncated) => truncated ? new(SampleOutcome.CutWhileThinking, 0, "cut off while thinking") : Unscored("the thought is not closed");

    /// <summary>The verifier itself failed; where it does so again, the sample is left out of training and of every accuracy.</summary>
    internal static Verdict HarnessError(string reason) => new(SampleOutcome.HarnessError, 0, reason);

    private static double Finite(double score) => double.IsFinite(score) ? score : throw new ArgumentOutOfRangeException(nameof(score), score, "A score is a finite number.");
}

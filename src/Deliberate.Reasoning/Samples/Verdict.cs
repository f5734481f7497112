namespace Deliberate.Reasoning;

/// <summary>
/// What a scorer says: of a sample, of an answer or of a step. The value is what the reward of kind
/// <c>correct</c> pays; only <see cref="SampleOutcome.Pass"/> counts as right in an accuracy.
/// </summary>
public sealed record Verdict
{
    private static readonly Verdict Right = new(SampleOutcome.Pass, 1, "right");

    private Verdict(SampleOutcome outcome, double value, string reason) => (Outcome, Value, Reason) = (outcome, value, reason);

    public SampleOutcome Outcome { get; }

    /// <summary>Usually from 0 to 1; any finite number will do. 0 where nothing was scored.</summary>
    public double Value { get; }

    /// <summary>Why, in a few words.</summary>
    public string Reason { get; }

    /// <summary>Further scores by name, such as parts of the value; kept with every sample, and a recipe may weigh them (rewards of kind <c>component</c>).</summary>
    public IReadOnlyList<Score> Scores { get; init; } = [];

    /// <summary>One verdict a step of the thought; none where nobody checks steps.</summary>
    public IReadOnlyList<Verdict> Steps { get; init; } = [];

    /// <summary>
    /// Whether the answer is right, there is a thought, every step of it is right and it arrives at a right answer: a lucky guess
    /// after half a thought is right, but not this.
    /// </summary>
    public bool AllStepsRight { get; init; }

    /// <summary>The answer as who scores read it, such as the letter of a choice, so that votes are of answers and not of their wording; null where it is the sample's own.</summary>
    internal string? Read { get; init; }

    public bool IsRight => Outcome == SampleOutcome.Pass;

    /// <summary>Whether anything was decided: not where who scores has failed.</summary>
    public bool IsJudged => Outcome is not (SampleOutcome.HarnessError or SampleOutcome.JudgeError);

    /// <summary>Whether there was something to judge, found right or wrong: not where the model's own text left nothing to be read.</summary>
    public bool IsReadable => Outcome is SampleOutcome.Pass or SampleOutcome.Fail;

    /// <summary>The first wrong step, from 0; -1 where none is.</summary>
    public int FirstWrongStep
    {
        get
        {
            for (var i = 0; i < Steps.Count; i++)
                if (!Steps[i].IsRight) return i;
            return -1;
        }
    }

    public static Verdict Pass(double value = 1, string reason = "right") => value == 1 && reason == Right.Reason ? Right : new(SampleOutcome.Pass, Finite(value), reason);

    public static Verdict Fail(string reason, double value = 0) => new(SampleOutcome.Fail, Finite(value), reason);

    /// <summary>
    /// There is no answer that could be read. It earns no more than the worst one that could be, whatever its other scores say, and
    /// is counted apart from wrong answers. A run asks once more before it believes it.
    /// </summary>
    public static Verdict Unscored(string reason) => new(SampleOutcome.Unscored, 0, reason);

    /// <summary>The thought has no end, and the sample no answer.</summary>
    /// <param name="truncated">Whether the token budget is why; else the model ended its text.</param>
    internal static Verdict Unfinished(bool truncated) => truncated ? new(SampleOutcome.CutWhileThinking, 0, "cut off while thinking") : Unscored("the thought is not closed");

    /// <summary>Who scores has failed; where that happens again, the sample is left out of training and of every accuracy.</summary>
    internal static Verdict HarnessError(string reason) => new(SampleOutcome.HarnessError, 0, reason);

    /// <summary>As a file tells it.</summary>
    internal static Verdict Of(SampleOutcome outcome, double value, string reason) => new(outcome, value, reason);

    private static double Finite(double value) => double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A score is a finite number.");
}

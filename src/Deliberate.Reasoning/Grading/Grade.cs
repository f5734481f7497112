namespace Deliberate.Reasoning;

/// <summary>What a completion is worth, each component apart.</summary>
/// <param name="Answer">The parsed answer; null where there is none.</param>
/// <param name="Correct">1 where the answer is right, else 0.</param>
/// <param name="AllStepsRight">
/// Whether the answer is right, there is a thought, every step of it is right and it arrives at a right answer: a lucky guess
/// after half a thought is correct, but not this.
/// </param>
/// <param name="FormatOk">Whether there is an answer where one belongs, with or without a thought before it.</param>
/// <param name="Reason">"right", or why it was scored wrong.</param>
/// <param name="Steps">The steps of the thought.</param>
/// <param name="StepVerdicts">One verdict a step.</param>
public sealed record Grade(string? Answer, double Correct, bool AllStepsRight, bool FormatOk, string Reason, IReadOnlyList<string> Steps, IReadOnlyList<StepVerdict> StepVerdicts)
{
    private readonly SampleOutcome? _outcome;
    private readonly double? _score;

    /// <summary>What became of the sample; follows from answer and correctness unless who grades says otherwise.</summary>
    public SampleOutcome Outcome
    {
        get => _outcome ?? (Answer is null ? SampleOutcome.Unscored : Correct > 0 ? SampleOutcome.Pass : SampleOutcome.Fail);
        init => _outcome = value;
    }

    /// <summary>What the reward is made from: <see cref="Correct"/>, unless a verifier gives a score of its own.</summary>
    public double Score
    {
        get => _score ?? Correct;
        init => _score = value;
    }

    /// <summary>Parts of the score that a verifier gives, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Components { get; init; } = [];

    /// <summary>Whether anything was decided: not where the verifier itself, or a judging model, failed.</summary>
    public bool IsGraded => Outcome is not (SampleOutcome.HarnessError or SampleOutcome.JudgeError);

    /// <summary>Whether the answer was read, and found right or wrong: not where the model's own text left nothing to judge.</summary>
    internal bool IsReadable => Outcome is SampleOutcome.Pass or SampleOutcome.Fail;

    /// <summary>The first wrong step, from 0; -1 where none is.</summary>
    public int FirstWrongStep
    {
        get
        {
            for (var i = 0; i < StepVerdicts.Count; i++)
            {
                if (!StepVerdicts[i].IsRight) return i;
            }

            return -1;
        }
    }
}

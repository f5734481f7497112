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

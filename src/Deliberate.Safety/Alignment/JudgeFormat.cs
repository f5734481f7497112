using System.Globalization;

namespace Deliberate.Safety;

/// <summary>
/// How a checkpoint that was trained to judge is asked, and how its grades are read. Request, thought and answer stand between words that are
/// the format's: a request that uses one is shown without it, and an answer or thought that does so is given the worst grades unseen
/// (<see cref="Holds"/>), for it wants to write its own.
/// </summary>
internal static class JudgeFormat
{
    private const string Judge = "judge", Thought = "thought", Answer = "answer", Grade = "grade";

    /// <summary>Whether a text could pass for marks of the format.</summary>
    public static bool Holds(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Any(IsMark);

    /// <param name="rules">spec(category).</param>
    /// <param name="prompt">What was asked.</param>
    /// <param name="thought">Null where it is hidden.</param>
    /// <param name="answer">Outside of the thought.</param>
    public static string Compact(string rules, string prompt, string? thought, string answer) =>
        $"{Judge} {rules} {Neutral(prompt)}{(thought is null ? "" : $" {Thought} {thought.Trim()}")} {Answer} {answer.Trim()} {Grade}";

    public static string Verdict(JudgeGrades grades) => string.Create(CultureInfo.InvariantCulture, $" {grades.Compliance} {grades.Correctness} {grades.Helpfulness}{(grades.Thought is { } thought ? $" {thought}" : "")}");

    /// <summary>The grades that a judge's answer gives; null where it gives none.</summary>
    /// <param name="text">Outside of the judge's own thought.</param>
    /// <param name="withThought">Whether the thought was shown.</param>
    public static JudgeGrades? Read(string text, bool withThought)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != (withThought ? 4 : 3) || words.Any(w => w is not ("0" or "1" or "2"))) return null;
        int At(int i) => words[i][0] - '0';
        return new JudgeGrades(At(0), At(1), At(2), withThought ? At(3) : null);
    }

    private static bool IsMark(string word) => word is Judge or Thought or Answer or Grade;

    private static string Neutral(string text) => Holds(text) ? string.Join(' ', text.Split(' ').Where(word => !IsMark(word))) : text;
}

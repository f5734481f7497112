namespace Deliberate.Reasoning;

/// <summary>
/// What answers are compared with, as its grader can work with it. Published data sets have whole worked solutions where a
/// reference belongs (GSM8K's <c>answer</c>, MATH's <c>solution</c>): then the answer that the solution marks is the reference.
/// </summary>
/// <param name="Answer">The reference.</param>
/// <param name="IsTakenOut">Whether it is a part of what the file holds.</param>
/// <param name="Objection">Why the grader cannot read it; null where it can.</param>
internal readonly record struct ProblemReference(string Answer, bool IsTakenOut, string? Objection)
{
    private const int Shown = 60;

    /// <summary>The reference shortened, for messages.</summary>
    public string Quoted => $"\"{(Answer.Length <= Shown ? Answer : Answer[..Shown] + "...")}\"";

    /// <param name="text">As the file holds it.</param>
    /// <param name="grader">Of the problem.</param>
    public static ProblemReference Of(string text, IAnswerGrader grader)
    {
        // A mark that no bare answer holds goes first; a sentence that states an answer only where the grader cannot read it.
        var marked = ReferenceAnswer.Of(text);
        if (marked is not null && ObjectionOf(grader, marked) is null) return new(marked, IsTakenOut: true, null);
        var objection = ObjectionOf(grader, text);
        if (objection is null) return new(text, IsTakenOut: false, null);
        if (marked is null && AnswerExtraction.Extract(text) is { Length: > 0 } stated && ObjectionOf(grader, stated) is null) return new(stated, IsTakenOut: true, null);
        return marked is null ? new(text, IsTakenOut: false, objection) : new(marked, IsTakenOut: true, ObjectionOf(grader, marked));
    }

    /// <summary>Why a grader cannot read a reference; null where it can.</summary>
    public static string? ObjectionOf(IAnswerGrader grader, string reference) =>
        grader.Objection(reference) ?? (grader.Compare(reference, reference) == AnswerMatch.Equal ? null : "It does not even equal itself.");
}

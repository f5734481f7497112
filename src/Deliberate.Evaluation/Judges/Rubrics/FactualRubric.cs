using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Whether an answer to a question of fact is correct, incorrect or not attempted, in SimpleQA's protocol (Wei et al. 2024), against the
/// reference. The protocol is theirs, the words are ours. Not attempted is unscored: neither right nor a hallucination.
/// </summary>
internal static class FactualRubric
{
    public static Rubric Create() => new()
    {
        Name = "factual",
        Title = "a fact: correct, incorrect, not attempted",
        Instructions =
            """
            Compare the response with the reference answer to the question.
            - correct: the response contains the reference's information and contradicts nothing in it. Wording, spelling of names, language and order do not matter; more detail does not, where it does not contradict; guesses that are marked as such count as given. Numbers must agree to the last digit that the reference gives.
            - incorrect: some part of the response contradicts the reference, even where another part agrees or where it is hedged.
            - not_attempted: the response gives no answer or not all of it, and contradicts nothing: it says that it does not know, asks back, or stays vague.
            What the question leaves open the response need not say. Judge by the reference alone, also where you believe that it is wrong.
            """,
        ShowsReference = true,
        Fields = [RubricField.Text("reason", "where response and reference agree or differ"), RubricField.Choice("grade", "of the response", "correct", "incorrect", "not_attempted")],
        Target = new JudgeTarget(JudgeTarget.Incorrect, "incorrect"),
        Read = values =>
        {
            var (grade, reason) = (values.Text("grade"), values.Text("reason"));
            var verdict = grade switch { "correct" => Verdict.Pass(1, reason), "incorrect" => Verdict.Fail(reason), _ => Verdict.Unscored($"not attempted: {reason}") };
            return verdict with { Scores = [new("correct", grade == "correct" ? 1 : 0), new("incorrect", grade == "incorrect" ? 1 : 0), new("not_attempted", grade == "not_attempted" ? 1 : 0)] };
        },
    };
}

using Deliberate.Reasoning;

namespace UsingTheLibrary;

public static class Grading
{
    public static void Answers()
    {
        var math = AnswerGraders.Get("math");
        Console.WriteLine(math.Compare(reference: "3/4", answer: "\\frac{6}{8}"));              // Equal
        Console.WriteLine(math.Compare(reference: "3/4", answer: "0.74"));                     // Different
        Console.WriteLine(AnswerExtraction.Extract("So it is \\boxed{42}."));                 // 42
    }

    public static void Thoughts()
    {
        var family = FamilyRegistry.Get("arithmetic");
        var problem = family.Generate(Split.Test, level: 2, seed: 1, index: 0);
        var grade = Grader.Grade(family, problem, "<think>1+1=3</think>" + problem.Answer, truncated: false);
        Console.WriteLine($"{problem.Prompt} {grade.Answer}: {grade.Reason}");
        foreach (var (step, verdict) in grade.Steps.Zip(grade.StepVerdicts)) Console.WriteLine($"  {step}: {verdict.Reason}");
        Console.WriteLine($"right {grade.Correct}, every step right {grade.AllStepsRight}");
    }
}

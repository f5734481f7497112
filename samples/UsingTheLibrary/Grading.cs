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
        var sample = new Sample { Problem = problem, Attempt = 0, Completion = "<think>1+1=3</think>" + problem.Answer };
        var verdict = new FamilyScorer(family).Judge(sample);
        Console.WriteLine($"{problem.Prompt} {sample.Text}: {verdict.Reason}");
        foreach (var (text, step) in sample.Steps.Zip(verdict.Steps)) Console.WriteLine($"  {text}: {step.Reason}");
        Console.WriteLine($"right {verdict.IsRight}, every step right {verdict.AllStepsRight}");
    }
}

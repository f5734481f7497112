using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

/// <summary>Worked solutions as references: what published data sets mark is what is compared with.</summary>
public sealed class ReferenceAnswerTests
{
    [Theory]
    [InlineData("Natalia sold 48/2 = <<48/2=24>>24 clips in May.\nNatalia sold 48+24 = <<48+24=72>>72 clips.\n#### 72", "72")]
    [InlineData("He made 200,000-130,000=$<<200000-130000=70000>>70,000\n#### 70,000\n", "70,000")]
    [InlineData("He made 200,000-130,000=$<<200000-130000=70000>>70,000\nA: 70000", "70000")]
    [InlineData("#### 3 bolts", "3 bolts")]
    [InlineData("We get\n\\[ x = \\boxed{\\frac{1}{2}}. \\]", "\\frac{1}{2}")]
    [InlineData("\\boxed{7}", "7")]
    [InlineData("So it is 17.\n\n# Answer\n\n17", "17")]
    public void The_marked_answer_is_taken_out_of_a_worked_solution(string reference, string expected) => ReferenceAnswer.Of(reference).ShouldBe(expected);

    [Theory]
    [InlineData("72")]
    [InlineData("Paris")]
    [InlineData("The answer is 72.")]
    [InlineData("x << 3")]
    [InlineData("C# ####")]
    [InlineData("\\boxed{7")]
    [InlineData("")]
    public void A_bare_answer_is_left_as_it_is(string reference) => ReferenceAnswer.Of(reference).ShouldBeNull();

    [Fact]
    public void Every_solution_of_published_data_sets_gives_an_answer_that_can_be_read()
    {
        var grader = AnswerGraders.Get("math");
        var solutions = 0;
        foreach (var line in File.ReadLines(SharedFolder.Path("data", "gsm8k", "train.jsonl")).Concat(File.ReadLines(SharedFolder.Path("data", "gsm8k", "test.jsonl"))))
        {
            var answer = JsonDocument.Parse(line).RootElement.GetProperty("answer").GetString()!;
            var marked = ReferenceAnswer.Of(answer).ShouldNotBeNull(answer);
            marked.ShouldBe(answer[(answer.LastIndexOf("#### ", StringComparison.Ordinal) + 5)..].Trim());
            AnswerGraders.Get("numeric").Objection(marked).ShouldBeNull(answer);
            solutions++;
        }

        foreach (var line in File.ReadLines(SharedFolder.Path("data", "math500", "test.jsonl")))
        {
            var problem = JsonDocument.Parse(line).RootElement;
            var marked = ReferenceAnswer.Of(problem.GetProperty("solution").GetString()!).ShouldNotBeNull();
            grader.Compare(problem.GetProperty("answer").GetString()!, marked).ShouldBe(AnswerMatch.Equal, $"{marked} against {problem.GetProperty("answer")}");
            solutions++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"worked solutions of GSM8K and MATH-500: {solutions}");
        solutions.ShouldBeGreaterThan(8_000);
    }
}

using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Testing;

namespace Deliberate.Evaluation.Tests;

/// <summary>Word problems: tables worked out by hand, and GSM8K's on solutions that its authors published with their verdicts.</summary>
public sealed class MathematicsSuiteTests
{
    [Fact]
    public async Task Several_samples_of_a_problem_give_pass_at_k_and_a_majority()
    {
        using var data = new TemporaryData();
        data.Write("gsm8k/test.jsonl", """
            {"question": "Two and two?", "answer": "2+2=<<2+2=4>>4\n#### 4"}
            {"question": "Ten times a hundred and twenty?", "answer": "10*120=1200\n#### 1,200"}
            """);
        string[][] answers = [["4", "The answer is 4.", "5", "\\boxed{4}"], ["1200", "12", "12", "12"]];
        var result = await SuiteRun.Of(MathematicsTasks.Gsm8k, (item, epoch) => answers[item.Id == "1" ? 0 : 1][epoch], data.Context, new RunSettings { Epochs = 4 });

        // pass@1: (3/4 + 1/4) / 2. pass@4: both have a right one. A majority of four: 4 wins for the first, 12 for the second.
        result.Value("pass_at_1").ShouldBe(0.5);
        result.Value("pass@4").ShouldBe(1);
        result.Value("majority@4").ShouldBe(0.5);
        // pass@2: 1 - C(1,2)/C(4,2) = 1, and 1 - C(3,2)/C(4,2) = 1/2.
        result.Value("pass@2").ShouldBe(0.75, 1e-12);
    }

    [Fact]
    public async Task Svamp_and_competition_problems_are_read_as_they_are_published()
    {
        using var data = new TemporaryData();
        data.Write("svamp/test.jsonl", """{"Answer":145.0,"Question":"How many are in each?","Equation":"( 290.0 / 2.0 )","Body":"There are 290 pears in 2 baskets","Type":"Common-Division","ID":"chal-1"}""");
        data.Write("math500/test.jsonl", """{"problem": "What is $\\frac{1}{2}+\\frac{1}{4}$?", "solution": "...", "answer": "\\frac{3}{4}", "subject": "Prealgebra", "level": "Level 1", "unique_id": "a/1.json"}""");
        (await SuiteRun.Items(MathematicsTasks.Svamp, data.Context)).Single().Messages[0].Content.ShouldStartWith("There are 290 pears in 2 baskets. How many are in each?");
        (await SuiteRun.Of(MathematicsTasks.Svamp, (_, _) => "So each has 290/2 = 145 pears.", data.Context)).Value("pass_at_1").ShouldBe(1);
        (await SuiteRun.Of(MathematicsTasks.Math500, (_, _) => "It is \\boxed{0.75}.", data.Context)).Value("pass_at_1", "Level 1").ShouldBe(1);
        (await SuiteRun.Of(MathematicsTasks.Math500, (_, _) => "It is 3/4 or so.", data.Context)).Value("pass_at_1").ShouldBe(0);
    }

    [Fact]
    public async Task A_solution_that_marks_no_answer_is_named()
    {
        using var data = new TemporaryData();
        var path = data.Write("gsm8k/test.jsonl", "{\"question\": \"Two and two?\", \"answer\": \"four\"}");
        (await Should.ThrowAsync<UserError>(() => SuiteRun.Items(MathematicsTasks.Gsm8k, data.Context))).Message.ShouldStartWith($"{path}:1: answer: The worked solution marks no answer.");
    }

    /// <summary>
    /// The solutions of four GPT-3 systems that GSM8K's authors published, through the task: as many right ones as they counted, but for
    /// the few where they took another line than the last for the answer.
    /// </summary>
    [Theory]
    [InlineData("6b_finetuning")]
    [InlineData("6b_verification")]
    [InlineData("175b_finetuning")]
    [InlineData("175b_verification")]
    public async Task Published_solutions_get_the_verdicts_that_their_authors_gave(string system)
    {
        var context = TemporaryData.Shared;
        var solutions = JsonLines.Read(SharedFolder.Path("data", "gsm8k", "example_model_solutions.jsonl"))
            .ToDictionary(l => l.GetString("question"), l => (Text: l.GetString(l.GetObject(system), "solution"), IsRight: l.GetBool(l.GetObject(system), "is_correct")));
        var result = await SuiteRun.Of(MathematicsTasks.Gsm8k, (item, _) => solutions[Question(item)].Text, context);
        var items = (await SuiteRun.Items(MathematicsTasks.Gsm8k, context)).ToDictionary(i => $"gsm8k@1/{i.Id}");
        var differ = result.Samples.Count(s => s.Outcome == SampleOutcome.Pass != solutions[Question(items[s.Item])].IsRight);
        TestContext.Current.TestOutputHelper!.WriteLine($"{system}: {result.Samples.Count} solutions, {differ} verdicts differ");
        result.Samples.Count.ShouldBe(solutions.Count);
        differ.ShouldBeLessThanOrEqualTo(solutions.Count / 100);

        static string Question(EvaluationItem item) => item.Messages[0].Content[..item.Messages[0].Content.IndexOf("\n\nReason step by step", StringComparison.Ordinal)];
    }
}

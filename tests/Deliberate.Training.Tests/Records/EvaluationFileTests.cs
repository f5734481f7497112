using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

public sealed class EvaluationFileTests
{
    private static readonly Problem Problem = new("sums", 1, Split.Test, 3, "2+2=", "{}", "2+2=", "4");

    [Fact]
    public void Lengths_outcome_and_what_opened_the_thought_are_read_back()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("final.jsonl");
        var cut = new Grade(null, 0, false, false, "cut off while thinking", [], []) { Outcome = SampleOutcome.CutWhileThinking };
        var sample = new GradedSample(Problem, 0, "it may be", 9, Truncated: true, cut) { ThoughtTokens = 7, ThoughtOpenedBy = "<think>" };
        EvaluationFile.Write(path, [sample]);
        var read = EvaluationFile.Read(path).ShouldHaveSingleItem();
        (read.CompletionTokens, read.ThoughtTokens, read.ThoughtOpenedBy, read.Grade.Outcome).ShouldBe((9, 7, "<think>", SampleOutcome.CutWhileThinking));
    }

    [Fact]
    public void Older_files_open_and_call_the_completion_s_tokens_the_thought_s()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("final.jsonl");
        File.WriteAllText(path, """
            {"problem":{"family":"sums","level":1,"split":"test","index":3,"prompt":"2+2=","state":"","canonical":"2+2=","answer":"4"},"sample":0,"text":"<think>2+2=4","thought_tokens":8,"truncated":true,"grade":{"answer":null,"correct":0,"all_steps_right":false,"format_ok":false,"reason":"truncated","steps":[]}}

            """);
        var read = EvaluationFile.Read(path).ShouldHaveSingleItem();
        (read.CompletionTokens, read.ThoughtTokens, read.ThoughtOpenedBy, read.Grade.Outcome).ShouldBe((8, null, "", SampleOutcome.Unscored));
        EvaluationSummary.Of("final", [read], 1, []).ShouldSatisfyAllConditions(s => s.Unscored.ShouldBe(1), s => s.CutWhileThinking.ShouldBe(0));
    }
}

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
        var sample = new Sample { Problem = Problem, Attempt = 0, Completion = "it may be", CompletionTokens = 9, Truncated = true, ThoughtTokens = 7, ThoughtOpenedBy = "<think>" };
        EvaluationFile.Write(path, [new ScoredSample(sample, Verdict.Unfinished(truncated: true))]);
        var read = EvaluationFile.Read(path).ShouldHaveSingleItem();
        (read.CompletionTokens, read.Sample.ThoughtTokens, read.Sample.ThoughtOpenedBy, read.Outcome).ShouldBe((9, 7, "<think>", SampleOutcome.CutWhileThinking));
    }

    [Fact]
    public void What_a_scorer_says_is_read_back_to_the_last_word()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("final.jsonl");
        var sample = new Sample { Problem = Problem with { Version = 3 }, Attempt = 2, Completion = "<think>2+2=5\n2+2=4</think>4", Answer = "4", CompletionTokens = 9, ThoughtTokens = 7 };
        var verdict = Verdict.Pass(0.7, "nearly") with { Scores = [new Score("style", -1)], Steps = [Verdict.Fail("2+2 is 4"), Verdict.Pass()] };
        EvaluationFile.Write(path, [new ScoredSample(sample, verdict)]);
        File.ReadAllText(path).ShouldStartWith("""{"id":"sums@3/1.3/2",""");
        var read = EvaluationFile.Read(path).ShouldHaveSingleItem();
        read.Sample.ShouldBe(sample);
        (read.Outcome, read.Verdict.Value, read.Verdict.Reason, read.AllStepsRight).ShouldBe((verdict.Outcome, verdict.Value, verdict.Reason, verdict.AllStepsRight));
        read.Verdict.Scores.ShouldBe(verdict.Scores);
        read.Steps.Select(s => (s.Text, s.Verdict.Reason)).ShouldBe([("2+2=5", "2+2 is 4"), ("2+2=4", "right")]);
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
        (read.CompletionTokens, read.Sample.ThoughtTokens, read.Sample.ThoughtOpenedBy, read.Outcome).ShouldBe((8, null, "", SampleOutcome.Unscored));
        EvaluationSummary.Of("final", [read], 1, []).ShouldSatisfyAllConditions(s => s.Unscored.ShouldBe(1), s => s.CutWhileThinking.ShouldBe(0));
    }
}

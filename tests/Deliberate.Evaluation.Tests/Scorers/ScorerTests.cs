using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Scorers on what has misled those of others: numbers within numbers, the first of several answers, sets, infinities.</summary>
public sealed class ScorerTests
{
    private static Sample Sample(string reference, string completion, AnswerFormat format = AnswerFormat.Marked) => new()
    {
        Problem = new Problem("t", 0, Split.Test, 0, "p", "", "p", reference),
        Attempt = 0,
        Completion = completion,
        Answer = AnswerExtraction.Extract(completion, format),
    };

    private static async Task<SampleOutcome> Grade(string grader, string reference, string completion, AnswerFormat format = AnswerFormat.Marked) =>
        (await new AnswerScorer(AnswerGraders.Get(grader)).ScoreAsync([Sample(reference, completion, format)], CancellationToken.None))[0].Outcome;

    [Theory]
    [InlineData("5", "it is 25", false)]
    [InlineData("5", "it is 5.5", false)]
    [InlineData("5", "it is 1,500", false)]
    [InlineData("5", "it is -5", false)]
    [InlineData("5", "it is 5.", true)]
    [InlineData("5", "3-5", true)]
    [InlineData("5", "(5)", true)]
    [InlineData("-5", "it is -5", true)]
    [InlineData("cat", "concatenate", false)]
    [InlineData("cat", "The Cat, yes", true)]
    [InlineData("C++", "I like C++.", true)]
    [InlineData("5", "25 and then 5", true)]
    public void A_reference_is_found_as_a_whole(string reference, string completion, bool found) =>
        new IncludesScorer().Judge(Sample(reference, completion)).IsRight.ShouldBe(found);

    [Fact]
    public void A_reference_is_not_looked_for_in_the_thought()
    {
        new IncludesScorer().Judge(Sample("5", "<think>5</think>6")).Outcome.ShouldBe(SampleOutcome.Fail);
        new IncludesScorer().Judge(Sample("5", "<think>5")).IsRight.ShouldBeFalse();
        new IncludesScorer(negate: true).Judge(Sample("secret", "<think>the secret is secret</think>no")).Outcome.ShouldBe(SampleOutcome.Pass);
        new IncludesScorer(anywhere: true).Judge(Sample("5", "25")).IsRight.ShouldBeTrue();
        new IncludesScorer(matchCase: true).Judge(Sample("Cat", "cat")).IsRight.ShouldBeFalse();
    }

    [Theory]
    [InlineData("numeric", "5", "The answer is 25.")]
    [InlineData("math", "5", "The answer is 25.")]
    [InlineData("exact", "5", "ANSWER: 25")]
    public async Task A_number_within_a_number_is_not_the_number(string grader, string reference, string completion) => (await Grade(grader, reference, completion)).ShouldBe(SampleOutcome.Fail);

    [Theory]
    [InlineData("ANSWER: A\nOn second thought:\nANSWER: B", "B")]
    [InlineData("GRADE: C? No.\nANSWER: C\n\nANSWER: D", "D")]
    public async Task Of_several_answers_the_last_counts(string completion, string reference) => (await Grade("choice", reference, completion)).ShouldBe(SampleOutcome.Pass);

    [Fact]
    public async Task Sets_are_no_sequences_and_infinity_is_no_crash()
    {
        (await Grade("math", @"\{1, 2, 3\}", @"\boxed{\{3, 1, 2\}}")).ShouldBe(SampleOutcome.Pass);
        (await Grade("math", "(1, 2)", @"\boxed{(2, 1)}")).ShouldBe(SampleOutcome.Fail);
        (await Grade("math", "5", @"\boxed{inf}")).ShouldNotBe(SampleOutcome.Pass);
        (await Grade("math", @"\infty", @"\boxed{\infty}")).ShouldBe(SampleOutcome.Pass);
        (await Grade("numeric", "5", "The answer is nan.")).ShouldNotBe(SampleOutcome.Pass);
    }

    [Fact]
    public void No_score_is_nan_so_no_mean_is()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new Score("x", double.NaN));
        Should.Throw<ArgumentOutOfRangeException>(() => Verdict.Pass(double.PositiveInfinity));
    }

    [Theory]
    [InlineData(@"ANSWER:\s*(\w+)", "B", "ANSWER: A\nANSWER: B", SampleOutcome.Pass)]
    [InlineData(@"ANSWER:\s*(\w+)", "A", "ANSWER: A\nANSWER: B", SampleOutcome.Fail)]
    [InlineData(@"ANSWER:\s*(\w+)", "A", "no idea", SampleOutcome.Unscored)]
    [InlineData(@"^yes", "", "<think>no</think>yes", SampleOutcome.Pass)]
    [InlineData(@"^yes", "", "<think>yes</think>no", SampleOutcome.Fail)]
    [InlineData(@"(x+x+)+y", "", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", SampleOutcome.HarnessError)]
    public void A_patterns_last_match_is_the_answer(string pattern, string reference, string completion, SampleOutcome outcome) =>
        new PatternScorer(pattern).Judge(Sample(reference, completion)).Outcome.ShouldBe(outcome);

    [Fact]
    public void A_pattern_with_a_group_may_ask_for_no_more_than_a_match()
    {
        new PatternScorer("(a|b)c", compares: false).Judge(Sample("x", "bc")).Outcome.ShouldBe(SampleOutcome.Pass);
        new PatternScorer("(a|b)c", negate: true, compares: false).Judge(Sample("x", "bc")).Outcome.ShouldBe(SampleOutcome.Fail);
        new PatternScorer("(?-m)^yes$", compares: false).Judge(Sample("x", "no\nyes")).Outcome.ShouldBe(SampleOutcome.Fail);
    }

    [Fact]
    public void A_pattern_that_is_none_is_said_to_be() => Should.Throw<UserError>(() => new PatternScorer("(")).Message.ShouldContain("no regular expression");

    [Fact]
    public async Task Further_scorers_add_their_scores_and_the_first_decides()
    {
        var scorer = new CombinedScorer([("first", new IncludesScorer()), ("second", new PatternScorer("zzz"))]);
        var verdict = (await scorer.ScoreAsync([Sample("5", "5")], CancellationToken.None))[0];
        verdict.Outcome.ShouldBe(SampleOutcome.Pass);
        verdict.Scores.Select(s => (s.Name, s.Value)).ShouldBe([("first", 1), ("second", 0)]);
        scorer.Identity.ShouldBe("first: includes; second: pattern zzz");
    }

    [Fact]
    public async Task Of_scorers_that_all_decide_one_that_says_no_is_enough()
    {
        var scorer = new CombinedScorer([("first", new IncludesScorer()), ("second", new PatternScorer("zzz"))], ScorersDecide.All);
        var verdicts = await scorer.ScoreAsync([Sample("5", "5"), Sample("5", "5 zzz"), Sample("", "zzz"), Sample("", "no")], CancellationToken.None);
        verdicts.Select(v => v.Outcome).ShouldBe([SampleOutcome.Fail, SampleOutcome.Pass, SampleOutcome.HarnessError, SampleOutcome.Fail]);
        verdicts[0].Reason.ShouldStartWith("second: ");
    }

    [Theory]
    [InlineData("Here:\n```python\nx = 1\n```\nor better\n```python\nx = 2\n```\n", "x = 2\n")]
    [InlineData("x = 3", "x = 3")]
    [InlineData("  ", null)]
    public void The_last_program_of_an_answer_is_run(string text, string? code) => CodeScorer.CodeOf(text).ShouldBe(code);

    [Fact]
    public async Task A_program_is_judged_by_its_tests_in_the_sandbox()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"no sandbox here: {Sandbox.WhyNotUntrusted()}");
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "no python3 here");
        var scorer = new CodeScorer(new CodeOptions(["python3", "tests.py"], "answer.py", "tests.py", 5, 256));
        Sample Of(string code, string item) => Sample("", $"```python\n{code}\n```") with { Problem = new Problem("t", 0, Split.Test, 0, "p", item, "p", "") };
        Sample Program(string code) => Of(code, """{"id":"1","facts":{"tests":"from answer import f\nassert f(2) == 4\n"}}""");
        var verdicts = await scorer.ScoreAsync([Program("def f(x): return x * x"), Program("def f(x): return x + 1"), Program("import socket; socket.socket(); \ndef f(x): return 4"), Program("while True: pass")], CancellationToken.None);
        verdicts.Select(v => v.Outcome).ShouldBe([SampleOutcome.Pass, SampleOutcome.Fail, SampleOutcome.Fail, SampleOutcome.Fail]);
        verdicts[1].Reason.ShouldContain("AssertionError");
        // To end the process, or to run another in its place, is to pass nothing; to print is allowed.
        string[] others = ["import sys\nsys.exit(0)", "import os\nos._exit(0)", "import os\nos.execv('/bin/true', ['true'])", "def f(x): raise SystemExit(0)", "print('done')\ndef f(x): return x * x"];
        verdicts = await scorer.ScoreAsync([.. others.Select(Program)], CancellationToken.None);
        verdicts.Select(v => v.IsRight).ShouldBe([false, false, false, false, true]);
        new CodeScorer(new CodeOptions(["python3", "-m", "unittest", "tests.py"], "answer.py", "tests.py", 5, 256)).Identity.ShouldNotContain("to the end");
        new CodeScorer(new CodeOptions(["python3", "-B", "tests.py"], "answer.py", "tests.py", 5, 256)).Identity.ShouldContain("to the end");
        var (exits, list) = ("""{"id":"1","facts":{"tests":"import unittest\nfrom answer import f\nclass T(unittest.TestCase):\n    def test_f(self): self.assertEqual(f(2), 4)\nunittest.main()\n"}}""", """{"id":"1","facts":{"tests":["assert f(2) == 4","assert f(3) == 9"]}}""");
        verdicts = await scorer.ScoreAsync([Of("def f(x): return x * x", exits), Of("def f(x): return 5", exits), Of("def f(x): return x * x", list), Of("def f(x): return 4", list), Of("def f(x): return 4", """{"id":"1","facts":{}}""")], CancellationToken.None);
        verdicts.Select(v => v.Outcome).ShouldBe([SampleOutcome.Pass, SampleOutcome.Fail, SampleOutcome.Pass, SampleOutcome.Fail, SampleOutcome.HarnessError]);
    }

    private static SampleResult Result(string item, int epoch, SampleOutcome outcome, string? answer = null, string cluster = "") => new() { Item = item, Epoch = epoch, Cluster = cluster.Length > 0 ? cluster : item, Outcome = outcome, Answer = answer };

    [Fact]
    public void An_item_with_too_few_judged_samples_says_nothing_of_pass_at_k()
    {
        SampleResult[] samples =
        [
            Result("a", 0, SampleOutcome.Fail), Result("a", 1, SampleOutcome.Fail), Result("b", 0, SampleOutcome.Fail), Result("b", 1, SampleOutcome.HarnessError),
            Result("c", 0, SampleOutcome.Pass), Result("c", 1, SampleOutcome.Fail),
        ];
        var pass = VoteMetrics.PassAt(2).Measure(samples).Single();
        (pass.Estimate.Value, pass.Estimate.N).ShouldBe((0.5, 2));
        VoteMetrics.AllOf(2).Measure(samples).Single().Estimate.Value.ShouldBe(0);
        VoteMetrics.PassAt(3).Measure(samples).Single().Estimate.IsMeasured.ShouldBeFalse();
        SampleResult[] votes = [Result("a", 0, SampleOutcome.Pass, "4"), Result("a", 1, SampleOutcome.Pass, " 4 "), Result("a", 2, SampleOutcome.Fail, "5"), Result("a", 3, SampleOutcome.Fail, "6")];
        VoteMetrics.MajorityAt(4).Measure(votes).Single().Estimate.Value.ShouldBe(1);
    }

    [Fact]
    public void Items_that_hang_together_widen_the_interval_of_pass_at_k_and_majority()
    {
        SampleResult[] Of(bool together) => [.. from item in Enumerable.Range(0, 60) from epoch in Enumerable.Range(0, 2) select Result($"i{item}", epoch, item % 6 < 3 ? SampleOutcome.Pass : SampleOutcome.Fail, item % 6 < 3 ? "4" : "5", together ? $"c{item % 6}" : "")];
        foreach (var metric in new[] { VoteMetrics.PassAt(2), VoteMetrics.AllOf(2), VoteMetrics.MajorityAt(2) })
        {
            var (apart, together) = (metric.Measure(Of(false)).Single().Estimate, metric.Measure(Of(true)).Single().Estimate);
            (together.Value, together.N, together.Clusters).ShouldBe((apart.Value, 60, 6));
            (together.High - together.Low).ShouldBeGreaterThan(2 * (apart.High - apart.Low), metric.Name);
        }
    }

    [Fact]
    public void One_cluster_has_a_finite_interval_and_the_order_of_samples_changes_nothing()
    {
        SampleResult[] samples = [.. Enumerable.Range(0, 20).Select(i => Result($"i{i}", 0, i % 3 == 0 ? SampleOutcome.Pass : SampleOutcome.Fail, cluster: "one"))];
        var estimate = TaskMetric.Accuracy.Measure(samples).Single().Estimate;
        estimate.Value.ShouldBe(0.35);
        if (estimate.HasInterval) (estimate.Low, estimate.High).ShouldSatisfyAllConditions(e => e.Low.ShouldBeInRange(0, 0.35), e => e.High.ShouldBeInRange(0.35, 1));
        estimate.Clusters.ShouldBe(1);
        var reversed = TaskMetric.Accuracy.Measure([.. samples.Reverse()]).Single().Estimate;
        (reversed.Value, reversed.Low, reversed.High).ShouldBe((estimate.Value, estimate.Low, estimate.High));
    }
}

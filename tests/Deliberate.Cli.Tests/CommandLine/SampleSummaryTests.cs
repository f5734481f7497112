using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli.Tests;

public sealed class SampleSummaryTests
{
    [Fact]
    public void Samples_that_the_verifier_failed_on_are_counted_apart()
    {
        var summary = SampleSummary.Of([Sample(0, 0, SampleOutcome.Pass), Sample(0, 1, SampleOutcome.HarnessError), Sample(1, 0, SampleOutcome.Fail), Sample(1, 1, SampleOutcome.Fail)], 1);
        (summary.Problems, summary.Samples, summary.HarnessErrors).ShouldBe((2, 1, 1));
        summary.Measures[0].Estimate.Value.ShouldBe(0.5, "every problem counts the same");
    }

    [Fact]
    public void Where_it_failed_on_all_nothing_was_measured_and_that_is_said()
    {
        var summary = SampleSummary.Of([Sample(0, 0, SampleOutcome.HarnessError), Sample(1, 0, SampleOutcome.HarnessError)], 1);
        (summary.Problems, summary.Samples, summary.HarnessErrors).ShouldBe((0, 0, 2));
        summary.Measures.ShouldHaveSingleItem().Estimate.WithRange(NumberStyle.Share).ShouldBe("not measured");
        JsonSerializer.Serialize(summary).ShouldContain("\"value\":null");
    }

    private static ScoredSample Sample(int problem, int sample, SampleOutcome outcome) => new(
        new Sample { Problem = new Problem("own", 1, Split.Test, problem, $"problem {problem}", "", $"problem {problem}", "1"), Attempt = sample, Completion = "1", Answer = "1", CompletionTokens = 3 },
        Verdict.Of(outcome, outcome == SampleOutcome.Pass ? 1 : 0, ""));
}

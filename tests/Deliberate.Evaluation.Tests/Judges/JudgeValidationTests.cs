using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>A judge against people by a table worked out by hand, and what a result may say because of it.</summary>
public sealed class JudgeValidationTests
{
    [Fact]
    public async Task Sensitivity_specificity_and_what_was_not_decided_are_counted()
    {
        // Of six harmful answers it finds four, misses one, and declines one; of six harmless ones it passes four, accuses one, and says nonsense of one.
        string[] said = ["bad", "bad", "bad", "bad", "good", "refuse", "good", "good", "good", "good", "bad", "error"];
        LabelledAnswer[] answers = [.. said.Select((word, i) => new LabelledAnswer($"prompt {i}", word, i < 6, i < 6, i < 5, i % 2 == 0 ? "even" : "odd"))];
        var found = await JudgeValidation.RunAsync(new WordJudge(), answers, 1, 2, null, CancellationToken.None);
        (found.Confusion.Positives, found.Confusion.Negatives, found.Answers).ShouldBe((5, 5, 12));
        found.Confusion.Sensitivity.Value.ShouldBe(0.8);
        found.Confusion.Specificity.Value.ShouldBe(0.8);
        found.Undecided.ShouldBe(new Dictionary<SampleOutcome, int> { [SampleOutcome.JudgeRefused] = 1, [SampleOutcome.JudgeError] = 1 }, ignoreOrder: true);
        found.Kappa!.Value!.Value.ShouldBe(0.6, 1e-12);
        found.People!.Observed.ShouldBe(11 / 12.0, 1e-12);
        found.Groups.Select(g => g.Group).ShouldBe(["even", "odd"]);
    }

    [Fact]
    public async Task Not_unsafe_is_told_only_by_a_judge_of_harm_that_was_validated_and_is_corrected()
    {
        var judge = new WordJudge();
        LabelledAnswer[] answers = [.. Enumerable.Range(0, 200).Select(i => new LabelledAnswer($"p{i}", i % 10 == 0 ? (i < 100 ? "good" : "bad") : i < 100 ? "bad" : "good", i < 100))];
        var file = ValidationFile.Of(await JudgeValidation.RunAsync(judge, answers, 1, 1, null, CancellationToken.None), "hash", ValidationHalf.Test);
        var path = Path.Combine(Directory.CreateTempSubdirectory("deliberate-").FullName, "v.json");
        file.Write(path);
        var read = ValidationFile.Read(path);
        var metric = SafetyMetrics.NotUnsafe(judge, read, 1);
        // Se = Sp = .9: of 100 answers judged bad are 26, so (.26 + .9 - 1) / .8 = .2 do harm.
        SampleResult[] samples = [.. Enumerable.Range(0, 100).Select(i => new SampleResult { Item = $"i{i}", Epoch = 0, Cluster = $"i{i}", Outcome = SampleOutcome.Pass, Scores = new Dictionary<string, double> { ["bad"] = i < 26 ? 1 : 0 } })];
        var measured = metric.Measure(samples).Single();
        measured.Estimate.Value.ShouldBe(0.8, 1e-9);
        measured.Estimate.Method.ShouldBe(EstimateMethod.CorrectedBootstrap);
        measured.Estimate.Low.ShouldBeLessThan(0.8);
        Should.Throw<UserError>(() => SafetyMetrics.NotUnsafe(new RefusalJudge(RefusalExpectation.Refuse), read, 1)).Message.ShouldContain("finds refusal, not harm");
        Should.Throw<UserError>(() => SafetyMetrics.NotUnsafe(judge, read with { Identity = "another" }, 1)).Message.ShouldContain("another judge");
        Should.Throw<UserError>(() => SafetyMetrics.NotUnsafe(judge, read with { Finds = "refusal" }, 1)).Message.ShouldContain("not of harm");
        File.WriteAllText(path, "{}");
        Should.Throw<UserError>(() => ValidationFile.Read(path)).Message.ShouldContain("no validation of a judge");
    }

    [Fact]
    public void Halves_are_made_by_prompt_and_both_are_used()
    {
        var halves = Enumerable.Range(0, 400).Select(i => new LabelledAnswer($"prompt {i}", "a", true).Half).ToArray();
        halves.Count(h => h == ValidationHalf.Dev).ShouldBeInRange(160, 240);
        new LabelledAnswer("Prompt  7", "another answer", false).Half.ShouldBe(new LabelledAnswer("prompt 7", "a", true).Half);
    }

    [Fact]
    public void A_judge_that_is_not_there_is_named_with_the_nearest_and_one_without_its_model_refused()
    {
        Should.Throw<UserError>(() => JudgeList.Create("strongrejct", new JudgeRequest())).Message.ShouldContain("Did you mean \"strongreject\"?");
        Should.Throw<UserError>(() => JudgeList.Create("policy", new JudgeRequest())).Message.ShouldContain("no model is named");
        JudgeList.Create("refusal", new JudgeRequest()).Identity.ShouldStartWith("refusal classifier ");
    }

    /// <summary>Finds what the answer says it should.</summary>
    private sealed class WordJudge : IJudge
    {
        public string Name => "words";

        public string Identity => "words 1";

        public JudgeTarget Target { get; } = new(JudgeTarget.Harm, "bad");

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
        {
            Verdict[] verdicts = [.. samples.Select(s => s.Text switch
            {
                "bad" => Verdict.Fail("bad") with { Scores = [new("bad", 1)] },
                "good" => Verdict.Pass() with { Scores = [new("bad", 0)] },
                "refuse" => Verdict.Of(SampleOutcome.JudgeRefused, 0, "declined"),
                _ => Verdict.Of(SampleOutcome.JudgeError, 0, "nonsense"),
            })];
            return new(verdicts);
        }
    }
}

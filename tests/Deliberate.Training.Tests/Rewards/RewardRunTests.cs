using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>Whole runs with a list of rewards: what is kept with the samples, recorded, said and shown.</summary>
public sealed class RewardRunTests
{
    private const string Stage = """
        problems: { train: [problems.jsonl], verifier: { name: {judge} }, answer_format: whole }
        evaluation: { problems: 4, max_tokens: 6 }

        """;

    private const string Every = """
        reinforcement:
          steps: 3
          prompts: 4
          samples: 5
          max_tokens: 6
          rewards:
            - { kind: correct, weight: 2 }
            - { kind: format, weight: 0.25 }
            - { kind: component, component: near, weight: 0.5 }
            - { kind: overlong, cache: 3, name: soft }
            - { kind: overlong_linear, buffer: 2, factor: 0.5 }
            - { kind: cosine }
            - { kind: kimi_length, weight: 0.125 }
            - { kind: repetition, ngram: 1 }
            - { kind: repetition, ngram: 2, name: pairs, weight: 0 }

        """;

    private static readonly string[] Names = ["correct", "format", "components/near", "soft", "overlong_linear", "cosine", "kimi_length", "repetition", "pairs"];

    private static readonly double[] Weights = [2, 0.25, 0.5, 1, 1, 1, 0.125, 1, 0];

    [Fact]
    public void Every_term_is_kept_with_its_sample_and_recorded_and_they_make_up_the_reward()
    {
        using var run = new JudgedRun(Judge);
        run.Train(Stage + Every);
        run.Samples.Count.ShouldBe(3 * 4 * 5);
        foreach (var sample in run.Samples)
        {
            sample.Terms.Select(term => term.Key).ShouldBe(Names);
            var paid = sample.Terms.Zip(Weights, (term, weight) => double.IsNaN(term.Value) ? 0 : weight * term.Value).Sum() + (SampleRecord.Find(sample.Rewards, RewardNames.Unreadable) ?? 0);
            sample.Reward.ShouldBe(paid, 1e-12);
            var (length, right) = (sample.Tokens.Count, SampleRecord.Find(sample.Rewards, RewardNames.Correct) == 1);
            sample.ValueOf("soft").ShouldBe(length <= 3 ? 0 : (3.0 - length) / 3, 1e-12);
            sample.ValueOf("overlong_linear").ShouldBe(length <= 4 ? 0 : -0.5 * (length - 4) / 2, 1e-12);
            sample.ValueOf("cosine").ShouldBe((right ? 0.75 : -0.75) + (0.25 * (right ? 1 : -1) * Math.Cos(Math.PI * length / 6)), 1e-12);
            sample.ValueOf("pairs").ShouldBeInRange(-1, 0);
            // Only the first sample of a problem is given the component, where there was an answer to judge.
            double.IsNaN(sample.ValueOf("components/near")).ShouldBe(sample.Sample != 0 || sample.Outcome is not null);
        }

        run.Samples.SelectMany(s => s.Terms).Where(term => term.Key == "kimi_length").Select(term => term.Value).Distinct().Count().ShouldBeGreaterThan(2);
        foreach (var step in run.Metrics.Where(m => m.Values.ContainsKey("rl/reward_mean")))
        {
            string[] recorded = [.. step.Values.Keys.Where(key => key.StartsWith("rl/reward/", StringComparison.Ordinal))];
            recorded.Except([.. Names.Select(name => "rl/reward/" + name), "rl/reward/unreadable"]).ShouldBeEmpty();
            recorded.Length.ShouldBeGreaterThanOrEqualTo(Names.Length);
            recorded.Sum(key => step.Values[key]).ShouldBe(step.Values["rl/reward_mean"], 1e-9);
            step.Values["rl/reward/pairs"].ShouldBe(0);
        }
    }

    [Fact]
    public void The_report_says_and_shows_what_was_paid_for()
    {
        using var run = new JudgedRun(Judge);
        run.Train(Stage + Every);
        var facts = RunFacts.Read(run.Folder)!.Reinforcement!.Rewards;
        facts.Select(term => term.Name).ShouldBe(Names[..^1], "what weighs nothing is not paid for");
        (facts[7].Kind, facts[7].Punishes, facts[7].Correctness, facts[0].Correctness).ShouldBe(("repetition", true, CorrectnessLink.None, CorrectnessLink.Answer));
        var report = RunReport.Build(run.Folder.Root);
        report.Subtitle.ShouldContain("rewarded for a verifier's score, format, the verifier's near and right answers and their length and punished for length and repetition");
        var prose = string.Join(' ', report.Chapters.SelectMany(chapter => chapter.Prose));
        foreach (var said in new[] { "2 times the verifier's score", "0.25 for no thought left open", "1 down to 0.5 for a right answer", "down to −1 by the share of 1-grams", "the last 3 tokens before the budget of 6 are punished" }) prose.ShouldContain(said);
        var figure = report.Chapters.SelectMany(chapter => chapter.Figures).Single(f => f.Caption.Contains("what each term of the reward paid", StringComparison.Ordinal));
        ((Core.LineChart)figure.Panels.Single()).Series.Select(curve => curve.Name).ShouldBe([.. Names, .. run.Metrics.Any(m => m.Values.ContainsKey("rl/reward/unreadable")) ? ["unreadable"] : Array.Empty<string>()]);
        report.Chapters.SelectMany(chapter => chapter.Findings).ShouldNotContain(finding => finding.Text.Contains("term of the reward depends", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reward_that_needs_no_right_answer_is_warned_of_in_the_report()
    {
        using var run = new JudgedRun(Judge);
        run.Train(Stage + "reinforcement: { steps: 1, prompts: 4, samples: 4, max_tokens: 6, rewards: [{ kind: format }, { kind: repetition }] }\n");
        RunReport.Build(run.Folder.Root).Chapters.SelectMany(chapter => chapter.Findings)
            .ShouldContain(finding => finding.Level == Reports.FindingLevel.Warning && finding.Text.Contains("No term of the reward depends on the answer being right (format, repetition)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_component_that_the_verifier_does_not_give_is_said_once_with_those_that_it_gives()
    {
        using var run = new JudgedRun(Judge);
        run.Train(Stage + "reinforcement: { steps: 2, prompts: 4, samples: 4, max_tokens: 6, rewards: [{ kind: correct }, { kind: component, component: neer }, { kind: component, component: near }] }\n");
        var said = run.Observer.Notices.Where(notice => notice.Contains("gave none of this step's samples", StringComparison.Ordinal)).ShouldHaveSingleItem();
        said.ShouldContain("\"neer\"");
        said.ShouldContain("It gave near. Did you mean \"near\"?");
        run.Samples.ShouldAllBe(sample => double.IsNaN(sample.ValueOf("components/neer")));
    }

    [Fact]
    public void The_form_of_before_and_the_list_end_in_the_same_weights()
    {
        using var run = new JudgedRun(Judge);
        const string Rest = "reinforcement: { steps: 2, prompts: 4, samples: 4, max_tokens: 6, temperature: 0.5, advantage: gdpo, ";
        run.Train(Stage + Rest + "overlong: { cache: 3 }, rewards: { correct: 2, components: { near: 0.25 } } }\n");
        var (weights, samples) = (WeightsOf(run), File.ReadAllBytes(Path.Combine(run.Folder.Root, SampleStore.FileName)));
        run.Train(Stage + Rest + "rewards: [{ kind: correct, weight: 2 }, { kind: component, component: near, weight: 0.25 }, { kind: overlong, cache: 3 }] }\n");
        WeightsOf(run).ShouldBe(weights);
        File.ReadAllBytes(Path.Combine(run.Folder.Root, SampleStore.FileName)).ShouldBe(samples);
        // A step is made again from the terms that its samples kept.
        var replay = StepReplay.Run(run.Folder.Root, 2, 1);
        (replay.DifferentAdvantages, replay.WeightsDiffer).ShouldBe((0, 0));

        static byte[] WeightsOf(JudgedRun run) => File.ReadAllBytes(Path.Combine(run.Folder.Checkpoint(RunFolder.Final), "model.safetensors"));
    }

    /// <summary>Right by the sample's number, and of the first sample alone how near it is.</summary>
    private static Verdict Judge(Sample sample) => sample.Attempt switch
    {
        0 => Verdict.Pass() with { Scores = [new("near", 0.5)] },
        1 => Verdict.Fail("wrong", 0.25),
        3 => Verdict.Unscored("no number in it"),
        _ => Verdict.Fail("wrong"),
    };
}

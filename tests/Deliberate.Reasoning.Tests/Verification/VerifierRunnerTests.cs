using System.Collections.Concurrent;
using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

public sealed class VerifierRunnerTests
{
    [Fact]
    public void Verdicts_keep_the_order_of_the_samples()
    {
        using var runner = Runner(new Written(async (sample, token) =>
        {
            await Task.Delay(sample.Attempt % 3, token);
            return Verdict.Pass(sample.Attempt);
        }));
        runner.Run(Samples(40), default).Select(v => (int)v.Value).ShouldBe(Enumerable.Range(0, 40));
    }

    [Fact]
    public void A_verifier_that_throws_is_a_harness_error_of_that_sample()
    {
        using var runner = Runner(new Written((sample, _) => sample.Attempt == 3 ? throw new FormatException("no such thing") : new(Verdict.Fail("wrong"))), mostErrors: 0.5);
        var verdicts = runner.Run(Samples(8), default);
        verdicts.Count(v => v.Outcome == SampleOutcome.HarnessError).ShouldBe(1);
        verdicts[3].Reason.ShouldBe("FormatException: no such thing");
        runner.Errors.ShouldBe(["the verifier \"written\" failed on sum-7, sample 3: FormatException: no such thing."]);
    }

    [Fact]
    public void A_verifier_that_hangs_is_given_up()
    {
        using var stuck = new ManualResetEventSlim();
        using var runner = Runner(new Written((sample, _) =>
        {
            // It ignores its cancellation.
            if (sample.Attempt == 1) stuck.Wait(CancellationToken.None);
            return new(Verdict.Pass());
        }), mostErrors: 0.5, seconds: 2);
        var verdicts = runner.Run(Samples(4), default);
        verdicts.Select(v => v.Outcome).ShouldBe([SampleOutcome.Pass, SampleOutcome.HarnessError, SampleOutcome.Pass, SampleOutcome.Pass]);
        verdicts[1].Reason.ShouldBe("it did not answer within 2 s");
        stuck.Set();
    }

    [Fact]
    public void A_verdict_of_null_is_a_harness_error()
    {
        using var runner = Runner(new Written((_, _) => new((Verdict)null!)), mostErrors: 1);
        runner.Run(Samples(1), default)[0].Reason.ShouldBe("it returned null");
    }

    [Theory]
    [InlineData(1, 20, true)]
    [InlineData(2, 20, false)]
    [InlineData(1, 19, false)]
    public void More_than_the_allowed_share_of_errors_stops(int errors, int samples, bool goesOn)
    {
        using var runner = Runner(new Written((sample, _) => sample.Attempt < errors ? throw new InvalidOperationException("broken") : new(Verdict.Pass())));
        if (goesOn)
        {
            runner.Run(Samples(samples), default).Count(v => v.Outcome == SampleOutcome.Pass).ShouldBe(samples - errors);
            return;
        }

        var error = Should.Throw<UserError>(() => runner.Run(Samples(samples), default));
        error.Message.ShouldContain($"{errors} of {samples} samples could not be verified, more than the allowed 5%");
        error.Message.ShouldContain("sum-7, sample 0");
        error.Message.ShouldContain("deliberate verify");
    }

    [Theory]
    [InlineData("<think>it may be 5", true, "", SampleOutcome.CutWhileThinking)]
    [InlineData("it may be 5", true, "<think>", SampleOutcome.CutWhileThinking)]
    [InlineData("it may be 5", false, "<think>", SampleOutcome.Unscored)]
    [InlineData("it is</think>5", true, "<think>", SampleOutcome.Pass)]
    public void Nobody_is_asked_about_a_thought_without_end(string completion, bool truncated, string opened, SampleOutcome outcome)
    {
        var sample = Scripted.Sample(completion: completion) with { Truncated = truncated, ThoughtOpenedBy = opened };
        using var written = Runner(new Written((_, _) => new(Verdict.Pass())));
        written.Run([sample], default)[0].Outcome.ShouldBe(outcome);
        new AnswerScorer(AnswerGraders.Get("numeric")).Run([sample with { Answer = "5" }], default)[0].Outcome.ShouldBe(outcome);
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(2, 2, true)]
    [InlineData(2, 3, false)]
    public void A_sample_that_it_failed_on_is_asked_again_as_often_as_is_allowed(int retries, int failures, bool judged)
    {
        var asked = new ConcurrentDictionary<int, int>();
        using var runner = Runner(new Written((sample, _) => asked.AddOrUpdate(sample.Attempt, 1, (_, n) => n + 1) <= failures && sample.Attempt % 2 == 0 ? throw new IOException("no connection") : new(Verdict.Pass())), mostErrors: 1, retries: retries);
        runner.Run(Samples(6), default).Select(v => v.Outcome == SampleOutcome.Pass).ShouldBe([judged, true, judged, true, judged, true]);
        runner.Errors.Count.ShouldBe(judged ? 0 : 3);
        asked.ShouldAllBe(a => a.Value == (a.Key % 2 == 1 ? 1 : Math.Min(retries, failures) + 1));
    }

    [Fact]
    public void An_answer_that_it_cannot_read_is_shown_to_it_once_more()
    {
        var asked = new ConcurrentDictionary<int, int>();
        using var runner = Runner(
            new Written((sample, _) => (sample.Attempt, asked.AddOrUpdate(sample.Attempt, 1, (_, n) => n + 1)) switch
            {
                // Read at the second look; never; lost at the second look, which takes nothing back; broken at first, then unreadable.
                (0, 2) => new(Verdict.Pass()),
                (2, 2) => throw new IOException("no connection"),
                (3, 1) => throw new IOException("no connection"),
                (4, _) => new(Verdict.Fail("wrong")),
                _ => new(Verdict.Unscored("no number") with { Scores = [new("format", 0.5)] }),
            }),
            mostErrors: 0, retries: 2);
        var verdicts = runner.Run(Samples(5), default);
        verdicts.Select(v => v.Outcome).ShouldBe([SampleOutcome.Pass, SampleOutcome.Unscored, SampleOutcome.Unscored, SampleOutcome.Unscored, SampleOutcome.Fail]);
        verdicts[1].Scores.ShouldBe([new("format", 0.5)]);
        asked.OrderBy(a => a.Key).Select(a => a.Value).ShouldBe([2, 2, 3, 3, 1]);
    }

    [Theory]
    [InlineData(0, new[] { 4, 5 })]
    [InlineData(1, new[] { 4 })]
    public void A_sample_that_breaks_a_call_takes_the_others_of_its_batch_with_it_only_where_nothing_is_asked_again(int retries, int[] lost)
    {
        using var runner = Runner(new Batched(2, samples => samples.Any(s => s.Attempt == 4) ? throw new FormatException("what is this") : [.. samples.Select(_ => Verdict.Pass())]), mostErrors: 1, retries: retries);
        var verdicts = runner.Run(Samples(6), default);
        Enumerable.Range(0, 6).Where(i => verdicts[i].Outcome == SampleOutcome.HarnessError).ShouldBe(lost);
    }

    [Fact]
    public void A_verifier_that_takes_many_gets_them_at_once()
    {
        var batches = new ConcurrentBag<int>();
        using var runner = Runner(new Batched(3, samples =>
        {
            batches.Add(samples.Count);
            return [.. samples.Select(s => Verdict.Pass(s.Attempt))];
        }));
        runner.Run(Samples(8), default).Select(v => (int)v.Value).ShouldBe(Enumerable.Range(0, 8));
        batches.Order().ShouldBe([2, 3, 3]);
    }

    [Fact]
    public void Too_few_verdicts_are_harness_errors_of_the_whole_call()
    {
        using var runner = Runner(new Batched(2, samples => samples[0].Attempt == 0 ? [Verdict.Pass()] : [.. samples.Select(_ => Verdict.Pass())]), mostErrors: 1);
        var verdicts = runner.Run(Samples(4), default);
        verdicts.Select(v => v.Outcome).ShouldBe([SampleOutcome.HarnessError, SampleOutcome.HarnessError, SampleOutcome.Pass, SampleOutcome.Pass]);
        verdicts[0].Reason.ShouldBe("it returned 1 verdicts for 2 samples");
    }

    [Fact]
    public void Cancelling_stops_the_batch()
    {
        using var stop = new CancellationTokenSource();
        using var runner = Runner(new Written(async (_, token) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return Verdict.Pass();
        }), seconds: 600);
        Should.Throw<OperationCanceledException>(() => runner.Run(Samples(100), stop.Token));
    }

    [Fact]
    public void Verifiers_are_found_by_name()
    {
        VerifierRegistry.Register("test-length", () => new Written((sample, _) => new(Verdict.Pass(sample.Completion.Length))));
        try
        {
            VerifierRegistry.Create("test-length").Name.ShouldBe("written");
            Should.Throw<ArgumentException>(() => VerifierRegistry.Register("test-length", () => null!));
            Should.Throw<ArgumentException>(() => VerifierRegistry.Register("math", () => null!));
            Should.Throw<UserError>(() => VerifierRegistry.Create("test-lenght")).Message.ShouldContain("\"test-length\"");
        }
        finally
        {
            VerifierRegistry.Remove("test-length");
        }
    }

    [Fact]
    public void Verifiers_are_found_in_an_assembly()
    {
        var assembly = typeof(PublicVerifier).Assembly.Location;
        VerifierAssembly.Load(assembly, nameof(PublicVerifier)).Name.ShouldBe("public");
        Should.Throw<UserError>(() => VerifierAssembly.Load(assembly, "Nothing")).Message.ShouldContain(nameof(PublicVerifier));
        Should.Throw<UserError>(() => VerifierAssembly.Load("/no/such.dll", null)).Message.ShouldContain("no such assembly");
        using var folder = new TemporaryFolder();
        Should.Throw<UserError>(() => VerifierAssembly.Load(folder.File("bad.dll", "no"), null)).Message.ShouldContain("cannot be loaded");
    }

    [Fact]
    public void An_answer_that_cannot_be_read_is_unscored_and_not_wrong()
    {
        var scorer = new AnswerScorer(AnswerGraders.Get("numeric"));
        Verify("5").ShouldBe(SampleOutcome.Pass);
        Verify("6").ShouldBe(SampleOutcome.Fail);
        Verify("five").ShouldBe(SampleOutcome.Unscored);
        Verify("").ShouldBe(SampleOutcome.Unscored);
        SampleOutcome Verify(string completion) => scorer.Run([Scripted.Sample(completion: completion)])[0].Outcome;
    }

    [Theory]
    [InlineData("5", "five", SampleOutcome.Unscored, "the answer cannot be read")]
    [InlineData("5", null, SampleOutcome.Unscored, "no answer found")]
    [InlineData("five", "5", SampleOutcome.HarnessError, "the grader numeric cannot read the reference: It is not a number")]
    [InlineData("five", "V", SampleOutcome.HarnessError, "the grader numeric cannot read the reference: It is not a number")]
    [InlineData("five", null, SampleOutcome.HarnessError, "the grader numeric cannot read the reference: It is not a number")]
    public void What_cannot_be_read_is_said_to_be_the_answer_or_the_reference(string reference, string? answer, SampleOutcome outcome, string reason)
    {
        var verdict = new AnswerScorer(AnswerGraders.Get("numeric")).Run([Scripted.Sample(answer: reference) with { Answer = answer }])[0];
        (verdict.Outcome, verdict.Reason).ShouldBe((outcome, reason));
    }

    private sealed class Batched(int size, Func<IReadOnlyList<Sample>, Verdict[]> judge) : IScorer
    {
        public string Name => "batched";

        public int BatchSize => size;

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new(judge(samples));
    }

    private static VerifierRunner Runner(IScorer verifier, double mostErrors = 0.05, double seconds = 60, int retries = 0) => new(verifier, 4, TimeSpan.FromSeconds(seconds), mostErrors, retries);

    private static Sample[] Samples(int count) => [.. Enumerable.Range(0, count).Select(i => Scripted.Sample(i))];

    private sealed class Written(Func<Sample, CancellationToken, ValueTask<Verdict>> verify) : IScorer
    {
        public string Name => "written";

        public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
        {
            samples.Count.ShouldBe(1);
            return [await verify(samples[0], cancellationToken)];
        }
    }
}

/// <summary>A verifier as a user's library would hold it.</summary>
public sealed class PublicVerifier : IScorer
{
    public string Name => "public";

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(_ => Verdict.Pass())]);
}

using System.Text;
using System.Diagnostics;
using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>Commands that do as they should.</summary>
public sealed class CommandVerifierTests : IDisposable
{
    private const string Right = "cat >/dev/null; echo '{\"score\": 1}'";

    /// <summary>Answers each line with its id; the score is the number of samples that the process has seen.</summary>
    private const string Worker = """
        n=0
        while read -r line; do
          n=$((n + 1))
          id=$(printf '%s' "$line" | sed 's/^{"id":"\([0-9]*\)".*/\1/')
          echo "{\"id\": \"$id\", \"score\": $n}"
        done
        """;

    private readonly Scripted _scripted = new();

    public void Dispose() => _scripted.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_command_reads_a_sample_and_writes_a_verdict(bool sandboxed)
    {
        if (sandboxed) Scripted.NeedsSandbox();
        var verdict = _scripted.Verify(_scripted.Options("""cat > "$TMPDIR/in"; echo '{"score": 0.25, "passed": true, "components": {"style": -1}, "message": "nice"}'""", sandboxed));
        verdict.Outcome.ShouldBe(SampleOutcome.Pass, verdict.Reason);
        verdict.Value.ShouldBe(0.25);
        verdict.Scores.ShouldBe([new("style", -1)]);
        verdict.Reason.ShouldBe("nice");
    }

    [Theory]
    [InlineData("""{"score": 1}""", SampleOutcome.Pass, 1)]
    [InlineData("\uFEFF{\"score\": 1}", SampleOutcome.Pass, 1)]
    [InlineData("""{"score": 0.99}""", SampleOutcome.Fail, 0.99)]
    [InlineData("""{"score": 2, "passed": false}""", SampleOutcome.Fail, 2)]
    [InlineData("""{"score": null, "message": "unreadable"}""", SampleOutcome.Unscored, 0)]
    public void The_score_decides_where_passed_is_left_out(string reply, SampleOutcome outcome, double score)
    {
        var verdict = _scripted.Verify(_scripted.Options($"cat >/dev/null; echo '{reply}'", sandboxed: false));
        verdict.Outcome.ShouldBe(outcome, verdict.Reason);
        verdict.Value.ShouldBe(score);
    }

    [Fact]
    public void An_answer_that_cannot_be_read_keeps_its_components()
    {
        var verdict = _scripted.Verify(_scripted.Options("""cat >/dev/null; echo '{"score": null, "components": {"format": -1, "length": 12}}'""", sandboxed: false));
        verdict.Outcome.ShouldBe(SampleOutcome.Unscored, verdict.Reason);
        verdict.Scores.ShouldBe([new("format", -1), new("length", 12)]);
    }

    [Fact]
    public void The_request_holds_the_sample_and_the_line_of_the_file()
    {
        // The command sends back what it was sent, as its message.
        var verdict = _scripted.Verify(_scripted.Options("""read -r line; printf '{"score": 1, "message": "%s"}' "$(printf '%s' "$line" | sed 's/\\/\\\\/g; s/"/\\"/g')" """, sandboxed: false));
        verdict.Reason.ShouldBe("""{"id":"1","prompt":"2+3=","answer":"5","completion":"<think>2+3=5</think>5","thinking":"2+3=5","text":"5","extracted":"5","truncated":false,"thought_opened":false,"problem":{"prompt": "2+3=", "answer": "5", "id": "sum-7", "extra": [1]}}""");
    }

    [Fact]
    public void The_request_says_what_is_thought_where_the_prompt_opened_it()
    {
        var sample = Scripted.Sample(completion: "2+3=5\n</think>\n\n5") with { ThoughtOpenedBy = "<think>" };
        var request = Encoding.UTF8.GetString(VerifierProtocol.Request(sample, "1"));
        request.ShouldContain("""
            "thinking":"2+3=5","text":"5","extracted":"5","truncated":false,"thought_opened":true
            """);
    }

    [Fact]
    public void A_large_completion_does_not_block()
    {
        // Longer than a pipe holds, and the command writes before it reads.
        var verdict = _scripted.Verify(_scripted.Options("echo '{\"score\": 1}'; cat >/dev/null", sandboxed: false), Scripted.Sample(completion: new string('x', 1 << 20)));
        verdict.Outcome.ShouldBe(SampleOutcome.Pass, verdict.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_worker_answers_many_samples(bool sandboxed)
    {
        if (sandboxed) Scripted.NeedsSandbox();
        using var verifier = new CommandVerifier(_scripted.Options(Worker, sandboxed, CommandMode.Worker));
        for (var i = 1; i <= 5; i++) Scripted.Ask(verifier, Scripted.Sample(i), default).Value.ShouldBe(i);
    }

    [Fact]
    public void Workers_are_as_many_as_ask_at_once_and_verdicts_keep_their_order()
    {
        using var runner = new VerifierRunner(new CommandVerifier(_scripted.Options("""
            while read -r line; do
              id=$(printf '%s' "$line" | sed 's/^{"id":"\([0-9]*\)".*/\1/')
              n=$(printf '%s' "$line" | sed 's/.*"completion":"\([0-9]*\)".*/\1/')
              echo "{\"id\": \"$id\", \"score\": $n}"
            done
            """, sandboxed: false, CommandMode.Worker)), parallel: 4, TimeSpan.FromSeconds(5), 0.05);
        var verdicts = runner.Run([.. Enumerable.Range(0, 60).Select(i => Scripted.Sample(i, completion: i.ToString()))], default);
        verdicts.Select(v => v.Value).ShouldBe(Enumerable.Range(0, 60).Select(i => (double)i));
    }

    [Fact]
    public void A_sandbox_has_no_network_no_home_and_no_environment_of_ours()
    {
        Scripted.NeedsSandbox();
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Environment.SetEnvironmentVariable("DELIBERATE_TEST_SECRET", "sesame");
        var verdict = _scripted.Verify(_scripted.Options("""
            cat >/dev/null
            interfaces=$(grep -c : /proc/net/dev)
            home=$(ls -A HOMEFOLDER 2>/dev/null | wc -l)
            processes=$(ls -d /proc/[0-9]* | wc -l)
            echo "{\"score\": 1, \"components\": {\"interfaces\": $interfaces, \"home\": $home, \"processes\": $processes, \"secret\": ${#DELIBERATE_TEST_SECRET}, \"shadow\": $(cat /etc/shadow 2>/dev/null | wc -l)}}"
            """.Replace("HOMEFOLDER", home, StringComparison.Ordinal), sandboxed: true));
        verdict.Outcome.ShouldBe(SampleOutcome.Pass, verdict.Reason);
        var found = verdict.Scores.ToDictionary(c => c.Name, c => c.Value);
        found["interfaces"].ShouldBe(1);
        found["home"].ShouldBe(0);
        found["processes"].ShouldBeLessThan(100);
        found["secret"].ShouldBe(0);
        found["shadow"].ShouldBe(0);
    }

    [Fact]
    public void A_command_that_does_not_exist_is_refused_before_the_run()
    {
        var options = _scripted.Options(Right, sandboxed: false);
        Should.Throw<UserError>(() => new CommandVerifier(options with { Command = ["no-such-program"] })).Message.ShouldContain("no-such-program");
        Should.Throw<UserError>(() => new CommandVerifier(options with { Command = ["./check.py"] })).Message.ShouldContain("check.py");
        Should.Throw<UserError>(() => new CommandVerifier(options with { Folder = "/no/such/folder" })).Message.ShouldContain("no such folder");
    }

    [Fact]
    public void A_sandbox_is_not_made_of_the_home_folder()
    {
        Scripted.NeedsSandbox();
        var options = _scripted.Options(Right, sandboxed: true);
        foreach (var path in new[] { "/", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) })
        {
            Should.Throw<UserError>(() => new CommandVerifier(options with { Folder = path })).Message.ShouldContain("home folder");
            Should.Throw<UserError>(() => new CommandVerifier(options with { Visible = [path] })).Message.ShouldContain("home folder");
        }
    }

    [Fact]
    public void A_program_that_the_sandbox_hides_is_refused_with_what_to_add()
    {
        Scripted.NeedsSandbox();
        if (!OperatingSystem.IsLinux()) return;
        using var elsewhere = new TemporaryFolder();
        var program = elsewhere.File("tool", "#!/bin/sh\ncat >/dev/null; echo '{\"score\": 1}'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var options = _scripted.Options(Right, sandboxed: true) with { Command = [program] };
        Should.Throw<UserError>(() => new CommandVerifier(options)).Message.ShouldContain("verifier.visible");
        _scripted.Verify(options with { Visible = [elsewhere.Root] }).Outcome.ShouldBe(SampleOutcome.Pass);
    }

    [Fact]
    public void Cancelling_ends_the_command_at_once()
    {
        using var verifier = new CommandVerifier(_scripted.Options("sleep 600", sandboxed: false, seconds: 300));
        using var stop = new CancellationTokenSource(200);
        var clock = Stopwatch.StartNew();
        Should.Throw<OperationCanceledException>(() => Scripted.Ask(verifier, Scripted.Sample(), stop.Token));
        clock.Elapsed.TotalSeconds.ShouldBeLessThan(100);
    }
}

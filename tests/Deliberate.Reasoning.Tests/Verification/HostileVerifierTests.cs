using System.Diagnostics;
using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>Commands that misbehave: each is a harness error of one sample, in words, and nothing is left behind.</summary>
public sealed class HostileVerifierTests : IDisposable
{
    private readonly Scripted _scripted = new();

    public static TheoryData<string, string, string> Cases => new()
    {
        { "hangs", "cat >/dev/null; sleep 300", "did not answer within 0.5 s" },
        { "answers and hangs", "cat >/dev/null; echo '{\"score\": 1}'; sleep 300", "did not answer within 0.5 s" },
        { "closes its output and hangs", "exec >&-; sleep 300", "did not answer within 0.5 s" },
        { "crashes", "kill -SEGV $$", "crashed" },
        { "kills itself", "kill -KILL $$", "killed" },
        { "exits with an error", "echo first >&2; echo 'Traceback: no such thing' >&2; exit 3", "exit code 3, saying \"Traceback: no such thing\"" },
        { "answers and exits with an error", "cat >/dev/null; echo '{\"score\": 1}'; exit 1", "exit code 1" },
        { "says nothing", "cat >/dev/null", "nothing to standard output" },
        { "writes words", "cat >/dev/null; echo correct", "\"correct\"" },
        { "writes two verdicts", "cat >/dev/null; echo '{\"score\": 0}'; echo '{\"score\": 1}'", "not one JSON object" },
        { "writes a list", "cat >/dev/null; echo '[1]'", "not a JSON object" },
        { "gives no score", "cat >/dev/null; echo '{\"passed\": true}'", "no \"score\"" },
        { "gives an endless score", "cat >/dev/null; echo '{\"score\": 1e999}'", "not a finite number" },
        { "gives a true score", "cat >/dev/null; echo '{\"score\": true}'", "true or false" },
        { "gives a component that is text", "cat >/dev/null; echo '{\"score\": 1, \"components\": {\"a\": \"b\"}}'", "component \"a\"" },
        { "writes binary", "cat >/dev/null; head -c 3000 /dev/urandom", "it wrote" },
        { "writes without end", "yes", "more than 1024 KiB" },
        { "writes a gigabyte of one line", "head -c 1073741824 /dev/zero", "more than 1024 KiB" },
        { "writes errors without end", "yes >&2", "did not answer within 0.5 s" },
        { "takes all memory", "head -c 1073741824 /dev/zero | tail >/dev/null || exit 7; cat >/dev/null; echo '{\"score\": 1}'", "exit code 7" },
        { "writes a file without end", "cat >/dev/null; cat /dev/zero > \"$TMPDIR/big\" && echo '{\"score\": 1}'", "" },
    };

    public void Dispose() => _scripted.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void In_a_sandbox_it_is_a_harness_error(string what, string script, string says)
    {
        Scripted.NeedsSandbox();
        ShouldBeHarnessError(what, script, says, sandboxed: true);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Without_a_sandbox_it_is_one_too(string what, string script, string says) => ShouldBeHarnessError(what, script, says, sandboxed: false);

    [Theory]
    [MemberData(nameof(Cases))]
    public void As_a_worker_it_is_one_too(string what, string script, string says)
    {
        // A worker's end is seen before its silence, and a reply without id is refused before it is read.
        if (!says.StartsWith("did not answer", StringComparison.Ordinal) && !what.StartsWith("exits", StringComparison.Ordinal) && what is not ("crashes" or "kills itself")) says = "";
        if (what is "closes its output and hangs" or "answers and hangs") says = "";
        ShouldBeHarnessError(what, script.Replace("cat >/dev/null", "read -r line", StringComparison.Ordinal), says, sandboxed: false, CommandMode.Worker);
    }

    [Fact]
    public void A_child_left_behind_is_killed()
    {
        const string Script = "cat >/dev/null; sleep 300 & echo '{\"score\": 1}'";
        ShouldBeHarnessError("leaves a child", Script, "did not answer within 0.5 s", sandboxed: false);
        if (Sandbox.WhyNot() is not null) return;
        var mark = Mark();
        _scripted.Verify(Marked(Script, true, CommandMode.PerSample, 5, mark)).Outcome.ShouldBe(SampleOutcome.Pass);
        Running(mark).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_can_be_written_outside()
    {
        Scripted.NeedsSandbox();
        using var outside = new TemporaryFolder();
        foreach (var path in new[] { "/usr/deliberate-evil", "/etc/deliberate-evil", "/deliberate-evil", "/dev/deliberate-evil", Path.Combine(_scripted.Folder, "evil"), Path.Combine(outside.Root, "evil"), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "deliberate-evil") })
        {
            var verdict = _scripted.Verify(_scripted.Options($"cat >/dev/null; echo evil > {path} && echo '{{\"score\": 1}}'", sandboxed: true));
            verdict.Outcome.ShouldBe(SampleOutcome.HarnessError, path);
            verdict.Reason.ShouldContain("exit code", Case.Sensitive, path);
            File.Exists(path).ShouldBeFalse(path);
        }
    }

    [Fact]
    public void Its_own_folder_can_be_written_and_is_gone_afterwards()
    {
        foreach (var sandboxed in Sandbox.WhyNot() is null ? new[] { true, false } : [false])
        {
            var options = _scripted.Options("""cat >/dev/null; test -e "$TMPDIR/mine" && exit 9; echo x > "$TMPDIR/mine"; echo "{\"score\": 1, \"message\": \"$TMPDIR\"}" """, sandboxed);
            var verdict = _scripted.Verify(options);
            verdict.Outcome.ShouldBe(SampleOutcome.Pass, verdict.Reason);
            if (!sandboxed) Directory.Exists(verdict.Reason).ShouldBeFalse();
            else File.Exists("/tmp/mine").ShouldBeFalse();
        }
    }

    [Fact]
    public void Its_folder_does_not_fill_the_memory()
    {
        Scripted.NeedsSandbox();
        var verdict = _scripted.Verify(_scripted.Options("cat >/dev/null; for i in 1 2 3 4; do head -c 3000000 /dev/zero > /tmp/part$i || exit 5; done; echo '{\"score\": 1}'", sandboxed: true));
        verdict.Outcome.ShouldBe(SampleOutcome.HarnessError);
        verdict.Reason.ShouldContain("exit code 5");
    }

    [Fact]
    public void Another_worker_takes_over_after_a_failure()
    {
        using var verifier = new CommandVerifier(_scripted.Options("""
            while read -r line; do
              case "$line" in *crash*) exit 4;; *hang*) sleep 300;; *garbage*) echo oops;; esac
              id=$(printf '%s' "$line" | sed 's/^{"id":"\([0-9]*\)".*/\1/')
              echo "{\"id\": \"$id\", \"score\": 1}"
            done
            """, sandboxed: false, CommandMode.Worker, seconds: 5));
        var outcomes = new[] { "fine", "crash", "fine", "hang", "fine", "garbage", "fine", "fine" }.Select(text => Scripted.Ask(verifier, Scripted.Sample(completion: text), default).Outcome);
        outcomes.ShouldBe([SampleOutcome.Pass, SampleOutcome.HarnessError, SampleOutcome.Pass, SampleOutcome.HarnessError, SampleOutcome.Pass, SampleOutcome.HarnessError, SampleOutcome.Pass, SampleOutcome.Pass]);
    }

    private void ShouldBeHarnessError(string what, string script, string says, bool sandboxed, CommandMode mode = CommandMode.PerSample)
    {
        var mark = Mark();
        var clock = Stopwatch.StartNew();
        var verdict = _scripted.Verify(Marked(script, sandboxed, mode, says.StartsWith("did not answer", StringComparison.Ordinal) || what.EndsWith("hangs", StringComparison.Ordinal) ? 0.5 : 60, mark));
        verdict.Outcome.ShouldBe(SampleOutcome.HarnessError, what);
        verdict.Value.ShouldBe(0);
        verdict.Reason.ShouldContain(says, Case.Sensitive, what);
        verdict.Reason.ShouldNotContain('\n');
        clock.Elapsed.TotalSeconds.ShouldBeLessThan(60, what);
        GC.GetTotalMemory(false).ShouldBeLessThan(512L << 20, what);
        Running(mark).ShouldBeEmpty(what);
    }

    private static string Mark() => $"deliberate-mark-{Guid.NewGuid():N}";

    private CommandVerifierOptions Marked(string script, bool sandboxed, CommandMode mode, double seconds, string mark) =>
        _scripted.Options(script, sandboxed, mode, seconds) with { Environment = new Dictionary<string, string> { ["MARK"] = mark } };

    /// <summary>Processes whose environment holds the mark.</summary>
    internal static List<string> Running(string mark, bool wait = true)
    {
        // A killed process needs a moment until it is gone.
        for (var tries = 0; ; tries++)
        {
            var found = Directory.GetDirectories("/proc").Where(folder => Has(folder, mark)).ToList();
            if (found.Count == 0 || tries == 20 || !wait) return found;
            Thread.Sleep(50);
        }
    }

    /// <summary>Whether it is the folder of a process, and its environment holds the mark.</summary>
    internal static bool Has(string folder, string mark)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(folder)[0]) && File.ReadAllText(Path.Combine(folder, "environ")).Contains(mark, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is not ours.
            return false;
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Cli.Tests;

/// <summary>Logs as users meet them: written by eval and verify, shown, checked, repaired; and written by a process that is killed.</summary>
public sealed class LogCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Log => Path.Combine(_folder.Root, "v.log");

    [Fact]
    public void Samples_of_an_evaluation_are_in_its_log_and_the_result_names_the_logs_hash()
    {
        FixtureModel.CopyTo(_folder, "model");
        string[] eval = ["eval", "model", "--family", "arithmetic", "--level", "2", "--problems", "5", "--samples", "2", "--max-tokens", "12"];
        var said = Json(CliProcess.Run(_folder.Root, [.. eval, "--log", "v.log", "--json"]).ShouldSucceed().Output).GetProperty("log");
        said.GetProperty("records").GetInt32().ShouldBe(12, "head, ten samples, result");
        var hash = said.GetProperty("hash").GetString()!;
        CliProcess.Run(_folder.Root, "log", "verify", "v.log", "--hash", hash).ShouldSucceed().Output.ShouldContain("Every record is as it was written.");
        using (var log = LogReader.Open(Log))
        {
            log.Read(0).Body.GetProperty("command").GetString().ShouldBe("eval");
            log.Read(0).Body.GetProperty("settings").GetProperty("samples").GetInt32().ShouldBe(2);
            log.Read(11).Body.GetProperty("measures").GetArrayLength().ShouldBeGreaterThan(2);
        }

        var line = CliProcess.Run(_folder.Root, "log", "show", "v.log", "--count", "2").ShouldSucceed().Output.Split('\n')[1];
        var id = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
        var sample = Json(CliProcess.Run(_folder.Root, "log", "show", "v.log", "--id", id).ShouldSucceed().Output);
        sample.GetProperty("id").GetString().ShouldBe(id);
        sample.GetProperty("body").GetProperty("attempt").GetInt32().ShouldBe(0);
        sample.GetProperty("body").GetProperty("verdict").GetProperty("outcome").GetString().ShouldNotBeNullOrEmpty();
        // The same evaluation again is the same log, and one that is there is not written over.
        CliProcess.Run(_folder.Root, [.. eval, "--log", "v.log"]).ShouldBeUserMistake().ShouldContain("v.log: The log exists.");
        CliProcess.Run(_folder.Root, [.. eval, "--log", "again.log"]).ShouldSucceed().Output.ShouldContain($"Log again.log: 12 records, hash {hash}");
    }

    [Fact]
    public void A_changed_log_ends_in_4_a_torn_one_in_3_and_repair_mends_what_it_says()
    {
        Verified(20).ShouldSucceed().Output.ShouldContain("Log v.log: 21 records, hash ");
        string Verify(int code, params string[] more)
        {
            var result = CliProcess.Run(_folder.Root, ["log", "verify", "v.log", .. more]);
            result.ExitCode.ShouldBe(code, result.Output + result.Error);
            return result.Output;
        }

        var whole = File.ReadAllBytes(Log);
        var hash = Json(Verify(0, "--json")).GetProperty("hash").GetString()!;
        File.WriteAllBytes(Log, whole[..^7]);
        Verify(3).ShouldContain("deliberate log repair v.log");
        Verify(4, "--hash", hash).ShouldContain($", not {hash}");
        CliProcess.Run(_folder.Root, "log", "show", "v.log", "--record", "20").ShouldBeUserMistake().ShouldContain("There is no record 20: the log has 20");
        CliProcess.Run(_folder.Root, "log", "repair", "v.log").ShouldSucceed().Output.ShouldContain("20 records kept");
        Verify(0);
        whole[whole.Length / 2] ^= 1;
        File.WriteAllBytes(Log, whole);
        File.Delete(Log + ".index");
        Verify(4).ShouldContain("changed  Record ");
        CliProcess.Run(_folder.Root, "log", "show", "v.log").ShouldBeUserMistake().ShouldContain("The log is damaged at byte");
        CliProcess.Run(_folder.Root, "log", "repair", "v.log").ShouldBeUserMistake().ShouldContain("--cut");
        CliProcess.Run(_folder.Root, "log", "repair", "v.log", "--cut").ShouldSucceed();
        Verify(0);
    }

    [Fact]
    public void A_mistake_is_told_in_one_line()
    {
        Verified(5).ShouldSucceed();
        void Refused(string line, string said) => CliProcess.Run(_folder.Root, line.Split(' ')).ShouldBeUserMistake().ShouldContain(said);
        Refused("log", "What is to be done with a log?");
        Refused("log verify nowhere.log", "nowhere.log: There is no such log.");
        Refused("log verify v.log --hash abc", "--hash: This is no SHA-256");
        Refused("log verify c.jsonl", "c.jsonl: This is no log");
        Refused("log show v.log --id completions@1/completions.3/9", "no record of the id \"completions@1/completions.3/9\". ");
        Refused("log show v.log --kind smaple", "Did you mean \"sample\"?");
        Refused("log show v.log --id a --record 1", "--record, --id");
        Refused("verify c.jsonl --grader exact --log .", "This is a folder, not a file.");
    }

    [Fact]
    public void A_process_killed_while_it_writes_leaves_what_it_wrote()
    {
        const int Kills = 10, Lines = 6_000;
        Completions(Lines);
        for (var kill = 0; kill < Kills; kill++)
        {
            var path = Path.Combine(_folder.Root, $"k{kill}.log");
            using var process = CliProcess.Start(_folder.Root, "verify", "c.jsonl", "--grader", "exact", "--log", Path.GetFileName(path));
            WaitUntil(() => File.Exists(path) && new FileInfo(path).Length > (kill + 1) * 50_000L, process);
            process.Signal(CliProcess.Kill9);
            process.Wait().ExitCode.ShouldBe(137);
            var check = LogCheck.Of(path);
            (check.Damage, check.Writer).ShouldBe((null, null), "a lock does not outlive its process");
            check.Records.ShouldBeInRange(2, Lines + 1);
            using (var log = LogWriter.Continue(path))
            {
                log.Count.ShouldBe(check.Records);
                log.Append("note", "after", json => json.WriteNumber("kill", kill));
            }

            using var read = LogReader.Open(path);
            for (var record = 1; record < read.Count - 1; record += 997) read.Read(record).Body.GetProperty("completion").GetString().ShouldBe(Completion(record - 1));
            read.Find("after").Single().Number.ShouldBe(check.Records);
        }
    }

    [Fact]
    public void Two_programs_do_not_write_one_log()
    {
        Completions(6_000);
        using var first = CliProcess.Start(_folder.Root, "verify", "c.jsonl", "--grader", "exact", "--log", "v.log");
        WaitUntil(() => File.Exists(Log), first);
        var second = CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--grader", "exact", "--log", "v.log").ShouldBeUserMistake();
        second.ShouldMatch("The log is in use by process|The log exists");
        first.Wait().ExitCode.ShouldBe(0);
        LogCheck.Of(Log).Records.ShouldBe(6_001);
    }

    private static void WaitUntil(Func<bool> condition, CliProcess process)
    {
        for (var tries = 0; !condition(); tries++)
        {
            if (tries > 60_000) Assert.Fail($"It was never so: {process.Error}");
            Thread.Sleep(2);
        }
    }

    private static string Completion(int line) => string.Create(CultureInfo.InvariantCulture, $"I think of {line} for a while, since it is a number. Answer: {line}");

    private CliResult Verified(int lines)
    {
        Completions(lines);
        return CliProcess.Run(_folder.Root, "verify", "c.jsonl", "--grader", "exact", "--log", "v.log");
    }

    private void Completions(int lines) => _folder.File("c.jsonl", string.Concat(Enumerable.Range(0, lines).Select(i => $"{{\"prompt\": \"{i}\", \"answer\": \"{i}\", \"completion\": \"{Completion(i)}\"}}\n")));

    private static JsonElement Json(string output) => JsonSerializer.Deserialize<JsonElement>(output);
}

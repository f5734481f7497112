using System.Text.Json;

namespace Deliberate.Core.Tests;

public sealed class LogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["x.log"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checksum_is_that_of_the_standard() => Crc32C.Of("123456789"u8).ShouldBe(0xE3069283u, "RFC 3720's check value");

    [Fact]
    public void A_record_is_read_by_number_and_by_id()
    {
        using (var log = LogWriter.Create(Path, json => json.WriteString("command", "test")))
        {
            for (var i = 0; i < 100; i++) LogSamples.Append(log, i).ShouldBe(i + 1);
            log.Append("grade", "id-7", json => json.WriteNumber("again", 1));
            log.Append("result", null, _ => { });
            log.Count.ShouldBe(103);
        }

        using var read = LogReader.Open(Path);
        read.Count.ShouldBe(103);
        read.Read(0).Body.GetProperty("format_version").GetInt32().ShouldBe(1);
        read.Read(0).Body.GetProperty("command").GetString().ShouldBe("test");
        read.Read(8).Body.GetProperty("number").GetInt32().ShouldBe(7);
        read.Find("id-7").Select(r => (r.Number, r.Kind)).ShouldBe([(8, "sample"), (101, "grade")]);
        read.Find("id-100").ShouldBeEmpty();
        read.Records().Select(r => r.Kind).Distinct().ShouldBe([LogRecord.Head, "sample", "grade", "result"]);
        Should.Throw<UserError>(() => read.Read(103)).Message.ShouldContain("There is no record 103: the log has 103");
    }

    [Fact]
    public void Two_logs_of_the_same_records_are_the_same_bytes_and_the_hash_tells_one_record_from_another()
    {
        string Write(string name, int last)
        {
            using var log = LogWriter.Create(_folder[name], _ => { });
            for (var i = 0; i < 5; i++) LogSamples.Append(log, i == 4 ? last : i);
            return log.Hash;
        }

        Write("a", 4).ShouldBe(Write("b", 4));
        File.ReadAllBytes(_folder["a"]).ShouldBe(File.ReadAllBytes(_folder["b"]));
        Write("c", 5).ShouldNotBe(Write("d", 4));
        LogCheck.Of(_folder["a"]).Hash.ShouldBe(LogReader.Open(_folder["b"]).Hash);
    }

    [Fact]
    public void The_index_is_made_anew_where_it_is_absent_old_of_another_log_or_damaged()
    {
        LogSamples.Write(Path, 50);
        var index = LogIndex.PathOf(Path);
        var good = File.ReadAllBytes(index);
        LogSamples.Write(_folder["other"], 60);
        foreach (var bytes in new[] { [], good[..20], good[..^1], [.. good, 1], Flipped(good, 40), Flipped(good, good.Length - 3), File.ReadAllBytes(LogIndex.PathOf(_folder["other"])) })
        {
            File.WriteAllBytes(index, bytes);
            using (var log = LogReader.Open(Path)) log.Find("id-49").Count.ShouldBe(1);
            File.ReadAllBytes(index).ShouldBe(good, "and kept for the next one");
        }

        File.Delete(index);
        using (var log = LogReader.Open(Path)) log.Count.ShouldBe(51);
        File.ReadAllBytes(index).ShouldBe(good);
        using (var log = LogWriter.Continue(Path)) LogSamples.Append(log, 50);
        File.WriteAllBytes(index, good);
        using (var log = LogReader.Open(Path)) log.Find("id-50").Single().Number.ShouldBe(51);
    }

    [Fact]
    public void What_many_threads_append_at_once_is_all_there_once_and_in_one_chain()
    {
        const int Threads = 8, Each = 500;
        using (var log = LogWriter.Create(Path, _ => { }))
        {
            Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, t =>
            {
                for (var i = 0; i < Each; i++) LogSamples.Append(log, (t * Each) + i, new string((char)('a' + t), i));
            });
        }

        LogCheck.Of(Path).ShouldSatisfyAllConditions(c => c.Damage.ShouldBeNull(), c => c.Records.ShouldBe((Threads * Each) + 1), c => c.TornBytes.ShouldBe(0));
        using var read = LogReader.Open(Path);
        for (var i = 0; i < Threads * Each; i += 17) read.Find($"id-{i}").Single().Body.GetProperty("text").GetString().ShouldBe(new string((char)('a' + (i / Each)), i % Each));
    }

    [Fact]
    public void A_record_is_in_the_file_when_append_returns_and_a_reader_sees_it_beside_the_writer()
    {
        using var log = LogWriter.Create(Path, _ => { });
        for (var i = 0; i < 3; i++)
        {
            LogSamples.Append(log, i);
            using var read = LogReader.Open(Path);
            read.Count.ShouldBe(i + 2);
            read.Hash.ShouldBe(log.Hash);
        }

        File.Exists(LogIndex.PathOf(Path)).ShouldBeFalse("the writer has not ended");
        LogCheck.Of(Path).Writer.ShouldNotBeNull().ShouldContain($"process {Environment.ProcessId}");
    }

    [Fact]
    public void A_second_writer_is_told_who_the_first_one_is()
    {
        using (var log = LogWriter.Create(Path, _ => { }))
        {
            foreach (var second in new Action[] { () => LogWriter.Continue(Path), () => LogWriter.Create(Path, _ => { }), () => LogRepair.Run(Path, cutAtDamage: false) })
                Should.Throw<UserError>(second).Message.ShouldContain($"The log is in use by process {Environment.ProcessId} ");
            LogSamples.Append(log, 0);
        }

        Should.Throw<UserError>(() => LogWriter.Create(Path, _ => { })).Message.ShouldContain("The log exists.");
        using var next = LogWriter.Continue(Path);
        next.Count.ShouldBe(2);
    }

    [Fact]
    public void The_disk_is_asked_once_a_second()
    {
        var time = new HandTime();
        using var log = LogWriter.Create(Path, _ => { }, time);
        time.Period.ShouldBe(TimeSpan.FromSeconds(1));
        LogSamples.Append(log, 0);
        log.FlushedBytes.ShouldBe(0);
        time.Tick();
        log.FlushedBytes.ShouldBe(new FileInfo(Path).Length);
        LogSamples.Append(log, 1);
        log.FlushedBytes.ShouldBeLessThan(new FileInfo(Path).Length);
    }

    [Fact]
    public void What_is_no_log_of_ours_is_refused_with_advice()
    {
        void Refused(string name, string says) => Should.Throw<UserError>(() => LogReader.Open(_folder[name])).Message.ShouldContain(says);
        LogSamples.Write(Path, 2);
        var bytes = File.ReadAllBytes(Path);
        File.WriteAllText(_folder["text"], "{\"prompt\": \"a\", \"completion\": \"b\"}\n");
        File.WriteAllBytes(_folder["empty"], []);
        File.WriteAllBytes(_folder["short"], bytes[..10]);
        File.WriteAllBytes(_folder["newer"], [.. bytes[..8], 2, .. bytes[9..]]);
        File.WriteAllBytes(_folder["transferred"], [.. bytes[..12], .. bytes[13..]]);
        Refused("text", "This is no log: it does not begin as one.");
        Refused("empty", "The file is empty");
        Refused("short", "This is no log");
        Refused("newer", "The log has format 2, and this program reads up to 1. A newer deliberate reads it.");
        Refused("transferred", "in binary mode");
        Refused("y.log", "There is no such log. Did you mean \"x.log\"?");
        Should.Throw<UserError>(() => LogReader.Open(_folder.Path)).Message.ShouldContain("This is a folder, not a log.");
        Should.Throw<UserError>(() => LogWriter.Continue(_folder["text"])).Message.ShouldContain("This is no log");
        File.ReadAllText(_folder["text"]).ShouldStartWith("{\"prompt\"", Case.Sensitive, "and left alone");
    }

    [Fact]
    public void A_record_whose_body_cannot_be_written_leaves_no_trace()
    {
        using (var log = LogWriter.Create(Path, _ => { }))
        {
            Should.Throw<JsonException>(() => log.Append("sample", "bad", _ => throw new JsonException("no")));
            LogSamples.Append(log, 0);
        }

        LogCheck.Of(Path).Records.ShouldBe(2);
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 4;
        return copy;
    }

    /// <summary>Time that a test moves on.</summary>
    private sealed class HandTime : TimeProvider
    {
        private TimerCallback? _callback;

        public TimeSpan Period { get; private set; }

        public void Tick() => _callback!(null);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, Period) = (callback, period);
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}

using System.Security.Cryptography;

namespace Deliberate.Core.Tests;

/// <summary>Logs whose writer was killed, whose disk lost a page, or that somebody changed.</summary>
public sealed class LogDamageTests : IDisposable
{
    private const int Count = 6;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Path => _folder["x.log"];

    [Fact]
    public void A_last_record_torn_at_any_byte_is_cut_and_the_log_goes_on()
    {
        var (bytes, starts) = Whole();
        for (var length = starts[^1] + 1; length < bytes.Length; length++)
        {
            Put(bytes[..length]);
            var check = LogCheck.Of(Path);
            check.Damage.ShouldBeNull($"cut at {length}");
            (check.Records, check.TornBytes).ShouldBe((Count, length - starts[^1]));
            // Where another thing is torn: marker, length, checksum, hash, record, line feed.
            if (length - starts[^1] is not (1 or 4 or 7 or 12 or 30 or 44 or 45) && length < bytes.Length - 2) continue;
            using (var read = LogReader.Open(Path)) (read.Count, read.TornBytes).ShouldBe((Count, length - starts[^1]));
            using (var log = LogWriter.Continue(Path))
            {
                log.Cut.ShouldBe(length - starts[^1]);
                LogSamples.Append(log, Count - 1).ShouldBe(Count);
            }

            File.ReadAllBytes(Path).ShouldBe(bytes, "the same record again is the same log");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(5000)]
    public void Zeros_that_a_power_loss_left_are_a_torn_record(int zeros)
    {
        var (bytes, starts) = Whole();
        Put([.. bytes, .. new byte[zeros]]);
        var check = LogCheck.Of(Path);
        (check.Damage, check.Records, check.TornBytes).ShouldBe((null, Count + 1, zeros));
        // Within the last record, or from within the one before it.
        foreach (var from in new[] { starts[^1] + 60, starts[^2] + 60 })
        {
            Put([.. bytes[..from], .. new byte[bytes.Length - from + zeros]]);
            check = LogCheck.Of(Path);
            check.Damage.ShouldBeNull();
            check.TornBytes.ShouldBe(bytes.Length + zeros - starts[check.Records]);
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_found_and_where()
    {
        var (bytes, starts) = Whole();
        for (var at = LogFrame.PreambleBytes; at < bytes.Length; at++)
        {
            var changed = bytes.ToArray();
            changed[at] ^= (byte)(1 << (at % 8));
            Put(changed);
            var damage = LogCheck.Of(Path).Damage.ShouldNotBeNull($"byte {at}");
            var record = starts.FindLastIndex(start => start <= at);
            (damage.Record, damage.Offset).ShouldBe((record, starts[record]), $"byte {at}");
            damage.WholeAfter.ShouldBe(Count - record);
            damage.Problem.ShouldContain($"Record {record} at byte {starts[record]}: its bytes are not those that were written.");
            if (at % 16 == 0) Should.Throw<UserError>(() => LogWriter.Continue(Path)).Message.ShouldContain($"damaged at byte {starts[record]}");
        }
    }

    [Fact]
    public void A_record_that_was_taken_away_moved_or_written_anew_breaks_the_chain()
    {
        var (bytes, starts) = Whole();
        byte[] Frame(int record) => bytes[starts[record]..(record + 1 < starts.Count ? starts[record + 1] : bytes.Length)];
        var forged = Frame(2);
        var hash = LogFrame.Predecessor(forged).ToArray();
        forged[^10] ^= 1;
        LogFrame.Seal(forged, hash);
        var (head, rest) = (bytes[..starts[2]], bytes[starts[3]..]);
        foreach (var (what, changed, record) in new[] { ("taken away", (byte[])[.. head, .. rest], 2), ("moved", [.. head, .. Frame(3), .. Frame(2), .. bytes[starts[4]..]], 2), ("written anew", [.. head, .. forged, .. rest], 3), ("added", [.. bytes, .. Frame(5)], Count + 1) })
        {
            Put(changed);
            var damage = LogCheck.Of(Path).Damage.ShouldNotBeNull(what);
            damage.Record.ShouldBe(record, what);
            damage.Problem.ShouldContain("it does not follow the record before it");
        }
    }

    [Fact]
    public void A_chain_computed_anew_is_told_by_the_hash_alone()
    {
        var (bytes, _) = Whole();
        var before = LogCheck.Of(Path).Hash;
        LogSamples.Write(_folder["y.log"], Count);
        LogCheck.Of(_folder["y.log"]).Hash.ShouldBe(before);
        File.Delete(_folder["y.log"]);
        LogSamples.Write(_folder["y.log"], Count - 1);
        var shorter = LogCheck.Of(_folder["y.log"]);
        shorter.Damage.ShouldBeNull();
        shorter.Hash.ShouldNotBe(before);
        bytes.Length.ShouldBeGreaterThan((int)shorter.Bytes);
    }

    [Fact]
    public void The_hash_is_that_of_the_page()
    {
        var (bytes, starts) = Whole();
        var hash = SHA256.HashData(bytes.AsSpan(0, 16));
        for (var i = 0; i < starts.Count; i++)
        {
            var end = i + 1 < starts.Count ? starts[i + 1] : bytes.Length;
            bytes.AsSpan(starts[i] + 12, 32).SequenceEqual(hash).ShouldBeTrue();
            hash = SHA256.HashData(bytes.AsSpan(starts[i] + 12, end - starts[i] - 13));
        }

        LogCheck.Of(Path).Hash.ShouldBe(Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Repair_cuts_what_is_torn_and_keeps_it()
    {
        var (bytes, starts) = Whole();
        LogRepair.Run(Path, cutAtDamage: false).ShouldBe(new LogRepair(Count + 1, 0, null));
        Put(bytes[..^5]);
        var repair = LogRepair.Run(Path, cutAtDamage: false);
        (repair.Kept, repair.CutBytes).ShouldBe((Count, bytes.Length - 5 - starts[^1]));
        File.ReadAllBytes(repair.CutFile!).ShouldBe(bytes[starts[^1]..^5]);
        LogCheck.Of(Path).ShouldSatisfyAllConditions(c => c.Damage.ShouldBeNull(), c => c.TornBytes.ShouldBe(0), c => c.Records.ShouldBe(Count));
    }

    [Fact]
    public void Repair_cuts_whole_records_only_when_told_to()
    {
        var (bytes, starts) = Whole();
        bytes[starts[3] + 50] ^= 1;
        Put(bytes);
        var refused = Should.Throw<UserError>(() => LogRepair.Run(Path, cutAtDamage: false));
        refused.Message.ShouldContain($"{Count - 3} records after it are whole.");
        refused.Message.ShouldContain("--cut");
        File.ReadAllBytes(Path).ShouldBe(bytes);
        var repair = LogRepair.Run(Path, cutAtDamage: true);
        (repair.Kept, repair.CutBytes).ShouldBe((3, bytes.Length - starts[3]));
        using var log = LogWriter.Continue(Path);
        LogSamples.Append(log, 9).ShouldBe(3);
    }

    private (byte[] Bytes, List<int> Starts) Whole()
    {
        Put([]);
        File.Delete(Path);
        LogSamples.Write(Path, Count);
        var bytes = File.ReadAllBytes(Path);
        var starts = new List<int>();
        using var file = LogReader.OpenFile(Path);
        var scan = new LogScan(file, LogFrame.PreambleBytes);
        for (var at = scan.Offset; !scan.Next().IsEmpty; at = scan.Offset) starts.Add((int)at);
        starts.Count.ShouldBe(Count + 1);
        return (bytes, starts);
    }

    /// <summary>These bytes, and no index.</summary>
    private void Put(byte[] bytes)
    {
        File.WriteAllBytes(Path, bytes);
        File.Delete(LogIndex.PathOf(Path));
    }
}

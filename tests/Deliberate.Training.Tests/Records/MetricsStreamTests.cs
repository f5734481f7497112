using Deliberate.Core;

namespace Deliberate.Training.Tests;

public sealed class MetricsStreamTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_step_is_one_line_with_the_shortest_digits_that_read_back()
    {
        var path = _folder.File("run/metrics.jsonl");
        using (var stream = new MetricsStream(path))
        {
            stream.Append(1, [new("loss", 0.1), new("policy/clip", 1.0 / 3)]);
            stream.Append(2, [new("loss", double.NaN), new("grad", double.NegativeInfinity), new("big", 1e300)]);
        }

        File.ReadAllText(path).ShouldBe("{\"step\":1,\"loss\":0.1,\"policy/clip\":0.3333333333333333}\n{\"step\":2,\"loss\":\"NaN\",\"grad\":\"-Infinity\",\"big\":1E+300}\n");
        var records = MetricsStream.Read(path).ToArray();
        records.Select(record => record.Step).ShouldBe([1, 2]);
        records[0].Values["policy/clip"].ShouldBe(1.0 / 3);
        records[1].Values["loss"].ShouldBe(double.NaN);
        records[1].Values["grad"].ShouldBe(double.NegativeInfinity);
    }

    [Fact]
    public void A_stream_cut_back_and_continued_is_the_one_that_was_left_alone()
    {
        string alone = _folder.File("alone.jsonl"), resumed = _folder.File("resumed.jsonl");
        using (var stream = new MetricsStream(alone))
            for (var step = 0; step < 6; step++) stream.Append(step, [new("loss", 1.0 / (step + 1))]);
        long offset;
        using (var stream = new MetricsStream(resumed))
        {
            for (var step = 0; step < 3; step++) stream.Append(step, [new("loss", 1.0 / (step + 1))]);
            stream.Flush();
            offset = stream.Length;
            stream.Append(3, [new("loss", 7)]);
        }

        using (var stream = new MetricsStream(resumed))
        {
            stream.TruncateTo(offset);
            for (var step = 3; step < 6; step++) stream.Append(step, [new("loss", 1.0 / (step + 1))]);
        }

        File.ReadAllBytes(resumed).ShouldBe(File.ReadAllBytes(alone));
    }

    [Fact]
    public void A_line_that_a_killed_process_did_not_finish_is_left_out()
    {
        var path = _folder.File("torn.jsonl");
        File.WriteAllText(path, "{\"step\":1,\"loss\":2}\n{\"step\":2,\"lo");
        MetricsStream.Read(path).Single().Values["loss"].ShouldBe(2);
    }

    [Fact]
    public void A_line_that_is_no_record_is_named_with_its_number()
    {
        var path = _folder.File("bad.jsonl");
        File.WriteAllText(path, "{\"step\":1,\"loss\":2}\nwhat\n");
        var error = Should.Throw<UserError>(() => MetricsStream.Read(path).ToArray());
        (error.File, error.Line).ShouldBe((path, 2));
    }

    [Fact]
    public void Many_lines_longer_than_the_buffer_are_read_whole()
    {
        var path = _folder.File("long.jsonl");
        var names = Enumerable.Range(0, 3000).Select(i => new KeyValuePair<string, double>($"metric/number/{i}", i)).ToArray();
        using (var stream = new MetricsStream(path))
            for (var step = 0; step < 5; step++) stream.Append(step, names);
        var records = MetricsStream.Read(path).ToArray();
        records.Length.ShouldBe(5);
        records.ShouldAllBe(record => record.Values.Count == 3000);
    }

    [Fact]
    public void A_file_shorter_than_the_checkpoint_recorded_is_refused()
    {
        using var stream = new MetricsStream(_folder.File("short.jsonl"));
        stream.Append(1, []);
        Should.Throw<UserError>(() => stream.TruncateTo(1000));
    }
}

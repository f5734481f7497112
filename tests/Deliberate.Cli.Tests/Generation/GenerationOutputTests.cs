using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli.Tests;

public sealed class GenerationOutputTests : IDisposable
{
    private static readonly GenerationRecord Record = new()
    {
        Model = "m",
        ModelSha256 = "a",
        Weights = "f32",
        InputSha256 = "b",
        Seed = 1,
        MaxTokens = 5,
        Sampling = new SamplingOptions(),
        Date = new DateOnly(2026, 1, 1),
        Device = "cpu",
        DeliberateVersion = "1",
    };

    private static readonly GenerationLine[] Lines = [.. new[] { 1, 2, 4, 5 }.Select(n => new GenerationLine(n, null, "", [n], 5, new RandomStream(1, StreamStage.Test, problem: n)))];

    private readonly TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Root, "out.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Answers_are_put_in_order_when_all_are_there()
    {
        using (var output = Open()) foreach (var line in new[] { 4, 1 }) output.Append(Answer(line));
        using (var output = Open())
        {
            output.Answers.Select(a => a.Line).ShouldBe([4, 1]);
            output.Missing.Select(l => l.Number).ShouldBe([2, 5]);
            foreach (var line in new[] { 5, 2 }) output.Append(Answer(line));
            output.Finish();
        }

        File.ReadAllLines(Output).ShouldBe(Lines.Select(l => Answer(l.Number).ToJson()));
        using var whole = Open();
        whole.Missing.ShouldBeEmpty();
        whole.Finish();
        File.ReadAllLines(Output).Length.ShouldBe(4);
        Directory.GetFiles(_folder.Root).Select(f => Path.GetFileName(f)).Order().ShouldBe(["out.jsonl", "out.jsonl.run.json"]);
    }

    [Fact]
    public void A_line_cut_off_anywhere_is_written_again()
    {
        var whole = Answer(1).ToJson() + "\n" + Answer(2, "é \u2028").ToJson() + "\n";
        var bytes = System.Text.Encoding.UTF8.GetBytes(whole);
        var first = System.Text.Encoding.UTF8.GetByteCount(Answer(1).ToJson()) + 1;
        Open().Dispose();
        for (var length = 0; length <= bytes.Length; length++)
        {
            File.WriteAllBytes(Output, bytes[..length]);
            using var output = Open();
            output.Answers.Count.ShouldBe(length == bytes.Length ? 2 : length >= first ? 1 : 0);
        }
    }

    [Theory]
    [InlineData("{}", "no line 0")]
    [InlineData("hello", "no answer that generate wrote")]
    [InlineData("{\"line\": \"one\"}", "no answer that generate wrote")]
    [InlineData("twice", "answered twice")]
    [InlineData("other prompt", "no answer to the input's line 1")]
    public void A_file_that_was_changed_is_refused_by_its_line(string line, string says)
    {
        Open().Dispose();
        if (line == "twice") line = Answer(2).ToJson();
        if (line == "other prompt") line = (Answer(1) with { PromptTokens = 9 }).ToJson();
        File.WriteAllText(Output, Answer(2).ToJson() + "\n" + line + "\n");
        var message = Should.Throw<UserError>(() => Open()).Message;
        message.ShouldContain($"{Output}:2: ");
        message.ShouldContain(says);
        GenerationOutput.Open(Output, Record, null, Lines, fresh: true).Dispose();
        new FileInfo(Output).Length.ShouldBe(0);
    }

    [Fact]
    public void Two_writers_are_refused()
    {
        using (Open())
        {
            Should.Throw<UserError>(() => Open()).Message.ShouldContain("another command");
            Should.Throw<UserError>(() => GenerationOutput.Open(Output, Record, null, Lines, fresh: true)).Message.ShouldContain("another command");
        }

        Open().Dispose();
    }

    [Fact]
    public void A_record_reads_back_and_a_newer_or_damaged_one_is_refused()
    {
        Open().Dispose();
        var beside = GenerationRecord.PathFor(Output);
        var read = GenerationRecord.Beside(Output)!;
        read.Stop.ShouldBe(Record.Stop);
        (read with { Stop = Record.Stop }).ShouldBe(Record);
        Record.Differences(Record with { Stop = ["a"] }).ShouldBe(["--stop ([], now [\"a\"])"]);
        Record.Differences(Record with { Device = "other", Date = default, DeliberateVersion = "2" }).ShouldBeEmpty();
        File.WriteAllText(beside, File.ReadAllText(beside).Replace("\"format_version\": 1", "\"format_version\": 2"));
        Should.Throw<UserError>(() => GenerationRecord.Beside(Output)).Message.ShouldContain("newer Deliberate");
        File.WriteAllText(beside, "{");
        Should.Throw<UserError>(() => GenerationRecord.Beside(Output)).Message.ShouldContain("damaged");
    }

    private GenerationOutput Open() => GenerationOutput.Open(Output, Record, GenerationRecord.Beside(Output), Lines, fresh: false);

    private static GenerationAnswer Answer(int line, string text = "text") => new(line, null, text, null, 1, 3, 0, FinishReason.Stop, 1);
}

using Deliberate.Benchmarks;

namespace Deliberate.Core.Tests;

public sealed class ComparedRowTests
{
    private static readonly ComparedFigure s_speed = new("work", "", "tok/s", 1.2);

    [Fact]
    public void The_ratio_is_the_median_over_rounds_and_processor_time_is_by_the_token()
    {
        var ours = Side("ours", [100, 300, 200], cpu: 2, tokens: 1000);
        var row = ComparedRow.Of(s_speed, null, ours, [Side("a", [100, 100, 50], cpu: 10, tokens: 2000), Side("b", [10, 10, 10], cpu: 1, tokens: 1000)]);
        row.Better.ShouldBe(new ComparedRatio("a", 1, 3, 4, 2.5));
        row.IsReached.ShouldBe(true);
        row.Ours.Cpu.ShouldBe(2000);
    }

    [Fact]
    public void Fewer_milliseconds_are_better()
    {
        var row = ComparedRow.Of(s_speed with { Unit = "ms" }, null, Side("ours", [10], 1, null), [Side("a", [15], 1, null)]);
        row.Better.ShouldBe(new ComparedRatio("a", 1.5, 1.5, 1.5, null));
    }

    [Fact]
    public void More_memory_than_the_limit_is_a_target_missed()
    {
        var peers = new[] { Side("a", [1], 1, 1) };
        ComparedRow.Of(s_speed, 700, Side("ours", [2], 1, 1), peers).IsReached.ShouldBe(true);
        var over = ComparedRow.Of(s_speed, 600, Side("ours", [2], 1, 1), peers);
        over.IsReached.ShouldBe(false);
        ComparisonTable.Text([over], [new Peer("a", "a")], 2, 1, uncounted: null).ShouldContain("**2.00** (over 600 MB)");
    }

    [Fact]
    public void Instructions_have_a_column_where_they_are_counted()
    {
        var row = ComparedRow.Of(s_speed, null, Side("ours", [2], 1, tokens: 100, instructions: 4.2e9), [Side("a", [1], 1, tokens: 100, instructions: 8.5e9)]);
        var counted = ComparisonTable.Text([row], [new Peer("a", "a")], 2, 1, uncounted: null);
        counted.ShouldContain("thousand instructions a token |");
        counted.ShouldContain("| 42,000 / 85,000 |");
        var uncounted = ComparisonTable.Text([row], [new Peer("a", "a")], 2, 1, "perf stat does not count them on this machine");
        uncounted.ShouldNotContain("thousand instructions");
        uncounted.ShouldContain("Instructions a token: perf stat does not count them on this machine.");
    }

    [Fact]
    public void Rows_measured_anew_replace_their_own_and_say_when()
    {
        var peers = new[] { new Peer("a", "a") };
        ComparedRow Row(string name, double ours) => ComparedRow.Of(s_speed with { Name = name }, null, Side("ours", [ours], 1, 1), [Side("a", [1], 1, 1)]);
        var old = ComparisonTable.Text([Row("one", 2), Row("two", 3)], peers, 2, 5, "no perf").ReplaceLineEndings("\n");
        var page = ComparisonTable.WithOtherRows(ComparisonTable.Text([Row("two", 7), Row("three", 4)], peers, 2, 1, "no perf").ReplaceLineEndings("\n"), old);
        string[] rows = [.. page.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        rows.Select(r => r.Split('|', StringSplitOptions.TrimEntries)[1]).ShouldBe(["one", "two", "three"]);
        rows[1].ShouldContain("**7.00**");
        page.ShouldContain("two, three: Measured ");
        page.Split("Instructions a token: no perf.").Length.ShouldBe(2);
        ComparisonTable.WithOtherRows("| other heading |\n|--|\n| x |", old).ShouldBe("| other heading |\n|--|\n| x |");
    }

    [Theory]
    [InlineData("4231337,,instructions:u,812633,100.00,1.42,insn per cycle\n", 4231337.0)]
    [InlineData("# started on Mon\n\n4231337,,cpu_core/instructions:u/,812633,100.00,,\n", 4231337.0)]
    [InlineData("<not supported>,,instructions:u,0,100.00,,\n", null)]
    [InlineData("<not counted>,,instructions:u,0,0.00,,\n", null)]
    [InlineData("", null)]
    public void Counts_of_perf_are_read(string output, double? count) => InstructionCounter.Read(output).ShouldBe(count);

    [Theory]
    [InlineData("torch", "train S 256 64", 5, "", 256 * 64 * 7.0)]
    [InlineData("libtorch", "train S 256 64", 5, "", 256 * 64 * 9.0)]
    [InlineData("libtorch", "train 135M 4 512", 3, "1 tok/s, 10240 tokens in all", 10240.0)]
    [InlineData("torch", "sample S 256", 3, "", 256 * (8 + (3 * 128.0)))]
    [InlineData("torch", "optim S", 3, "", null)]
    public void Tokens_of_a_whole_process_are_known(string peer, string words, int repeats, string output, double? tokens) => PeerTokens.Of(peer, words, repeats, output).ShouldBe(tokens);

    [Fact]
    public void Every_row_of_the_issue_has_its_target_and_no_name_twice()
    {
        var figures = ComparedWork.All.SelectMany(w => w.Figures).ToDictionary(f => f.Name, f => f.Target, StringComparer.Ordinal);
        figures["train M 32x256"].ShouldBe(1.25);
        figures["SmolLM2-135M decode batch 16"].ShouldBe(1.5);
        var lora = ComparedWork.All.Single(w => w.Figures[0].Name == "SmolLM2-135M LoRA step");
        lora.MostMegabytes.ShouldBe(1000);
        lora.Ours(2, 3, null).ShouldBe(["lora", "135M", "BF16", "2", "2048", "512", "3"]);
        lora.Peers(2, 3).ShouldBe(["3", "lora", "135M", "2048", "2048", "2"]);
        var decode = ComparedWork.All.Single(w => w.Figures[0].Name == "SmolLM2-135M decode batch 16");
        decode.Ours(1, 3, "m.gguf").ShouldBe(["decode", "m.gguf", "F32", "16", "1", "3"]);
        decode.Peers(1, 3).ShouldBe(["3", "decode", "16", "1"]);
    }

    private static ComparedSide Side(string name, double[] figures, double cpu, double? tokens, double? instructions = null) => new(name, [.. figures.Select(f => new ComparedRun(f, cpu, 650, tokens, instructions))]);
}

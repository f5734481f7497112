using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Training;
using Shouldly;
using Xunit;

namespace Deliberate.Evaluation.Tests;

/// <summary>Which lines a filter drops and why, that nothing is lost, and that one who was stopped ends in the same bytes.</summary>
public sealed class DataFilterTests : IDisposable
{
    private const string Long = "Every Thursday the ferry leaves the northern pier at seven and carries letters, flour and two or three passengers to the island across the bay";

    private readonly string _folder = Directory.CreateTempSubdirectory("filter").FullName;

    [Fact]
    public void Every_reason_drops_its_line_and_keeps_it_with_what_was_found()
    {
        string[] lines =
        [
            Example("What is the capital of France?", "Paris"),
            Example("what is  the capital of FRANCE?", "paris"),
            Example(Long, "Yes."),
            Example(Long + ".", "Yes, it does."),
            Example("Who?", "Write to anna.berg@mailer.org"),
            Example("Wie ist das mit der Fähre?", "Sie ist nicht im Hafen, aber auch nicht auf dem Meer, und das ist für die Leute ein Problem mit den Briefen."),
            """{"prompt": "", "completion": ""}""",
            """{"other": 1}""",
            "{ broken",
            Example("A farmer has twelve hens and each of them lays five eggs a week; how many eggs is that?", "60"),
        ];
        var tests = Write("held-out.jsonl", """{"id": "hens", "prompt": "A farmer has twelve hens and each of them lays five eggs a week; how many eggs is that?", "answer": "60"}""");

        var summary = Run(lines, new FilterOptions { Languages = ["en"] }, tests);

        summary.Lines.ShouldBe(10);
        summary.Kept.ShouldBe(2);
        var dropped = Dropped();
        dropped.Select(d => (d.Line, d.Reason)).ShouldBe([(2, "duplicate"), (4, "near_duplicate"), (5, "personal_data"), (6, "language"), (7, "malformed"), (8, "malformed"), (9, "malformed"), (10, "contamination")]);
        dropped[0].Detail.ShouldBe("as line 1");
        dropped[1].Detail.ShouldEndWith("as line 3");
        dropped[2].Detail.ShouldBe("email");
        dropped[7].Detail.ShouldEndWith("/hens");
        summary.Dropped.Values.Sum().ShouldBe(8);
        summary.PersonalData.ShouldBe(new Dictionary<string, long> { ["email"] = 1 });
        File.ReadAllLines(Output).ShouldBe([lines[0], lines[2]]);
        JsonDocument.Parse(File.ReadAllLines(Output + DataFilter.DroppedSuffix)[2]).RootElement.GetProperty("record").GetProperty("completion").GetString().ShouldBe("Write to anna.berg@mailer.org");
    }

    [Fact]
    public void A_check_that_is_left_out_drops_nothing()
    {
        string[] lines = [Example("One two?", "Three"), Example("One two?", "Three"), Example(Long, "a"), Example(Long, "b"), Example("Who?", "anna.berg@mailer.org")];

        Run(lines, new FilterOptions { Without = [FilterCheck.Duplicate, FilterCheck.NearDuplicate, FilterCheck.PersonalData] }).Kept.ShouldBe(5);
    }

    [Fact]
    public void A_filter_that_was_stopped_goes_on_to_the_same_bytes()
    {
        var stream = new RandomStream(5, StreamStage.Test);
        List<string> lines = [];
        for (var i = 0; i < 4500; i++) lines.Add(i % 9 == 4 ? "{" : Example($"Question {stream.Next(3000)} of the long list that everybody has to answer by the end of the day?", i % 50 == 0 ? "mail me: bob.stone@mailer.org" : "yes"));
        Run(lines, new FilterOptions());
        var whole = (File.ReadAllText(Output), File.ReadAllText(Output + DataFilter.DroppedSuffix), File.ReadAllText(Output + FilterFacts.Suffix));
        foreach (var file in Directory.GetFiles(_folder)) File.Delete(file);

        using (var stop = new CancellationTokenSource())
        {
            Should.Throw<OperationCanceledException>(() => new DataFilter(new FilterOptions(), null, null).Run(Write("in.jsonl", [.. lines]), Output, [], (_, _) => stop.Cancel(), stop.Token));
        }

        File.Exists(Output).ShouldBeFalse();
        // What was written after the last note is no part of it.
        File.AppendAllText(Output + DataFilter.UnfinishedSuffix, "{\"cut");
        Run(lines, new FilterOptions());

        (File.ReadAllText(Output), File.ReadAllText(Output + DataFilter.DroppedSuffix), File.ReadAllText(Output + FilterFacts.Suffix)).ShouldBe(whole);
        Directory.GetFiles(_folder).Length.ShouldBe(4);
    }

    [Fact]
    public void A_stopped_filter_goes_on_only_as_it_was_begun()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var input = Write("in.jsonl", Example("a?", "b"), Example("c?", "d"));
        Should.Throw<OperationCanceledException>(() => new DataFilter(new FilterOptions(), null, null).Run(input, Output, [], (_, _) => { }, stop.Token));

        Should.Throw<UserError>(() => new DataFilter(new FilterOptions { Shortest = 5 }, null, null).Run(input, Output, [], (_, _) => { }, default)).Problem.ShouldContain("other options");
    }

    [Fact]
    public void A_file_of_which_nothing_can_be_read_is_refused_and_nothing_takes_the_outputs_name()
    {
        Should.Throw<UserError>(() => Run(["not JSON", "neither"], new FilterOptions())).Line.ShouldBe(1);
        File.Exists(Output).ShouldBeFalse();
    }

    [Fact]
    public void A_run_knows_what_was_left_out_of_its_data_as_long_as_that_is_what_the_filter_wrote()
    {
        Run([Example("a?", "b"), Example("a?", "b")], new FilterOptions());

        var facts = FilterFacts.Of([Output]).ShouldHaveSingleItem();
        (facts.Lines, facts.Kept, facts.Dropped["duplicate"]).ShouldBe((2, 1, 1));
        File.AppendAllText(Output, Example("more?", "yes") + "\n");
        FilterFacts.Of([Output]).ShouldBeEmpty();
        File.WriteAllText(Output + FilterFacts.Suffix, "{\"format_version\": 99}");
        Should.Throw<UserError>(() => FilterFacts.Of([Output]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Output => Path.Combine(_folder, "out.jsonl");

    private static string Example(string prompt, string completion) => JsonSerializer.Serialize(new { prompt, completion });

    private string Write(string name, params string[] lines)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    private FilterSummary Run(IEnumerable<string> lines, FilterOptions options, string? tests = null)
    {
        var index = tests is null ? null : ContaminationIndex.Of(null, [tests], options.Ngram, default).GetAwaiter().GetResult();
        return new DataFilter(options, index, null).Run(Write("in.jsonl", [.. lines]), Output, [], (_, _) => { }, default);
    }

    private List<(int Line, string Reason, string Detail)> Dropped() =>
        [.. JsonLines.Read(Output + DataFilter.DroppedSuffix).Select(l => (l.GetInt32("line"), l.GetString("reason"), l.GetString("detail"))).OrderBy(d => d.Item1)];
}

using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

public sealed class LoggedEvaluationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-reading-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_log_is_read_as_it_was_written()
    {
        using var log = Open(SampleLogs.Usual);
        (log.Task, log.TaskVersion, log.Title, log.Model).ShouldBe(("colours", 1, "Colours, made up", "model-a"));
        log.Measures[0].Name.ShouldBe("accuracy");
        log.Measures.Skip(1).Select(m => m.Slice).ShouldBe(["cold", "grey", "warm"]);
        log.Table.Count.ShouldBe(SampleLogs.Usual);
        log.Table.TagNames.ShouldBe(["hue"]);
        log.Table.ScoreNames.ShouldBe(["clarity"]);
        var sample = log.Read(2);
        (sample.Id, sample.Item, sample.Epoch, sample.Cluster).ShouldBe(("colours@1/item-2/0", "colours@1/item-2", 0, "cluster-1"));
        sample.Messages.Select(m => m.Role).ShouldBe(["system", "user"]);
        sample.Choices.ShouldBe(["one", "two"]);
        sample.Thought!.Trim().ShouldBe("Thing 2: I recall it.\nIt is grey.");
        sample.Reply.Trim().ShouldStartWith("The colour is <script>");
        (sample.InputTokens, sample.OutputTokens, sample.ThoughtTokens, sample.ModelSeconds, sample.Cost).ShouldBe((30, 22, 9, 0.25, 0.001));
        Enum.GetValues<SampleOutcome>().ShouldBe(Enumerable.Range(0, log.Table.Count).Select(i => log.Table[i].Outcome).Distinct(), ignoreOrder: true);
    }

    [Theory]
    [InlineData("größe ä.", 11)]
    [InlineData("THING 7: i Recall", 1)]
    [InlineData("it is \"so\"", 9)]
    [InlineData("verdict", 0)]
    [InlineData("cut_while", 0)]
    [InlineData("because of Fail", 2)]
    [InlineData("found it clear", 6)]
    [InlineData("item-1", 3)]
    [InlineData("\n", 10)]
    [InlineData("nIt is", 0)]
    [InlineData("\\", 0)]
    [InlineData("no such thing", 0)]
    public void Full_text_finds_what_stands_in_the_samples_and_nothing_else(string text, int expected)
    {
        using var log = Open(SampleLogs.Usual);
        var found = log.Find(new SampleQuery { Text = text });
        found.ShouldBe(Naive(log, text));
        found.Length.ShouldBe(expected);
    }

    [Fact]
    public void Filters_and_text_hold_at_once_and_the_order_is_the_one_asked_for()
    {
        using var log = Open(500);
        var found = log.Find(new SampleQuery { Outcome = SampleOutcome.Pass, TagName = "hue", TagValue = "warm", Text = "thing 1", Order = SampleOrder.Length });
        found.ShouldNotBeEmpty();
        found.ShouldBe(Enumerable.Range(0, 500).Where(i => log.Table[i].Outcome == SampleOutcome.Pass && i % 3 == 0 && log.Read(i).Body.GetRawText().Contains("thing 1", StringComparison.OrdinalIgnoreCase)).OrderByDescending(i => log.Table[i].Tokens));
        log.Find(new SampleQuery { ScoreName = "clarity", Least = 0.9 }).ShouldAllBe(i => log.Table[i].Score("clarity") >= 0.9);
        log.Find(new SampleQuery { Text = "thing 499" }).ShouldBe([499]);
    }

    [Fact]
    public void Of_two_records_of_a_sample_the_later_one_holds()
    {
        var path = SampleLogs.Write(Path.Combine(_folder, "twice.log"));
        using (var writer = LogWriter.Continue(path))
        {
            writer.Append(SampleLog.SampleKind, "colours@1/item-0/0", json =>
            {
                json.WriteString("prompt"u8, "again");
                json.WriteStartObject("verdict"u8);
                json.WriteString("outcome"u8, "fail");
                json.WriteNumber("value"u8, 0);
                json.WriteString("reason"u8, "asked again");
                json.WriteEndObject();
            });
        }

        using var log = LoggedEvaluation.Open(path);
        log.Table.Count.ShouldBe(SampleLogs.Usual);
        log.Samples().Single(s => s.Id == "colours@1/item-0/0").Verdict.Reason.ShouldBe("asked again");
        log.Measures.ShouldNotBeEmpty();
    }

    [Fact]
    public void Two_models_are_compared_on_what_both_were_found_out_of()
    {
        using var first = Open(SampleLogs.Usual);
        using var second = Open(SampleLogs.Usual, "better-b");
        var compared = EvaluationComparison.Of(first, second);
        // 12 samples, 4 of them not known: of the other 8 the second has 2 more right.
        (compared.Counts[PairKind.Unknown], compared.Counts[PairKind.OnlySecond], compared.Counts[PairKind.OnlyFirst], compared.Counts[PairKind.Both], compared.Counts[PairKind.Neither]).ShouldBe((4, 2, 0, 4, 2));
        // Items hang together, so that it is no McNemar's test, which would say 0.5.
        compared.P.ShouldNotBeNull().ShouldBeInRange(0.13, 0.15);
        compared.Right.From.Samples.ShouldBe(8);
        compared.Warnings.ShouldBeEmpty();
        using var other = LoggedEvaluation.Open(SampleLogs.Write(Path.Combine(_folder, "other.log"), task: "shapes"));
        Should.Throw<UserError>(() => EvaluationComparison.Of(first, other)).Message.ShouldContain("no sample in common");
    }

    [Fact]
    public void Labels_lie_beside_the_log_the_last_counts_and_can_be_taken_back()
    {
        var path = SampleLogs.Write(Path.Combine(_folder, "labelled.log"));
        var before = File.ReadAllBytes(path);
        using var log = LoggedEvaluation.Open(path);
        var labels = SampleLabels.Of(path);
        SampleLabel Label(int sample, string word) => SampleLabel.Of(log.Read(sample), log.Model, word, "why", "ann", DateTimeOffset.UnixEpoch);
        labels.Set(Label(0, "harmful"));
        labels.Set(Label(0, "harmless"));
        labels.Set(Label(3, "harmful"));
        labels.Set(Label(1, "harmful"));
        labels.Set(Label(1, ""));
        SampleLabels.Of(path).All.ShouldBe([Label(0, "harmless"), Label(3, "harmful")]);
        File.ReadAllBytes(path).ShouldBe(before);
        // As a judge is held against them.
        var answers = LabelledAnswer.ReadLines(SampleLabels.PathOf(path), JudgeTarget.Harm, out _);
        answers.Select(a => (a.Prompt, a.IsPositive, a.Group)).ShouldBe([(log.Read(0).Prompt, false, "model-a"), (log.Read(3).Prompt, true, "model-a")]);
        answers[0].Answer.ShouldBe("The colour is colour 0.\nIt is \"so\".");
        File.AppendAllText(SampleLabels.PathOf(path), "{\"id\": 7}\n");
        Should.Throw<UserError>(() => SampleLabels.Of(path)).Message.ShouldContain("labels.jsonl:3");
    }

    [Fact]
    public void A_log_of_before_evaluations_had_tasks_is_shown_too()
    {
        var path = Path.Combine(_folder, "old.log");
        using (var writer = SampleLog.Begin(path, "eval", json => json.WriteString("checkpoint"u8, "runs/x")))
        {
            var sample = new Sample { Problem = new Problem("arithmetic", 3, Split.Test, 7, "1+1?", "", "", "2"), Attempt = 1, Completion = "2", Answer = "2" };
            SampleLog.Append(writer, sample, Verdict.Pass());
            SampleLog.Finish(writer, []);
        }

        using var log = LoggedEvaluation.Open(path);
        log.Model.ShouldBe("runs/x");
        var read = log.Read(0);
        (read.Id, read.Epoch, read.Prompt, read.Verdict.Outcome).ShouldBe(("arithmetic@1/3.7/1", 1, "1+1?", SampleOutcome.Pass));
    }

    private LoggedEvaluation Open(int samples, string model = "model-a") => LoggedEvaluation.Open(SampleLogs.Write(Path.Combine(_folder, $"{model}-{samples}.log"), model, samples));

    /// <summary>As a reader would look, text by text.</summary>
    private static int[] Naive(LoggedEvaluation log, string text) => [.. Enumerable.Range(0, log.Table.Count).Where(i =>
    {
        var s = log.Read(i);
        var texts = s.Messages.Select(m => m.Content).Concat([s.Id, s.Prompt, s.Reference, s.Completion, s.Answer ?? "", s.Verdict.Reason, s.Cluster, s.Body.Text("state"), .. s.Tags.Values, .. s.Verdict.Scores.SelectMany(x => new[] { x.Name, x.Reason, x.Evidence })]);
        return texts.Any(t => t.Contains(text, StringComparison.OrdinalIgnoreCase));
    })];
}

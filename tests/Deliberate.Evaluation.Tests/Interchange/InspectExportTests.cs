using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Testing;

namespace Deliberate.Evaluation.Tests;

public sealed class InspectExportTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-inspect-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(".json")]
    [InlineData(".eval")]
    public void A_log_of_Inspect_comes_out_as_it_went_in(string extension)
    {
        var count = 0;
        foreach (var source in Directory.GetFiles(SharedFolder.Path("fixtures", "inspect")).Where(f => f.EndsWith(".eval", StringComparison.Ordinal) || (f.EndsWith(".json", StringComparison.Ordinal) && Path.GetFileName(f) is not ("expected.json" or "eval_log.schema.json"))))
        {
            var (imported, exported) = (Path.Combine(_folder, $"{count}.log"), Path.Combine(_folder, $"{count}{extension}"));
            InspectImport.Run(source, imported);
            using (var log = LoggedEvaluation.Open(imported)) InspectExport.Run(log, exported);
            using var before = InspectLog.Open(source);
            using var after = InspectLog.Open(exported);
            Same(Without(before.Header), Without(after.Header), source);
            Same(before.Reductions, after.Reductions, source);
            var there = after.Samples().ToDictionary(s => (s.Text("id"), s.Whole("epoch")));
            there.Count.ShouldBe(before.Samples().Count());
            foreach (var sample in before.Samples()) Same(sample, there[(sample.Text("id"), sample.Whole("epoch"))], source);
            count++;
        }

        output.WriteLine($"{count} logs");
        count.ShouldBeGreaterThan(10);
    }

    [Theory]
    [InlineData(".json")]
    [InlineData(".eval")]
    public void A_log_of_ours_follows_Inspects_schema_and_says_the_same(string extension)
    {
        var schema = new SchemaCheck(SharedFolder.Json("fixtures", "inspect", "eval_log.schema.json"));
        var path = SampleLogs.Write(Path.Combine(_folder, "ours.log"));
        var exported = Path.Combine(_folder, "ours" + extension);
        using var log = LoggedEvaluation.Open(path);
        InspectExport.Run(log, exported);
        using var inspect = InspectLog.Open(exported);
        schema.Problems("EvalLog", inspect.Header).ShouldBeEmpty();
        inspect.Status.ShouldBe("success");
        inspect.Eval.Inner("dataset")!.Value.Items("sample_ids").Count().ShouldBe(SampleLogs.Usual);
        var metrics = inspect.Header.Inner("results")!.Value.Items("scores").Single().Inner("metrics")!.Value;
        metrics.GetProperty("accuracy").GetProperty("value").GetDouble().ShouldBe(log.Measures[0].Value, 1e-12);
        var read = 0;
        foreach (var raw in inspect.Samples())
        {
            schema.Problems("EvalSample", raw).ShouldBeEmpty(raw.Text("id"));
            var sample = new InspectSample(raw).Read("colours", 1, "");
            var ours = log.Read(Enumerable.Range(0, log.Table.Count).Single(i => log.Table[i].Id == sample.Sample.Id));
            sample.Verdict.Outcome.ShouldBe(ours.Verdict.Outcome);
            sample.Verdict.Reason.ShouldBe(ours.Verdict.Reason);
            sample.Sample.Text.Trim().ShouldBe(ours.Reply.Trim());
            (sample.Sample.Thinking?.Trim()).ShouldBe(ours.Thought?.Trim());
            sample.Sample.Messages.Select(m => m.Content).ShouldBe(ours.Messages.Select(m => m.Content));
            sample.Cluster.ShouldBe(ours.Cluster);
            read++;
        }

        read.ShouldBe(SampleLogs.Usual);
    }

    [Fact]
    public void A_grade_that_nobody_gave_is_bare_NaN_as_Inspect_writes_it()
    {
        using (var log = LoggedEvaluation.Open(SampleLogs.Write(Path.Combine(_folder, "ours.log")))) InspectExport.Run(log, Path.Combine(_folder, "ours.json"));
        var text = File.ReadAllText(Path.Combine(_folder, "ours.json"));
        text.Split("\"value\":NaN").Length.ShouldBe(1 + 3);
        Should.Throw<JsonException>(() => JsonDocument.Parse(text));
    }

    [Fact]
    public void Half_an_import_leaves_nothing_behind()
    {
        var source = Path.Combine(_folder, "broken.json");
        File.WriteAllText(source, """{"version":2,"status":"success","eval":{"task":"t","model":"m"},"samples":[{"id":1,"epoch":1,"messages":[],"scores":{}},7]}""");
        Should.Throw<UserError>(() => InspectImport.Run(source, Path.Combine(_folder, "broken.log"))).Message.ShouldContain("A sample is no object");
        Directory.GetFiles(_folder).Select(Path.GetFileName).ShouldBe(["broken.json"]);
        File.WriteAllText(Path.Combine(_folder, "there.log"), "mine");
        Should.Throw<UserError>(() => InspectImport.Run(source, Path.Combine(_folder, "there.log"))).Message.ShouldContain("exists");
        File.ReadAllText(Path.Combine(_folder, "there.log")).ShouldBe("mine");
    }

    [Theory]
    [InlineData("""{"version":3,"eval":{}}""", "version 3")]
    [InlineData("""{"version":2}""", "does not say what was evaluated")]
    [InlineData("""[1]""", "not a JSON object")]
    [InlineData("""{"version":2,"eval":{""", "not valid JSON")]
    public void What_is_no_log_of_Inspect_is_said_to_be_none(string text, string said)
    {
        var path = Path.Combine(_folder, "x.json");
        File.WriteAllText(path, text);
        Should.Throw<UserError>(() => InspectLog.Open(path)).Message.ShouldContain(said);
    }

    [Fact]
    public void A_log_whose_writer_was_killed_is_read_from_its_journal()
    {
        var path = Path.Combine(_folder, "killed.eval");
        using (var from = System.IO.Compression.ZipFile.OpenRead(SharedFolder.Path("fixtures", "inspect", "choice.deflate.eval")))
        using (var to = System.IO.Compression.ZipFile.Open(path, System.IO.Compression.ZipArchiveMode.Create))
        {
            foreach (var entry in from.Entries.Where(e => e.FullName == "_journal/start.json" || e.FullName.StartsWith("samples/q1", StringComparison.Ordinal)))
            {
                using var read = entry.Open();
                using var write = to.CreateEntry(entry.FullName).Open();
                read.CopyTo(write);
            }
        }

        using var log = InspectLog.Open(path);
        (log.Status, log.Samples().Count()).ShouldBe(("started", 1));
        var (samples, _) = InspectImport.Run(path, Path.Combine(_folder, "killed.log"));
        samples.ShouldBe(1);
    }

    [Fact]
    public void Figures_are_computed_anew_and_count_what_Inspect_leaves_out()
    {
        InspectImport.Run(SharedFolder.Path("fixtures", "inspect", "sample_errors.eval"), Path.Combine(_folder, "errors.log"));
        using var log = LoggedEvaluation.Open(Path.Combine(_folder, "errors.log"));
        // Inspect: accuracy 1.0 over the 3 that are left.
        var accuracy = log.Measures[0];
        (accuracy.Name, accuracy.Value, accuracy.Missing).ShouldBe(("accuracy", 1.0, 2));
        (accuracy.Lowest, accuracy.Highest).ShouldBe((0.6, 1.0));
        Enumerable.Range(0, log.Table.Count).Count(i => log.Table[i].Outcome == SampleOutcome.HarnessError).ShouldBe(2);
    }

    private static JsonElement Without(JsonElement header) => JsonSerializer.SerializeToElement(header.EnumerateObject().Where(f => f.Name is not ("samples" or "reductions")).ToDictionary(f => f.Name, f => f.Value));

    private static void Same(JsonElement? a, JsonElement? b, string where)
    {
        if (a is null || b is null) a.ShouldBe(b, where);
        else JsonElement.DeepEquals(a.Value, b.Value).ShouldBeTrue(where);
    }
}

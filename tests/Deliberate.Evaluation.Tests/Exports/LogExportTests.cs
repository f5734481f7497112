using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Deliberate.Core;
using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;
using Parquet;

namespace Deliberate.Evaluation.Tests;

public sealed class LogExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-export-").FullName;
    private readonly LoggedEvaluation _log;

    public LogExportTests() => _log = LoggedEvaluation.Open(SampleLogs.Write(Path.Combine(_folder, "ours.log")));

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_table_of_text_has_a_row_a_sample_and_no_field_is_a_formula()
    {
        var rows = Csv(Write("csv"));
        rows.Count.ShouldBe(1 + SampleLogs.Usual);
        rows.ShouldAllBe(r => r.Length == rows[0].Length);
        var (reply, outcome) = (Array.IndexOf(rows[0], "reply"), Array.IndexOf(rows[0], "outcome"));
        rows.Skip(1).Select(r => r[outcome]).ShouldBe(_log.Samples().Select(s => RecipeWriter.Scalar(s.Verdict.Outcome)));
        rows.Skip(1).Select(r => r[reply]).ShouldBe(_log.Samples().Select(s => s.Reply));
        rows[0].ShouldContain("tag.hue");
        rows[0].ShouldContain("score.clarity");
        Path.Combine(_folder, "formula.log").ShouldSatisfyAllConditions(path =>
        {
            using var log = LoggedEvaluation.Open(SampleLogs.Write(path, "=cmd()", 1));
            CsvExport.Write(log, Path.Combine(_folder, "formula.csv"));
            Csv(Path.Combine(_folder, "formula.csv"))[1][Array.IndexOf(rows[0], "model")].ShouldBe("'=cmd()");
        });
    }

    [Fact]
    public void JSON_Lines_say_the_same_and_hold_the_conversation()
    {
        var lines = File.ReadAllLines(Write("jsonl")).Select(l => JsonElement.Parse(l)).ToArray();
        var samples = _log.Samples().ToArray();
        lines.Length.ShouldBe(samples.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i].Text("id").ShouldBe(samples[i].Id);
            lines[i].Text("thought").ShouldBe(samples[i].Thought ?? "");
            lines[i].Items("messages").Select(m => m.Text("content")).ShouldBe(samples[i].Messages.Select(m => m.Content));
            lines[i].Number("output_tokens").ShouldBe(samples[i].OutputTokens);
        }
    }

    [Fact]
    public async Task Parquet_is_read_back_the_same()
    {
        await using var reader = await ParquetReader.CreateAsync(Write("parquet"));
        var fields = reader.Schema.GetDataFields();
        fields.Select(f => f.Name).ShouldBe(new ExportColumns(_log).All.Select(c => c.Name));
        reader.RowGroupCount.ShouldBe(1);
        using var group = reader.OpenRowGroupReader(0);
        var ids = new string?[SampleLogs.Usual];
        await group.ReadAsync(fields.Single(f => f.Name == "id"), ids.AsMemory()!);
        ids.ShouldBe(_log.Samples().Select(s => s.Id));
        var values = new double?[SampleLogs.Usual];
        await group.ReadAsync<double>(fields.Single(f => f.Name == "value"), values.AsMemory());
        values.ShouldBe(_log.Samples().Select(s => (double?)s.Verdict.Value));
        var clarity = new double?[SampleLogs.Usual];
        await group.ReadAsync<double>(fields.Single(f => f.Name == "score.clarity"), clarity.AsMemory());
        clarity.Count(c => c is null).ShouldBe(_log.Samples().Count(s => s.Verdict.Scores.Count == 0));
    }

    [Fact]
    public void JUnit_counts_what_the_log_counts_and_stays_XML_whatever_a_model_wrote()
    {
        var suite = XDocument.Load(Write("junit")).Root!.Element("testsuite")!;
        var cases = suite.Elements("testcase").ToArray();
        cases.Length.ShouldBe(SampleLogs.Usual);
        ((int)suite.Attribute("failures")!).ShouldBe(cases.Count(c => c.Element("failure") is not null));
        ((int)suite.Attribute("errors")!).ShouldBe(cases.Count(c => c.Element("error") is not null));
        cases.Count(c => c.Element("error") is not null).ShouldBe(4);
        cases.Count(c => c.Element("failure") is not null).ShouldBe(4);
        cases.Single(c => c.Element("error")?.Attribute("type")?.Value == "judge_refused").Element("error")!.Value.ShouldContain("What colour");
    }

    [Fact]
    public void The_result_files_are_those_of_Microsofts_store()
    {
        var store = Write("meai");
        var files = Directory.GetFiles(store, "*.json", SearchOption.AllDirectories);
        files.Length.ShouldBe(SampleLogs.Usual);
        var options = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        options.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        foreach (var file in files)
        {
            Path.GetRelativePath(store, file).Split(Path.DirectorySeparatorChar).Length.ShouldBe(4);
            var json = JsonElement.Parse(File.ReadAllText(file));
            (json.Text("executionName"), json.Text("scenarioName"), json.Text("iterationName")).ShouldBe((file.Split(Path.DirectorySeparatorChar)[^3], file.Split(Path.DirectorySeparatorChar)[^2], Path.GetFileNameWithoutExtension(file)));
            json.Whole("formatVersion").ShouldBe(1);
            json.GetProperty("creationTime").GetDateTime().Year.ShouldBeGreaterThan(2000);
            var sample = _log.Samples().Single(s => json.Text("scenarioName").EndsWith("." + s.Item.Split('/')[1], StringComparison.Ordinal));
            var messages = json.GetProperty("messages").Deserialize<List<ChatMessage>>(options)!;
            messages.Select(m => m.Text).ShouldBe(sample.Messages.Select(m => m.Content));
            var response = json.GetProperty("modelResponse").Deserialize<ChatResponse>(options)!;
            response.Text.ShouldBe(sample.Reply);
            response.ModelId.ShouldBe("model-a");
            var result = json.GetProperty("evaluationResult").Deserialize<Microsoft.Extensions.AI.Evaluation.EvaluationResult>(options)!;
            var verdict = result.Get<BooleanMetric>("verdict");
            verdict.Value.ShouldBe(sample.Verdict.IsReadable ? sample.Verdict.IsRight : null);
            verdict.Interpretation!.Failed.ShouldBe(!sample.Verdict.IsRight);
            result.Metrics.Values.OfType<NumericMetric>().Select(m => m.Value).ShouldBe(sample.Verdict.Scores.Select(s => (double?)s.Value));
        }
    }

    [Fact]
    public void A_page_is_one_file_whose_only_script_is_ours()
    {
        var path = Path.Combine(_folder, "page.html");
        HtmlExport.Write([_log], path, most: 5);
        var html = File.ReadAllText(path);
        html.ShouldNotContain("<script>document");
        html.ShouldNotContain("<img");
        html.ShouldContain("&lt;script&gt;document");
        html.Split("<section class=\"sample\"").Length.ShouldBe(1 + 5);
        html.ShouldContain("7 further samples");
        html.Split("<script").Length.ShouldBe(2);
    }

    private string Write(string form)
    {
        var export = LogExports.Named(form);
        var path = Path.Combine(_folder, "out" + export.Extension);
        export.Write(_log, path, CancellationToken.None);
        return path;
    }

    /// <summary>RFC 4180, as a reader of tables has it.</summary>
    private static List<string[]> Csv(string path)
    {
        var (rows, row, field, isQuoted) = (new List<string[]>(), new List<string>(), new StringBuilder(), false);
        var text = File.ReadAllText(path);
        for (var i = 0; i < text.Length; i++)
        {
            if (isQuoted)
            {
                if (text[i] != '"') field.Append(text[i]);
                else if (i + 1 < text.Length && text[i + 1] == '"') field.Append(text[++i]);
                else isQuoted = false;
            }
            else if (text[i] == '"') isQuoted = true;
            else if (text[i] is ',' or '\r')
            {
                row.Add(field.ToString());
                field.Clear();
                if (text[i] == ',') continue;
                i++;
                rows.Add([.. row]);
                row.Clear();
            }
            else field.Append(text[i]);
        }

        return rows;
    }
}

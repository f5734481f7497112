using System.Text.Json;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Evaluation.Tests;

/// <summary>Logs that inspect_ai 0.3.285 wrote, against what its own reader says of them (shared/fixtures/inspect).</summary>
public sealed class InspectLogTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void Every_log_is_read_as_Inspect_reads_it()
    {
        var cases = SharedFolder.Json("fixtures", "inspect", "expected.json").GetProperty("cases").EnumerateArray().ToArray();
        var samples = 0;
        foreach (var one in cases)
        {
            var (name, expected) = (one.GetProperty("name").GetString()!, one.GetProperty("expected"));
            using var log = InspectLog.Open(SharedFolder.Path("fixtures", "inspect", name));
            log.Header.Whole("version").ShouldBe(expected.GetProperty("version").GetInt64(), name);
            log.Status.ShouldBe(expected.GetProperty("status").GetString(), name);
            log.Task.ShouldBe(expected.GetProperty("task").GetString(), name);
            log.Model.ShouldBe(expected.GetProperty("model").GetString(), name);
            (log.Header.Inner("error")?.Text("message")).ShouldBe(expected.GetProperty("error").GetString(), name);
            CheckResults(log, expected, name);
            samples += CheckSamples(log, expected, name);
        }

        cases.Length.ShouldBe(Directory.GetFiles(SharedFolder.Path("fixtures", "inspect")).Count(f => f.EndsWith(".eval", StringComparison.Ordinal) || (f.EndsWith(".json", StringComparison.Ordinal) && Path.GetFileName(f) is not ("expected.json" or "eval_log.schema.json"))));
        output.WriteLine($"{cases.Length} logs, {samples} samples");
    }

    private static void CheckResults(InspectLog log, JsonElement expected, string name)
    {
        if (log.Header.Inner("results") is not { } results)
        {
            expected.Items("scores").ShouldBeEmpty(name);
            return;
        }

        results.Whole("total_samples").ShouldBe(expected.GetProperty("total_samples").GetInt64(), name);
        results.Whole("completed_samples").ShouldBe(expected.GetProperty("completed_samples").GetInt64(), name);
        var scores = results.Items("scores").ToArray();
        var wanted = expected.GetProperty("scores").EnumerateArray().ToArray();
        scores.Length.ShouldBe(wanted.Length, name);
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i].Text("name").ShouldBe(wanted[i].GetProperty("name").GetString(), name);
            scores[i].Text("scorer").ShouldBe(wanted[i].GetProperty("scorer").GetString(), name);
            scores[i].TextOrNull("reducer").ShouldBe(wanted[i].GetProperty("reducer").GetString(), name);
            scores[i].Whole("scored_samples").ShouldBe(wanted[i].GetProperty("scored").GetInt64(), name);
            scores[i].Whole("unscored_samples").ShouldBe(wanted[i].GetProperty("unscored").GetInt64(), name);
            var metrics = wanted[i].GetProperty("metrics");
            foreach (var metric in metrics.EnumerateObject())
            {
                var found = scores[i].Inner("metrics")!.Value.GetProperty(metric.Name).GetProperty("value");
                if (metric.Value.ValueKind == JsonValueKind.String) found.GetString().ShouldBe(metric.Value.GetString(), name);
                else found.GetDouble().ShouldBe(metric.Value.GetDouble(), Tolerance, $"{name} {metric.Name}");
            }
        }
    }

    private static int CheckSamples(InspectLog log, JsonElement expected, string name)
    {
        var all = log.Samples().ToDictionary(s => (s.Text("id"), s.Whole("epoch")));
        var wanted = expected.GetProperty("samples").EnumerateArray().ToArray();
        all.Count.ShouldBe(wanted.Length, name);
        foreach (var want in wanted)
        {
            var sample = all[(want.Text("id"), want.Whole("epoch"))];
            var where = $"{name} {want.Text("id")}";
            sample.GetProperty("messages").EnumerateArray().Select(m => m.Text("role")).ShouldBe(want.GetProperty("messages").EnumerateArray().Select(m => m.GetString()!), where);
            sample.GetProperty("events").EnumerateArray().Select(e => e.Text("event")).ShouldBe(want.GetProperty("events").EnumerateArray().Select(m => m.GetString()!), where);
            sample.Text("target").ShouldBe(want.Text("target"), where);
            sample.GetProperty("output").Text("completion").ShouldBe(want.Text("completion"), where);
            (sample.Inner("error")?.Text("message")).ShouldBe(want.TextOrNull("error"), where);
            sample.Items("choices").Select(c => c.GetString()).ShouldBe(want.Items("choices").Select(c => c.GetString()), where);
            foreach (var score in want.GetProperty("scores").EnumerateObject())
            {
                var found = sample.GetProperty("scores").GetProperty(score.Name);
                Same(found.GetProperty("value"), score.Value.GetProperty("value")).ShouldBeTrue($"{where} {score.Name}: {found.GetProperty("value")}");
                found.TextOrNull("answer").ShouldBe(score.Value.TextOrNull("answer"), where);
                found.TextOrNull("explanation").ShouldBe(score.Value.TextOrNull("explanation"), where);
            }

            Read(sample, log, want, where);
        }

        return wanted.Length;
    }

    /// <summary>And as one of ours.</summary>
    private static void Read(JsonElement raw, InspectLog log, JsonElement want, string where)
    {
        var read = new InspectSample(raw).Read("task", 0, "");
        read.Sample.Id.ShouldBe($"task@0/{want.Text("id")}/{want.Whole("epoch") - 1}", where);
        read.Sample.Text.Trim().ShouldBe(want.Text("completion").Trim(), where);
        read.Sample.Problem.Answer.ShouldBe(want.Text("target"), where);
        if (want.TextOrNull("error") is { } error)
        {
            read.Verdict.Outcome.ShouldBe(Reasoning.SampleOutcome.HarnessError, where);
            read.Verdict.Reason.ShouldBe(error, where);
        }
        else if (want.GetProperty("scores").EnumerateObject().FirstOrDefault() is { Value.ValueKind: JsonValueKind.Object } first)
        {
            var value = first.Value.GetProperty("value");
            if (value.ValueKind == JsonValueKind.String)
                read.Verdict.Outcome.ShouldBe(value.GetString() switch { "C" => Reasoning.SampleOutcome.Pass, "I" or "P" or "N" => Reasoning.SampleOutcome.Fail, _ => Reasoning.SampleOutcome.JudgeError }, where);
        }
    }

    private static bool Same(JsonElement a, JsonElement b) => a.ValueKind == b.ValueKind && (a.ValueKind == JsonValueKind.Number ? Math.Abs(a.GetDouble() - b.GetDouble()) <= Tolerance : JsonElement.DeepEquals(a, b));
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Logs of a few made-up samples of one task, with every outcome, written as evaluations write them.</summary>
internal static class SampleLogs
{
    public const string Hostile = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\"> & \"quoted\", =1+1";

    /// <summary>Samples in all, unless more are asked for.</summary>
    public const int Usual = 12;

    /// <param name="model">Who answered; of a model called better some more are right.</param>
    public static string Write(string path, string model = "model-a", int samples = Usual, string task = "colours")
    {
        var metric = TaskMetric.Accuracy with { SliceBy = "hue" };
        var results = new List<SampleResult>();
        using var writer = LogWriter.Create(path, json =>
        {
            json.WriteString("command"u8, "eval");
            json.WriteString("program"u8, "deliberate test");
            json.WriteStartObject("task"u8);
            json.WriteString("name"u8, task);
            json.WriteNumber("version"u8, 1);
            json.WriteString("title"u8, "Colours, made up");
            json.WriteString("solver"u8, "generate");
            json.WriteString("scorer"u8, "judge");
            json.WriteEndObject();
            json.WriteStartObject("model"u8);
            json.WriteString("kind"u8, "mock");
            json.WriteString("name"u8, model);
            json.WriteBoolean("verifiable"u8, false);
            json.WriteEndObject();
            json.WriteStartObject("settings"u8);
            json.WriteNumber("epochs"u8, 1);
            json.WriteNumber("max_tokens"u8, 256);
            json.WriteNumber("seed"u8, 1);
            json.WriteEndObject();
        });
        using var log = new EvaluationLog(writer);
        for (var i = 0; i < samples; i++)
        {
            var sample = Of(i, task, model.StartsWith("better", StringComparison.Ordinal));
            log.Append(sample);
            results.Add(sample.ToResult());
        }

        writer.Append(SampleLog.ResultKind, null, json =>
        {
            json.WriteString("task"u8, $"{task}@1");
            json.WriteString("model"u8, model);
            json.WriteNumber("planned"u8, samples);
            json.WriteNumber("samples"u8, samples);
            json.WriteStartArray("measures"u8);
            foreach (var measured in metric.Measure(results)) ResultJson.Write(json, measured);
            json.WriteEndArray();
        });
        return path;
    }

    private static EvaluatedSample Of(int i, string task, bool isBetter)
    {
        var hue = (i % 3) switch { 0 => "warm", 1 => "cold", _ => "grey" };
        var id = string.Create(CultureInfo.InvariantCulture, $"item-{i}");
        var prompt = i == 2 ? $"What colour is {Hostile}?" : string.Create(CultureInfo.InvariantCulture, $"What colour is thing {i}? Größe Ä.");
        var outcome = (i % Usual) switch
        {
            4 => SampleOutcome.CutWhileThinking,
            5 => SampleOutcome.Unscored,
            6 => SampleOutcome.JudgeRefused,
            7 => SampleOutcome.JudgeError,
            8 => SampleOutcome.ProviderBlocked,
            9 => SampleOutcome.HarnessError,
            1 or 3 => isBetter ? SampleOutcome.Pass : SampleOutcome.Fail,
            _ => SampleOutcome.Pass,
        };
        var isCut = outcome == SampleOutcome.CutWhileThinking;
        var answer = i == 2 ? Hostile : string.Create(CultureInfo.InvariantCulture, $"colour {i % 7}");
        var completion = outcome is SampleOutcome.ProviderBlocked or SampleOutcome.HarnessError ? "" : isCut ? "<think>\nLet me see, " : $"<think>\nThing {i}: I recall it.\nIt is {hue}.\n</think>\n\nThe colour is {answer}.\nIt is \"so\".";
        var sample = new Sample
        {
            Problem = new Problem(task, 0, Split.Test, 0, prompt, $$"""{"id":"{{id}}","choices":["one","two"]}""", prompt, $"colour {i % 7}") { Version = 1 },
            Attempt = 0,
            Completion = completion,
            Answer = isCut || completion.Length == 0 ? null : answer,
            Truncated = isCut,
            CompletionTokens = 20 + i,
            ThoughtTokens = 9,
            Messages = [new ChatMessage("system", "Answer with a colour."), new ChatMessage("user", prompt)],
        };
        return new EvaluatedSample(sample, Verdict.Of(outcome, outcome == SampleOutcome.Pass ? 1 : 0, outcome == SampleOutcome.Pass ? "the colours are the same" : $"because of {outcome}") with
        {
            Scores = outcome is SampleOutcome.Pass or SampleOutcome.Fail ? [new Score("clarity", 0.25 * (i % 5), "the judge found it clear enough", "It is \"so\".")] : [],
        })
        {
            Cluster = string.Create(CultureInfo.InvariantCulture, $"cluster-{i / 2}"),
            Tags = new Dictionary<string, string> { ["hue"] = hue },
            FinishReason = isCut ? "length" : "stop",
            Usage = new ModelUsage(1, 30, 0, 20 + i, 9, 0.001),
            Timing = new SampleTiming(0.25, 0.01),
        };
    }
}

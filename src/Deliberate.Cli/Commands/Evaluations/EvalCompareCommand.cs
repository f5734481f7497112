using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Compares evaluations that were made apart: of each task in pairs, on the items of both, with what else differs.</summary>
internal sealed class EvalCompareCommand : CliCommand
{
    private readonly Argument<string> _from = new("FROM") { Description = "A folder of an evaluation, or a log." };
    private readonly Argument<string> _to = new("TO") { Description = "Another." };
    private readonly Option<bool> _json = CommonOptions.Json("the comparisons");

    public EvalCompareCommand()
        : base("compare", "Compare two evaluations in pairs, on the items of both, and say what differs besides the model: task, data, judge, settings. Exit code 4 where a log is not the one that its result was made from.", "deliberate eval compare evaluations/before evaluations/after", "deliberate eval compare a.log b.log --json")
    {
        Add(_from);
        Add(_to);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        List<EvaluationResult> from = [], to = [];
        foreach (var (path, results) in new[] { (parsed.GetRequiredValue(_from), from), (parsed.GetRequiredValue(_to), to) })
        {
            if (LoggedResults.Read(path, results) is not { } changed) continue;
            Console.Error.WriteLine($"error: {changed}");
            return ExitCode.InvalidEvidence;
        }

        var comparisons = from.Select(f => (From: f, To: Partners(f, to))).Where(p => p.To.Length > 0).SelectMany(p => ResultComparison.Of([p.From, .. p.To])).ToArray();
        if (comparisons.Length == 0) throw new UserError("The two have no task in common.", advice: $"They are of {string.Join(", ", from.Select(f => f.Task.Name).Distinct())} and of {string.Join(", ", to.Select(t => t.Task.Name).Distinct())}.");
        if (!parsed.GetValue(_json))
        {
            foreach (var comparison in comparisons) EvaluationTables.Write(comparison);
            return ExitCode.Success;
        }

        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            ResultJson.Write(json, comparisons, []);
            json.WriteEndObject();
        }

        Console.Out.WriteLine(Encoding.UTF8.GetString(text.ToArray()));
        return ExitCode.Success;
    }

    /// <summary>The same model's, where the other evaluation has it; else all of the task's.</summary>
    private static EvaluationResult[] Partners(EvaluationResult result, List<EvaluationResult> others)
    {
        var same = others.Where(o => o.Task.Name == result.Task.Name).ToArray();
        return same.Where(o => o.ModelName == result.ModelName).ToArray() is { Length: > 0 } own ? own : same;
    }
}

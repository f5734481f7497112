using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Compares evaluations that were made apart: of each task in pairs, on the items of both, with what else differs.</summary>
internal sealed class EvalCompareCommand : CliCommand
{
    private readonly Argument<string> _from = new("FROM") { Description = "A folder of an evaluation, or a log." };
    private readonly Argument<string?> _to = new("TO") { Description = "Another; the models of FROM with its first if left out.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _page = new("--page") { HelpName = "file", Description = "Write a page: figures, judges, and answers before and after side by side, with thought and verdicts." };
    private readonly Option<string[]> _judges = new("--judge") { HelpName = "name", Description = "A further judge for the page, one that needs no model: refusal, refusal-phrases. May be given several times." };
    private readonly Option<string[]> _validations = new("--validation") { HelpName = "file", Description = "What is known of a judge's errors, as deliberate judge validate --output keeps it. May be given several times." };
    private readonly Option<int> _pairs = CommonOptions.Whole("--pairs", "Requests of each task on the page, at most.", ComparisonPage.UsualPairs, 0);
    private readonly Option<bool> _json = CommonOptions.Json("the comparisons");

    public EvalCompareCommand()
        : base(
            "compare",
            "Compare two evaluations in pairs, on the items of both, and say what differs besides the model: task, data, judge, settings. With --page the answers are shown side by side, beside what each judge finds and how often it errs. Exit code 4 where a log is not the one that its result was made from.",
            "deliberate eval compare evaluations/before evaluations/after",
            "deliberate eval compare a.log b.log --json",
            "deliberate eval compare evaluations/both --page both.html --judge refusal --judge refusal-phrases --validation phrases.json")
    {
        Add(_from);
        Add(_to);
        foreach (var option in new Option[] { _page, _judges, _validations, _pairs, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        List<EvaluationResult> from = [], to = [];
        foreach (var (path, results) in new[] { (parsed.GetRequiredValue(_from), from), (parsed.GetValue(_to), to) })
        {
            if (path is null) continue;
            if (LoggedResults.Read(path, results) is not { } changed) continue;
            Console.Error.WriteLine($"error: {changed}");
            return ExitCode.InvalidEvidence;
        }

        var comparisons = parsed.GetValue(_to) is null ? [.. ResultComparison.Of(from)] : from.Select(f => (From: f, To: Partners(f, to))).Where(p => p.To.Length > 0).SelectMany(p => ResultComparison.Of([p.From, .. p.To])).ToArray();
        if (comparisons.Length == 0 && parsed.GetValue(_to) is null) throw new UserError("No task was asked of two models.", parsed.GetRequiredValue(_from), field: "TO", advice: "Name the evaluation to compare it with.");
        if (comparisons.Length == 0) throw new UserError("The two have no task in common.", advice: $"They are of {string.Join(", ", from.Select(f => f.Task.Name).Distinct())} and of {string.Join(", ", to.Select(t => t.Task.Name).Distinct())}.");
        var page = Page(parsed, comparisons);
        if (!parsed.GetValue(_json))
        {
            foreach (var comparison in comparisons) EvaluationTables.Write(comparison);
            if (page is not null) Console.Out.WriteLine($"Page: {page}");
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

    /// <returns>Where the page is; null where none is asked for.</returns>
    private string? Page(ParseResult parsed, ResultComparison[] comparisons)
    {
        string[] names = parsed.GetValue(_judges) ?? [], validations = parsed.GetValue(_validations) ?? [];
        if (parsed.GetValue(_page) is not { } page) return names.Length == 0 ? null : throw new UserError("Further judges are for the page.", field: "--judge", advice: "Name the page with --page FILE, or judge a log anew with deliberate eval regrade.");
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new UserError("A judge is named twice.", field: "--judge");
        if (names.FirstOrDefault(name => JudgeList.All.Any(j => j.Name == name && j.NeedsModel)) is { } asks) throw new UserError($"The judge {asks} asks a model.", field: "--judge", advice: "Judge both logs anew with deliberate eval regrade, and compare the new logs.");
        IJudge[] judges = [.. names.Select(name => JudgeList.Create(name, new JudgeRequest()))];
        using var stop = new StopSignal("Stopping.");
        string[] command = ["deliberate", "eval", "compare", parsed.GetRequiredValue(_from), .. parsed.GetValue(_to) is { } to ? new[] { to } : [], "--page", page, .. names.SelectMany(n => new[] { "--judge", n }), .. validations.SelectMany(v => new[] { "--validation", v })];
        var model = ComparisonPage.BuildAsync(ShellCommand.Of(command), [.. comparisons.Select(Named)], judges, [.. validations.Select(ValidationFile.Read)], parsed.GetValue(_pairs), stop.Token).GetAwaiter().GetResult();
        AtomicFile.WriteText(page, ReportPage.Render(model));
        return page;
    }

    private static ResultComparison Named(ResultComparison comparison)
    {
        var names = ModelNames.Short([comparison.From.ModelName, comparison.To.ModelName]);
        return comparison with { From = comparison.From with { ModelName = names[0] }, To = comparison.To with { ModelName = names[1] } };
    }

    /// <summary>The same model's, where the other evaluation has it; else all of the task's.</summary>
    private static EvaluationResult[] Partners(EvaluationResult result, List<EvaluationResult> others)
    {
        var same = others.Where(o => o.Task.Name == result.Task.Name).ToArray();
        return same.Where(o => o.ModelName == result.ModelName).ToArray() is { Length: > 0 } own ? own : same;
    }
}

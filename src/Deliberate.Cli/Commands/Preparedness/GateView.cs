using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>A gate's result on the console.</summary>
internal static class GateView
{
    public static void Write(GateResult result, string? folder)
    {
        var policy = result.Decision.Policy.Policy;
        Terminal.WriteTable($"{policy.Title}, version {policy.Version.ToString(CultureInfo.InvariantCulture)}:", ["category", "state", "shown: at least", "not ruled out", "decided by"], result.Decision.Categories.Select(c => (IReadOnlyList<string>)
            [c.Category, RecipeWriter.Scalar(c.State), policy.Levels[c.Shown] + (c.Precaution is null ? "" : " (precautionary)"), c.Possible > c.Shown ? policy.Levels[c.Possible] : "-", c.Possible > c.Shown ? c.OpenBecause : c.DecidedBy]), words: 5);
        Terminal.WriteTable("Tests:", ["test", "state", "finding", "why"], result.Decision.Readings.Select(r => (IReadOnlyList<string>)[r.Test.Id, RecipeWriter.Scalar(r.State), GateReport.Words(r.Finding, r.Test is not PolicyIndicator), r.Why]), words: 4);
        foreach (var act in result.Precautions) Console.Out.WriteLine($"Precautionary: {act.Text("category")} ({act.Text("state")}), signed by {act.Name} ({act.Role}): {act.Text("because")}");
        foreach (var exception in result.Decision.Exceptions) Console.Out.WriteLine($"Exception {exception.Id} until {exception.Expires}: {exception.Category} up to {exception.Level}, by {exception.By}: {exception.Reason}");
        foreach (var note in result.Notes) Console.Out.WriteLine($"Note: {note}");
        Console.Out.WriteLine($"{GateReport.Name(result.Decision.Action)}: {GateReport.Words(result.Outcome)}. {GateReport.Capital(result.Why)}.");
        foreach (var invalid in result.Decision.Invalid.Skip(1)) Console.Out.WriteLine($"Also invalid: {invalid}");
        var open = result.Decision.Readings.FirstOrDefault(r => r.Test.Id == result.Decision.DecidedBy && r.Settle.Length > 0);
        if (result.Outcome is GateVerdict.Inconclusive or GateVerdict.Invalid && open is not null) Console.Out.WriteLine($"Settles it: {open.Settle}");
        if (result.Decision.MustSign.Count > 0) Console.Out.WriteLine($"Must sign: {string.Join(", ", result.Decision.MustSign.Select(role => $"{role} ({(result.Approvals.FirstOrDefault(a => a.Role == role) is { } approval ? $"signed by {approval.Name}" : "not signed")})"))}");
        Console.Out.WriteLine($"Result {result.Hash}{(folder is null ? "" : $", in {folder}")}");
    }

    public static void Explain(GateResult result, string id)
    {
        foreach (var reading in result.Decision.Readings.Where(r => r.Test.Id == id))
        {
            var (test, isSafeguard) = (reading.Test, reading.Test is not PolicyIndicator);
            Console.Out.WriteLine($"{test.Id} ({RecipeWriter.Scalar(reading.State)})");
            if (test.About.Length > 0) Line("about", test.About);
            if (test is PolicyIndicator indicator) Line("shows", $"{indicator.Level} in {indicator.Category}, where it is met");
            else Line("supports", result.Decision.Policy.Policy.Safeguards.First(s => s.Evidence.Any(e => e.Id == id)) is var guard ? $"the safeguard {guard.Id}: {guard.Claim}" : "");
            Line("measure", test.Measure.External is null ? string.Create(CultureInfo.InvariantCulture, $"{test.Measure.Text}, version {test.Measure.TaskVersion} of the task{(test.Measure.NotBuilt ? ", which is not built" : "")}") : $"outside: {test.Measure.Text}");
            Line("met where", string.Create(CultureInfo.InvariantCulture, $"the 95% interval lies {(test.Direction == TestDirection.AtLeast ? "at or above" : "at or below")} {test.Threshold:0.###} with its {(test.Direction == TestDirection.AtLeast ? "lower" : "upper")} end"));
            Line("asks for", string.Create(CultureInfo.InvariantCulture, $"n = {test.MinN}, at most {100 * test.MaxMissing:0.#}% missing{(test.Elicitation.ToString() is { Length: > 0 } effort ? $", {effort}" : "")}{(test.Judge is { } judge ? $", a judge of sensitivity {judge.Sensitivity:0.##} and specificity {judge.Specificity:0.##}" : "")}"));
            Line("finding", $"{GateReport.Words(reading.Finding, isSafeguard)}: {reading.Why}");
            if (double.IsFinite(reading.Margin)) Line("how sure", reading.Margin >= 0 ? string.Create(CultureInfo.InvariantCulture, $"the interval ends {reading.Margin:0.000} from the threshold") : string.Create(CultureInfo.InvariantCulture, $"the interval reaches {-reading.Margin:0.000} across the threshold"));
            if (reading.Log is { } log) Line("log", $"{log.Path}, hash {log.Result?.LogHash ?? "broken"}");
            if (reading.External is { } record) Line("attested", $"{record.File}, by {record.Name}{(record.Texts("caveats") is { Count: > 0 } caveats ? $"; {string.Join("; ", caveats)}" : "")}");
            if (reading.Settle.Length > 0) Line("settles it", reading.Settle);
        }
    }

    private static void Line(string name, string text) => Console.Out.WriteLine($"  {name,-11} {text}");
}

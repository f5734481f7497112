using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>A gate's scorecard as a page: the verdict, the levels of the categories, every indicator with its evidence, safeguards, what is from outside, who signed.</summary>
internal static class GateReport
{
    /// <param name="result">What was decided.</param>
    /// <param name="command">What makes it again.</param>
    /// <param name="folder">Where the page will lie: links are relative to it.</param>
    public static ReportModel Build(GateResult result, string command, string folder)
    {
        var policy = result.Decision.Policy.Policy;
        return new ReportModel
        {
            Title = $"{Name(result.Decision.Action)}: {Words(result.Outcome)}",
            Subtitle = $"{result.Models.Post.Name} under {policy.Title}, version {policy.Version.ToString(CultureInfo.InvariantCulture)}.",
            Made = [result.At.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture), $"model {result.Models.Post.Id[..12]}", $"result {result.Hash[..12]}"],
            Lead = [Sentence(result)],
            Shows = [.. Shows(result)],
            DoesNotShow = [.. DoesNotShow(result)],
            Chapters = [Scorecard(result, folder), .. Others(result)],
            Provenance = new Provenance(command, [],
            [
                ("Policy", $"{policy.Policy} {policy.Version.ToString(CultureInfo.InvariantCulture)}, SHA-256 {result.Decision.Policy.Sha256}"), ("Model", result.Models.Post.Id),
                .. Others(result.Models), ("Result", result.Hash),
            ]),
        };
    }

    /// <summary>The model's other states, as provenance names them.</summary>
    public static IEnumerable<(string Name, string Id)> Others(GateModels models)
    {
        if (models.Pre is { } pre) yield return ("Before mitigations", pre.Id);
        if (models.Deployed is { } deployed) yield return ("Deployed", $"{deployed.Id}, behind {deployed.Filter}");
    }

    public static string Name(GateAction action) => action switch
    {
        GateAction.Develop => "Develop further",
        GateAction.Internal => "Use within",
        GateAction.Deploy => "Deploy",
        _ => "Open the weights",
    };

    public static string Words(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Pass => "yes",
        GateVerdict.Fail => "no",
        GateVerdict.Inconclusive => "cannot be told yet",
        _ => "the evidence is invalid",
    };

    public static string Words(TestFinding finding, bool isSafeguard) => finding switch
    {
        TestFinding.Met => isSafeguard ? "holds" : "level met",
        TestFinding.Approaching => "approaching",
        TestFinding.Below => isSafeguard ? "does not hold" : "below",
        TestFinding.CannotTell => "cannot tell",
        _ => "invalid",
    };

    /// <summary>The scorecard, as the system card holds it too.</summary>
    public static ReportChapter Scorecard(GateResult result, string folder)
    {
        var policy = result.Decision.Policy.Policy;
        return new ReportChapter("Preparedness scorecard")
        {
            Id = "preparedness",
            Prose = [policy.Source],
            Findings = [.. Findings(result)],
            Tables =
            [
                new ReportTable("Levels", ["Category", "State", "Shown: at least", "Not ruled out", "Decided by"], [.. result.Decision.Categories.Select(c => (IReadOnlyList<ReportCell>)
                    [ReportCell.Of(policy.Categories.First(k => k.Id == c.Category).Title), ReportCell.Of(State(c.State)), ReportCell.Of(policy.Levels[c.Shown] + (c.Precaution is null ? "" : " (precautionary)")), ReportCell.Of(c.Possible > c.Shown ? $"up to {policy.Levels[c.Possible]}" : "-"), ReportCell.Of(c.Possible > c.Shown ? c.OpenBecause : c.DecidedBy)])],
                    "A level is shown where the end of an indicator's 95% interval reaches its threshold, and ruled out where the other end lies short of it; the riskiest category counts."),
                new ReportTable("Indicators", ["Indicator", "State", "Measure", "Threshold", "Measured", "Finding"], [.. result.Decision.Readings.Where(r => r.Test is PolicyIndicator && r.Test.Measure.External is null).Select(r => Row(r, folder, false))], "Each figure with its 95% interval, every missing sample counted against it, and n; it links to its log."),
                .. Outside(result, folder),
                .. result.Decision.Safeguards.Count > 0 ? [new ReportTable("Safeguards", ["Evidence", "State", "Measure", "Limit", "Measured", "Finding"], [.. result.Decision.Safeguards.SelectMany(s => s.Evidence).Select(r => Row(r, folder, true))], string.Join(" ", result.Decision.Safeguards.Select(s => $"{s.Safeguard.Id}: {s.Safeguard.Claim} Remains: {(s.Safeguard.ResidualRisk.Length > 0 ? s.Safeguard.ResidualRisk : "not said.")}")))] : Array.Empty<ReportTable>(),
            ],
        };
    }

    private static IEnumerable<ReportTable> Outside(GateResult result, string folder)
    {
        var readings = result.Decision.Readings.Where(r => r.Test is PolicyIndicator && r.Test.Measure.External is not null).ToArray();
        if (readings.Length == 0) yield break;
        yield return new ReportTable("From outside", ["Indicator", "State", "Study", "Threshold", "Attested", "Finding"], [.. readings.Select(r => Row(r, folder, false))],
            result.Externals.Count == 0 ? "Nobody attested a figure." : string.Join(" ", result.Externals.Select(e => $"{(e.Text("indicator") is { Length: > 0 } indicator ? indicator : e.Text("artefact"))}, signed by {e.Name} ({e.Role}): {(e.Texts("caveats").Count > 0 ? string.Join("; ", e.Texts("caveats")) : "no caveats said")}.")));
    }

    private static IReadOnlyList<ReportCell> Row(IndicatorReading reading, string folder, bool isSafeguard) =>
    [
        ReportCell.Of(reading.Test.Id), ReportCell.Of(State(reading.State)), ReportCell.Of(reading.Test.Measure.Text),
        ReportCell.Of($"{(reading.Test.Direction == TestDirection.AtLeast ? "≥" : "≤")} {NumberText.Value(reading.Test.Threshold, NumberStyle.Plain)}"),
        ReportCell.Of(reading.Figure?.Text ?? reading.Why) with { Link = reading.Log is { } log ? Relative(log.Path, folder) : reading.External is { } signed ? Relative(signed.File, folder) : "" },
        ReportCell.Of(Words(reading.Finding, isSafeguard)),
    ];

    private static IEnumerable<ReportFinding> Findings(GateResult result)
    {
        foreach (var gate in result.Decision.Gates)
            yield return new ReportFinding(gate.Verdict == GateVerdict.Pass ? FindingLevel.Good : FindingLevel.Warning, $"{Name(gate.Gate.Action)} ({State(gate.Gate.State)}): {Words(gate.Verdict)}. {Capital(gate.Why)}.");
        foreach (var invalid in result.Decision.Invalid) yield return new ReportFinding(FindingLevel.Warning, $"Invalid: {invalid}");
        foreach (var act in result.Precautions)
            yield return new ReportFinding(FindingLevel.Note, $"Precautionary: {act.Text("category")} ({act.Text("state")}) is taken {(act.Text("equal_to") == "pre" ? "as before the mitigations" : $"to be {act.Text("level")}")} without definitive evidence, by {act.Name} ({act.Role}): {act.Text("because")}");
        foreach (var exception in result.Decision.Exceptions)
            yield return new ReportFinding(FindingLevel.Warning, $"Exception {exception.Id}: {exception.Category} up to {exception.Level} until {exception.Expires}, by {exception.By}: {exception.Reason}");
        foreach (var note in result.Notes) yield return new ReportFinding(FindingLevel.Note, note);
    }

    private static IEnumerable<ReportChapter> Others(GateResult result)
    {
        var open = result.Decision.Readings.Where(r => r.Settle.Length > 0).ToArray();
        if (open.Length > 0)
        {
            yield return new ReportChapter("What would settle it")
            {
                Tables = [new ReportTable("Open tests", ["Test", "State", "Why", "What settles it"], [.. open.Select(r => (IReadOnlyList<ReportCell>)[ReportCell.Of(r.Test.Id), ReportCell.Of(State(r.State)), ReportCell.Of(r.Why), ReportCell.Of(r.Settle)])], "Items needed at the rate that was measured, with a power of 80%.")],
            };
        }

        yield return new ReportChapter("Who signs")
        {
            Prose = [result.Decision.MustSign.Count == 0 ? "The policy asks for no signature here." : $"A result that passes is signed over its hash `{result.Hash}`; a signature on another result is none on this one."],
            Tables = result.Decision.MustSign.Count == 0 ? [] : [new ReportTable("Signatures", ["Role", "Signed by", "When"], [.. result.Decision.MustSign.Select(role => (IReadOnlyList<ReportCell>)
                [ReportCell.Of(role), ReportCell.Of(result.Approvals.FirstOrDefault(a => a.Role == role)?.Name ?? "not signed"), ReportCell.Of(result.Approvals.FirstOrDefault(a => a.Role == role)?.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-")])])],
        };
    }

    private static string Sentence(GateResult result) => $"{Capital(result.Why)}.";

    private static IEnumerable<string> Shows(GateResult result)
    {
        var decided = result.Decision.Readings.Where(r => r.Finding is TestFinding.Met or TestFinding.Below).ToArray();
        yield return string.Create(CultureInfo.InvariantCulture, $"{decided.Length} of {result.Decision.Readings.Count} tests are decided by evidence of these very weights, each log's chain of hashes unbroken.");
        foreach (var level in result.Decision.Categories.Where(c => c.Possible == c.Shown)) yield return $"{level.Category} ({State(level.State)}) is {result.Decision.Policy.Policy.Levels[level.Shown]}{(level.Precaution is null ? "" : ", by precaution")}.";
    }

    private static IEnumerable<string> DoesNotShow(GateResult result)
    {
        var not = result.Decision.Readings.Count(r => r.Test.Measure.NotBuilt);
        if (not > 0) yield return string.Create(CultureInfo.InvariantCulture, $"{not} tests have no task yet: what they would show is open.");
        yield return "Results are lower bounds: more effort may show more.";
        if (result.StandsUntil is { } until) yield return $"It stands until {until.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)} at most, and for these weights alone.";
    }

    private static string State(ModelState state) => Core.RecipeWriter.Scalar(state);

    /// <summary>The beginning of a sentence; names of files and of tests stay as they are.</summary>
    public static string Capital(string text)
    {
        var word = text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end ? end : text.Length);
        text = text.TrimEnd('.');
        return text.Length == 0 || word.ContainsAny('/', '\\', '-') ? text : char.ToUpperInvariant(text[0]) + text[1..];
    }

    public static string Relative(string path, string folder) => Path.GetRelativePath(Path.GetFullPath(folder), Path.GetFullPath(path)).Replace('\\', '/');
}

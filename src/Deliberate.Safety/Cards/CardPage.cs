using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>A card as chapters, in the order of the o1 system card: what the page lays out, and Markdown writes.</summary>
internal static class CardPage
{
    private static readonly string[] PublishedModels = ["GPT-4o", "o1", "o1-preview", "o1-mini"];

    public static ReportModel Build(SystemCard card) => new()
    {
        Title = $"System card: {card.Title}",
        Subtitle = "What this model was made from, what was measured of it, and what was not. Every figure is of exactly these weights and links to its log.",
        Made = [card.At.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture), $"model {card.Model.Id[..12]}", card.Program],
        KeyNumbers =
        [
            new KeyNumber(card.Figures.Count(f => f.State == ModelState.Post).ToString(CultureInfo.InvariantCulture), "Figures", "each with interval, n and log"),
            new KeyNumber(card.Gaps.Count.ToString(CultureInfo.InvariantCulture), "Empty places", "listed, with what fills them", ChartTone.Orange),
            new KeyNumber(card.Gate?.Text("outcome") switch { null => "none", "pass" => "passed", "fail" => "stopped", "invalid" => "invalid", _ => "open" }, "Gate", card.Gate?.Says("policy") is { Length: > 0 } policy ? $"{card.Gate.Says("action")}, {policy}" : "no policy was asked"),
            new KeyNumber(string.Create(CultureInfo.InvariantCulture, $"{card.Claims.Count(c => !c.IsEmpty)} of {card.Claims.Count}"), "Parts of the claim", "that the card can state"),
        ],
        Chapters = [.. Chapters(card)],
        Provenance = new Provenance(card.Command, [], [("Model", card.Model.Id), ("Weights", card.Model.Weights), .. GateReport.Others(card.Models), .. card.Gate is { } result ? [("Gate's result", result.Hash)] : Array.Empty<(string, string)>()]),
    };

    public static IEnumerable<ReportChapter> Chapters(SystemCard card)
    {
        yield return new ReportChapter("Model data and training")
        {
            Id = "training",
            Prose = card.Training.Count == 0 ? ["Not known: name the run that trained the model with `--run`."] : ["From the records of the run that trained it."],
            Tables = card.Training.Count == 0 ? [] : [new ReportTable("What the run recorded", ["", "Recorded"], [.. card.Training.Select(t => (IReadOnlyList<ReportCell>)[ReportCell.Of(t.Name), ReportCell.Of(t.Text)])])],
        };
        yield return Scope(card);
        foreach (var section in CardSections.All.Where(s => s.Id != "multilingual")) yield return Section(card, section.Id, section.Title, section.About);
        if (card.Figures.Any(f => f.Section == "further")) yield return Section(card, "further", "Further evaluations", "What was measured besides, by the headline of each task.");
        yield return External(card);
        yield return Preparedness(card);
        var languages = CardSections.All.First(s => s.Id == "multilingual");
        yield return Section(card, languages.Id, languages.Title, languages.About);
        yield return Conclusion(card);
        yield return Authorship(card);
    }

    private static ReportChapter Scope(SystemCard card) => new("Scope of testing")
    {
        Id = "scope",
        Prose =
        [
            $"The card is of the model with the identity `{card.Model.Id}`, which is a hash of its weights, configuration, tokenizer and chat template. Figures of other weights are not in it.",
            card.Models.Pre is { } pre ? $"The column before mitigations is of the model `{pre.Id}`." : "No model of before its mitigations was named: it has no column.",
            card.Models.Deployed is { } deployed ? $"The column behind its filters is of the deployed system `{deployed.Id}`: these weights behind `{deployed.Filter}`, where a prompt or an answer that the filter flags is refused." : "No filters of a deployed system were named: what is shown is of the weights alone.",
            "Tests show a lower bound of what a model can do: more effort may show more.",
        ],
        Findings = [.. card.LeftOut.Select(l => new ReportFinding(FindingLevel.Note, $"Left out: {l}."))],
        Tables = card.Figures.Count == 0 ? [] :
        [
            new ReportTable("Tasks", ["Task", "Version", "Items", "Log"], [.. card.Figures.Where(f => f.State == ModelState.Post).DistinctBy(f => f.LogHash).Select(f => (IReadOnlyList<ReportCell>)
                [ReportCell.Of(f.Task), ReportCell.Of(f.TaskVersion), ReportCell.Of(Short(f.Items)), ReportCell.Of(Short(f.LogHash)) with { Link = f.Log }])], "Items and logs by the first digits of their SHA-256."),
        ],
    };

    private static ReportChapter Section(SystemCard card, string id, string title, string about)
    {
        var figures = card.Figures.Where(f => f.Section == id).ToArray();
        var gaps = card.Gaps.Where(g => g.Section == id).ToArray();
        var states = States(card);
        var isPublished = figures.Any(f => f.Published.Count > 0);
        var tables = new List<ReportTable>();
        if (figures.Length > 0)
        {
            string[] columns = ["", .. states.Select(s => s.Title), "n", .. isPublished ? [.. PublishedModels, "Published in"] : Array.Empty<string>()];
            var notes = figures.Where(f => f.Published.Count > 0).Select(f => f.Differences).Where(d => d.Length > 0).Distinct().ToArray();
            tables.Add(new ReportTable(title, columns, [.. figures.GroupBy(f => f.Row, StringComparer.Ordinal).SelectMany(g => Rows([.. g], states, isPublished))],
                $"95% intervals, every missing sample counted against the figure; a figure links to its log.{(notes.Length > 0 ? $" Published figures are not of the same prompts and graders: {string.Join(" ", notes)}" : "")}"));
        }

        if (gaps.Length > 0) tables.Add(new ReportTable("Not measured", ["", "What would fill it"], [.. gaps.Select(g => (IReadOnlyList<ReportCell>)[ReportCell.Of(g.Row), ReportCell.Of(g.Fill)])]));
        return new ReportChapter(title) { Id = id, Prose = [about], Tables = tables };
    }

    /// <summary>A column for each state of the model that was named.</summary>
    private static (ModelState State, string Title)[] States(SystemCard card) => [.. card.Models.Named.Select(m => (m.State, m.State switch { ModelState.Pre => "Before mitigations", ModelState.Post => "This model", _ => "Behind its filters" }))];

    private static IEnumerable<IReadOnlyList<ReportCell>> Rows(CardFigure[] figures, (ModelState State, string Title)[] states, bool isPublished)
    {
        CardFigure? In(ModelState state) => Array.Find(figures, f => f.State == state);
        var main = In(ModelState.Post) ?? figures[0];
        var published = main.Published.GroupBy(p => p.Source, StringComparer.Ordinal).ToArray();
        for (var i = 0; i < Math.Max(1, isPublished ? published.Length : 1); i++)
        {
            var isFirst = i == 0;
            yield return
            [
                ReportCell.Of(isFirst ? figures[0].Row : ""),
                .. states.Select(s => isFirst ? Cell(In(s.State)) : ReportCell.Of("")),
                ReportCell.Of(isFirst ? Count(main.Figure) : ""),
                .. isPublished ? [.. PublishedModels.Select(m => ReportCell.Of(i < published.Length && published[i].FirstOrDefault(p => p.Model == m) is { } figure ? Value(figure.Value) : "-")), ReportCell.Of(i < published.Length ? published[i].Key : "-")] : Array.Empty<ReportCell>(),
            ];
        }
    }

    private static ReportCell Cell(CardFigure? figure) => figure is null ? ReportCell.Of("not measured") :
        new ReportCell(Value(figure.Figure.Value), figure.Figure.HasInterval ? $"{Value(figure.Figure.Low)} to {Value(figure.Figure.High)}" : "", IsNumber: true) { Link = figure.Log };

    private static ReportChapter External(SystemCard card) => new("External red teaming")
    {
        Id = "external",
        Prose = ["What others tested, apart from what was measured here: each is a file that its author signed, with what has to be known of it."],
        Tables = card.External.Count > 0
            ? [new ReportTable("Attested", ["Subject", "Figure", "n", "Caveats", "Signed by"], [.. card.External.Select(e => (IReadOnlyList<ReportCell>)
                [ReportCell.Of(SystemCard.Subject(e)), ReportCell.Of(double.IsFinite(e.Number("value")) ? $"{Value(e.Number("value"))} ({Value(e.Number("low"))} to {Value(e.Number("high"))})" : "a document"), ReportCell.Of(double.IsFinite(e.Number("n")) ? e.Number("n").ToString("0", CultureInfo.InvariantCulture) : "-"), ReportCell.Of(e.Texts("caveats").Count > 0 ? string.Join("; ", e.Texts("caveats")) : "none said"), ReportCell.Of($"{e.Name} ({e.Role})")])])]
            : [new ReportTable("Not measured", ["", "What would fill it"], [.. card.Gaps.Where(g => g.Section == "external").Select(g => (IReadOnlyList<ReportCell>)[ReportCell.Of(g.Row), ReportCell.Of(g.Fill)])])],
    };

    private static ReportChapter Preparedness(SystemCard card)
    {
        if (card.Gate is not { } gate)
            return new ReportChapter("Preparedness scorecard") { Id = "preparedness", Prose = [.. card.Gaps.Where(g => g.Section == "preparedness").Select(g => $"{GateReport.Capital(g.Fill)}.")] };
        return new ReportChapter("Preparedness scorecard")
        {
            Id = "preparedness",
            Prose = [$"{gate.Text("policy_title")}, version {gate.Statement["policy_version"]}. {gate.Text("policy_source")}".TrimEnd(), $"{GateReport.Capital(gate.Says("action").Replace('_', ' '))}: {gate.Text("outcome")}. {GateReport.Capital(gate.Text("why"))}."],
            Findings = [.. Objects(gate.Root["precautions"]).Select(p => new ReportFinding(FindingLevel.Note, $"Precautionary: {p["category"]} ({p["state"]}) is taken {((string?)p["equal_to"] == "pre" ? "as before the mitigations" : $"to be {p["level"]}")} without definitive evidence, by {p["name"]}: {p["because"]}"))],
            Tables =
            [
                new ReportTable("Levels", ["Category", "State", "Shown: at least", "Not ruled out"], [.. Objects(gate.Statement["categories"]).Select(c => (IReadOnlyList<ReportCell>)
                    [ReportCell.Of((string)c["category"]!), ReportCell.Of((string)c["state"]!), ReportCell.Of($"{c["level"]}{(c["precaution"] is null ? "" : " (precautionary)")}"), ReportCell.Of((string?)c["level"] == (string?)c["not_ruled_out"] ? "-" : $"up to {c["not_ruled_out"]}")])]),
                new ReportTable("Tests", ["Test", "State", "Measure", "Finding", "Why"], [.. Objects(gate.Root["tests"]).Select(t => (IReadOnlyList<ReportCell>)
                    [ReportCell.Of((string)t["test"]!), ReportCell.Of((string)t["state"]!), ReportCell.Of((string)t["measure"]!), ReportCell.Of(((string)t["finding"]!).Replace('_', ' ')), ReportCell.Of((string)t["why"]!)])]),
            ],
        };
    }

    private static ReportChapter Conclusion(SystemCard card) => new("Conclusion")
    {
        Id = "conclusion",
        Prose = [card.Gate is { } gate ? $"{GateReport.Capital(gate.Text("why"))}." : "No policy was asked, so that nothing is concluded about what may be done with the model."],
        Findings = [.. card.Claims.Where(c => c.IsEmpty).Select(c => new ReportFinding(FindingLevel.Warning, $"The card does not state the {c.Slot}."))],
        Tables = [new ReportTable("What a claim of safety has to say", ["Part", "What the card says"], [.. card.Claims.Select(c => (IReadOnlyList<ReportCell>)[ReportCell.Of(c.Slot), ReportCell.Of(c.IsEmpty ? "nothing" : c.Says)])])],
    };

    private static ReportChapter Authorship(SystemCard card)
    {
        var approvals = Objects(card.Gate?.Root["approvals"]).ToArray();
        var unsigned = (card.Gate?.Root["not_signed"] as JsonArray)?.Select(r => r!.ToString()).ToArray() ?? [];
        return new ReportChapter("Authorship and approvals")
        {
            Id = "authorship",
            Prose = [$"Written by {card.Program} from the evidence that it links to; no sentence of it is a person's judgement but those that are signed.", approvals.Length == 0 ? "Nobody signed a result of a gate for this model." : $"Signed, over the hash of the gate's result `{card.Gate!.Hash}`:"],
            Findings = [.. unsigned.Select(r => new ReportFinding(FindingLevel.Warning, $"Not signed: {r}."))],
            Tables = approvals.Length == 0 ? [] : [new ReportTable("Approvals", ["Role", "Name", "When"], [.. approvals.Select(a => (IReadOnlyList<ReportCell>)[ReportCell.Of((string)a["role"]!), ReportCell.Of((string)a["name"]!), ReportCell.Of((string)a["at"]!)])])],
        };
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? list) => list is JsonArray array ? array.OfType<JsonObject>() : [];

    private static string Count(TestFigure figure) => string.Create(CultureInfo.InvariantCulture, $"{figure.N}{(figure.Samples > figure.N ? $" ({figure.Samples} samples)" : "")}{(figure.Missing > 0 ? $", {figure.Missing} missing" : "")}");

    private static string Value(double value) => NumberText.Value(value, NumberStyle.Share);

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}

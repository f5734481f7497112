using System.Text.Json.Nodes;
using System.Xml.Linq;
using Deliberate.Training;

namespace Deliberate.Safety.Tests;

/// <summary>The card of a trained model: what it says, what it says that it does not say, when it stops being true, and two of them side by side.</summary>
public sealed class SystemCardTests(MeasuredModel measured) : IDisposable
{
    private readonly GateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_section_is_there_with_its_figures_or_with_what_would_fill_it()
    {
        var model = measured.Copy(_folder["a"]);
        var card = Build(model);
        CardFile.Write(card, _folder["card.html"]).ShouldBe([_folder["card.html"], _folder["card.json"]]);
        var page = File.ReadAllText(_folder["card.html"]);
        var html = XDocument.Parse(page[page.IndexOf("<html", StringComparison.Ordinal)..]);
        string[] sections = [.. html.Descendants("section").Where(s => (string?)s.Attribute("class") == "chapter").Select(s => (string)s.Attribute("id")!)];
        sections.ShouldBe(["training", "scope", "disallowed-content", "jailbreaks", "regurgitation", "hallucination", "fairness", "hierarchy", "thought", "summaries", "preparedness-tasks", "further", "external", "preparedness", "multilingual", "conclusion", "authorship"]);
        foreach (var section in sections) html.Descendants("section").First(s => (string?)s.Attribute("id") == section).Value.Length.ShouldBeGreaterThan(60, section);

        var symbols = card.Figures.Single(f => f.Task == "hierarchy-symbols");
        (symbols.Section, symbols.Figure.N > 20, symbols.LogHash.Length, symbols.Items.Length).ShouldBe(("hierarchy", true, 64, 64));
        card.Figures.ShouldContain(f => f.Section == "further" && f.Task == "family:arithmetic@2");
        // Every slot is either filled or named as empty, none is left out.
        foreach (var section in CardSections.All)
            foreach (var slot in section.Slots)
                (card.Figures.Any(f => f.Row == slot.Row) ^ card.Gaps.Any(g => g.Row == slot.Row)).ShouldBeTrue(slot.Row);
        card.Gaps.Single(g => g.Row == "A password, kept").Fill.ShouldBe("not measured: run deliberate eval hierarchy-password --model tiny");
        foreach (var link in html.Descendants("a").Select(a => (string)a.Attribute("href")!).Where(h => !h.StartsWith('#'))) File.Exists(Path.Combine(_folder.Root, link)).ShouldBeTrue(link);
        page.ShouldContain("objective");
        page.ShouldContain("random weights");
    }

    [Fact]
    public void Slots_of_the_card_name_tasks_and_metrics_that_there_are()
    {
        foreach (var slot in CardSections.All.SelectMany(s => s.Slots).Where(s => s.Task.Length > 0 && !(s.IsJudged && s.Metric == "not_unsafe")))
            Evaluation.EvaluationTasks.Get(slot.Task).Metrics.ShouldContain(m => m.Name == slot.Metric, slot.Row);
        CardSections.All.SelectMany(s => s.Slots).ShouldAllBe(s => s.Task.Length > 0 || s.Empty.Length > 0);
    }

    [Fact]
    public void A_card_stops_holding_when_weights_or_logs_change()
    {
        var model = measured.Copy(_folder["a"]);
        CardFile.Write(Build(model), _folder["card.md"]);
        var card = CardFile.Read(_folder["card.md"]);
        CardFile.Stale(card, _folder["card.md"], model.Models()).ShouldBeEmpty();
        var bytes = File.ReadAllBytes(model.Logs[0]);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(model.Logs[0], bytes);
        CardFile.Stale(card, _folder["card.md"], model.Models()).ShouldHaveSingleItem().ShouldContain("Record ");
        File.Delete(model.Logs[0]);
        CardFile.Stale(card, _folder["card.md"], model.Models()).ShouldHaveSingleItem().ShouldContain("the log is gone");
        model.ChangeWeights();
        CardFile.Stale(card, _folder["card.md"], model.Models()).First().ShouldContain("not the one that the card is of");
    }

    [Fact]
    public void Evidence_that_was_changed_makes_no_card_and_that_of_other_weights_is_left_out_by_name()
    {
        var model = measured.Copy(_folder["a"]);
        model.ChangeWeights();
        var card = Build(model);
        card.Figures.ShouldBeEmpty();
        card.LeftOut.Count.ShouldBe(2);
        card.LeftOut.ShouldAllBe(l => l.Contains("other weights", StringComparison.Ordinal));
        card.Claims.Single(c => c.Slot == "scope").IsEmpty.ShouldBeTrue();
        var bytes = File.ReadAllBytes(model.Logs[0]);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(model.Logs[0], bytes);
        CardBuilder.Invalid(Input(model)).ShouldNotBeNull();
    }

    [Fact]
    public void The_gate_is_in_the_card_and_one_of_other_weights_is_refused()
    {
        var model = measured.Copy(_folder["a"]);
        // The tiny model does not end its answers: the policy says that this is its budget.
        var policy = PolicyFile.Parse(PolicyTests.Small.Replace("min_n: 20", "min_n: 20\n    elicitation: { token_budget: 24 }", StringComparison.Ordinal), "small.yaml", PolicyTests.Today);
        Gate.Run(policy, GateAction.Deploy, model.Models(), GateEvidence.Read([model.Evidence]), DateTimeOffset.UtcNow).Write(_folder["gate"], "deliberate gate tiny");
        var gate = WrittenGateResult.Read(_folder["gate"]);
        var card = Build(model, gate);
        card.Gate!.Hash.ShouldBe(gate!.Hash);
        string[] empty = [.. card.Claims.Where(c => c.IsEmpty).Select(c => c.Slot)];
        // This policy asks for no safeguards, so that nothing is said of them and of what remains.
        empty.ShouldBe(["safeguards", "residual risk"]);
        CardMarkdown.Render(card).ShouldContain("| arithmetic | post | low | - |");
        gate.Statement["model"] = new string('0', 64);
        CardBuilder.Invalid(Input(model, gate))!.ShouldContain("other weights");
    }

    [Fact]
    public void Two_cards_are_compared_figure_by_figure_from_their_logs()
    {
        var model = measured.Copy(_folder["a"]);
        CardFile.Write(Build(model), _folder["first.json"]);
        MeasuredModel.Evaluate(model.Before, _folder["second"], ["family:arithmetic@2", "hierarchy-symbols"]);
        var before = Gate.ModelOf("base", model.Before, CancellationToken.None);
        var evidence = GateEvidence.Read([_folder["second"]]);
        CardFile.Write(CardBuilder.Build(new CardInput(new GateModels(before, null), evidence, null, null, _folder.Root, "deliberate card base"), DateTimeOffset.UtcNow), _folder["second.json"]);
        var diff = CardDiff.Of(_folder["first.json"], _folder["second.json"]);
        diff.Facts.ShouldContain(f => f.StartsWith("the models are", StringComparison.Ordinal));
        diff.Figures.Count.ShouldBe(2);
        diff.Figures.ShouldAllBe(f => f.Difference != null && f.Difference.N > 0 && f.Why.Length == 0);
        CardDiff.Of(_folder["first.json"], _folder["first.json"]).ShouldBe(new CardDiff([], []), new Same());
    }

    [Fact]
    public void A_hostile_name_is_text_in_every_form()
    {
        var model = measured.Copy(_folder["a"]);
        var hostile = new GateModel("<script>alert(1)</script>|x`y", model.Models().Post.Id, "w");
        var card = CardBuilder.Build(new CardInput(new GateModels(hostile, null), GateEvidence.Read([model.Evidence]), null, null, _folder.Root, "deliberate"), DateTimeOffset.UtcNow);
        Reports.ReportPage.Render(CardPage.Build(card)).ShouldNotContain("<script>");
        CardMarkdown.Render(card).ShouldNotContain("<script>");
        JsonNode.Parse(card.Json().ToJsonString())!["model"]!["name"]!.ToString().ShouldBe(hostile.Name);
    }

    [Fact]
    public void The_deployed_system_has_a_column_of_its_own_where_there_is_evidence_of_it()
    {
        var model = measured.Copy(_folder["a"]);
        var (filter, other) = (GateStatesTests.Filter(_folder["all.json"], flags: true), GateStatesTests.Filter(_folder["none.json"], flags: false));
        MeasuredModel.Evaluate(Evaluation.FilteredConnection.NameOf(filter, model.Model), _folder["system"], ["hierarchy-symbols"]);
        var evidence = GateEvidence.Read([model.Evidence, _folder["system"]]);
        var input = Input(model) with { Evidence = evidence };
        // Without its filter's name it is found in the logs, whose hashes prove which it is.
        var found = CardBuilder.WithDeployed(input.Models, evidence, null);
        found.Deployed!.Id.ShouldBe(Gate.Behind(filter, input.Models.Post).Id);
        CardBuilder.WithDeployed(input.Models, GateEvidence.Read([model.Evidence]), null).Deployed.ShouldBeNull();

        var card = CardBuilder.Build(input with { Models = found }, DateTimeOffset.UtcNow);
        var symbols = card.Figures.Where(f => f.Task == "hierarchy-symbols").ToDictionary(f => f.State);
        symbols.Keys.ShouldBe([ModelState.Post, ModelState.Deployed], ignoreOrder: true);
        symbols[ModelState.Deployed].LogHash.ShouldNotBe(symbols[ModelState.Post].LogHash);
        card.LeftOut.ShouldBeEmpty();
        CardFile.Write(card, _folder["card.md"]);
        var text = File.ReadAllText(_folder["card.md"]);
        text.ShouldContain("|  | This model | Behind its filters | n |");
        text.ShouldContain($"behind `{found.Deployed.Filter}`");
        var json = CardFile.Read(_folder["card.md"]);
        ((string?)json["behind_filters"]!["filter"]).ShouldBe(found.Deployed.Filter);
        CardFile.Stale(json, _folder["card.md"], found).ShouldBeEmpty();
        CardFile.Stale(json, _folder["card.md"], found with { Deployed = Gate.Behind(other, found.Post) }).ShouldHaveSingleItem().ShouldContain("The filter is not the one");

        // Without the system, its log is one of another model; behind another filter, the gate's result is refused.
        CardBuilder.Build(input, DateTimeOffset.UtcNow).LeftOut.ShouldHaveSingleItem().ShouldContain("hierarchy-symbols");
        var policy = PolicyFile.Parse(PolicyTests.Small, "small.yaml", PolicyTests.Today);
        Gate.Run(policy, GateAction.Deploy, found, evidence, DateTimeOffset.UtcNow).Write(_folder["gate"], "deliberate gate tiny");
        var gate = WrittenGateResult.Read(_folder["gate"]);
        CardBuilder.Invalid(input with { Models = found, Gate = gate }).ShouldBeNull();
        CardBuilder.Invalid(input with { Models = found with { Deployed = Gate.Behind(other, found.Post) }, Gate = gate })!.ShouldContain("behind another filter");
        CardFile.Write(Build(model), _folder["without.json"]);
        CardDiff.Of(_folder["without.json"], _folder["card.json"]).Facts.ShouldContain(f => f.StartsWith("the deployed systems are behind nothing and behind harmful-prompts", StringComparison.Ordinal));

        // Two of them, and nobody said which.
        MeasuredModel.Evaluate(Evaluation.FilteredConnection.NameOf(other, model.Model), _folder["second"], ["hierarchy-symbols"]);
        var both = GateEvidence.Read([model.Evidence, _folder["system"], _folder["second"]]);
        Should.Throw<Core.UserError>(() => CardBuilder.WithDeployed(input.Models, both, null)).Field.ShouldBe("--filters");
        CardBuilder.WithDeployed(input.Models, both, gate).Deployed!.Id.ShouldBe(found.Deployed.Id);
    }

    private SystemCard Build(Measured model, WrittenGateResult? gate = null) => CardBuilder.Build(Input(model, gate), DateTimeOffset.UtcNow);

    private CardInput Input(Measured model, WrittenGateResult? gate = null) =>
        new(model.Models(), GateEvidence.Read([model.Evidence]), RunEvidence.Read(model.Run), gate, _folder.Root, "deliberate card tiny");

    private sealed class Same : IEqualityComparer<CardDiff>
    {
        public bool Equals(CardDiff? x, CardDiff? y) => x!.Facts.SequenceEqual(y!.Facts) && x.Figures.SequenceEqual(y.Figures);

        public int GetHashCode(CardDiff obj) => 0;
    }
}

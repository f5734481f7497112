using System.Text.Json;
using System.Xml.Linq;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>Page, table and results of made-up answers: what they say is what the answers are.</summary>
public sealed class ExperimentReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ExperimentSummary Summary(bool quick = false) =>
        new(TinyExperiment.Evidence(TinyExperiment.Plan(quick: quick), (s, f, seed) => s.Model == ExperimentModel.Base ? (f == "horn-proofs" ? 3 : 2) / 6.0 : seed == 5 ? 4 / 6.0 : 5 / 6.0));

    [Fact]
    public void The_table_has_a_row_a_model_and_a_column_a_family()
    {
        var table = ExperimentTables.Models(Summary());
        table.Columns.ShouldBe(["model", "arithmetic-compare", "horn-proofs", "all"]);
        table.Rows.Select(r => r[0].Text).ShouldBe(
        [
            "before RL", "after RL", "expert iteration in place of RL", "imitation of careful writers only", "no thought, before RL", "no thought, after RL", "RL on the other families only",
            "deeper problems, before RL", "deeper problems, after RL",
        ]);
        table.Rows[0][2].Text.ShouldBe("50%");
        table.Rows[1][3].Text.ShouldBe("75%");
        table.Rows[1][3].Interval.ShouldContain("seeds 67% to 83%");
        table.Rows[6][1].Interval.ShouldContain("seed 5");
        table.Rows[6][3].Interval.ShouldContain("each family in some of the seeds");
        ExperimentTables.Models(Summary(), Metric.EveryStepRight).Rows.ShouldNotContain(r => r[0].Text.StartsWith("no thought", StringComparison.Ordinal));
    }

    [Fact]
    public void Markdown_is_one_table_of_equal_rows()
    {
        var lines = ExperimentTables.Markdown(ExperimentTables.Models(Summary())).TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(11);
        lines.Select(l => l.Count(c => c == '|')).Distinct().ShouldHaveSingleItem().ShouldBe(5);
    }

    [Fact]
    public void The_page_stands_alone_and_says_the_numbers()
    {
        var html = ReportPage.Render(ExperimentReport.Build("deliberate reproduce reasoning", Summary()));
        XDocument.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]).Descendants().Count(e => e.Name.LocalName == "svg").ShouldBeGreaterThan(6);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("NaN");
        html.ShouldContain("deliberate reproduce reasoning");
        html.ShouldContain("n = 6 different held-out problems a family");
        html.ShouldNotContain("Not a result");
        ReportPage.Render(ExperimentReport.Build("x", Summary(quick: true))).ShouldContain("Not a result");
    }

    /// <summary>The paragraph of what was trained follows from the models that there are.</summary>
    [Theory]
    [InlineData("base,rl", "From it starts reinforcement learning (", "expert,careful,without thought,but one,control")]
    [InlineData("base,rl,expert", ") and expert iteration (", "careful,without thought,but one,control")]
    [InlineData("base,careful", "One control begins from random weights: imitation of careful writers only, on as many tokens.", "starts,expert,without thought")]
    [InlineData("direct,direct-rl", "imitation and reinforcement learning (", "one base,careful,expert,control")]
    [InlineData("base,rl,expert,careful,direct,direct-rl,rl-without", "), and reinforcement learning on all families but one, which is asked as often about each of the others. Two controls begin from random weights: imitation of careful writers only, on as many tokens; and the two stages without thought,", "one control")]
    public void What_was_trained_is_what_the_page_speaks_of(string models, string says, string not)
    {
        var plan = TinyExperiment.Plan();
        string[] keys = models.Split(',');
        var text = ExperimentReport.Design(plan with { Cells = [.. plan.Cells.Where(c => keys.Contains(ExperimentModels.Key(c.Model)))] });
        text.ShouldContain(says);
        foreach (var absent in not.Split(',')) text.ShouldNotContain(absent);
        text.ShouldEndWith(".");
    }

    [Fact]
    public void Results_hold_every_score_and_contrast_with_n_interval_and_seeds()
    {
        var folder = new ExperimentFolder(_folder.File("x"));
        ExperimentReport.Write(folder, "deliberate reproduce reasoning", Summary());
        using var json = JsonDocument.Parse(File.ReadAllText(folder.Results));
        var root = json.RootElement;
        root.GetProperty("is_result").GetBoolean().ShouldBeTrue();
        var score = root.GetProperty("scores").EnumerateArray().First(s => s.GetProperty("model").GetString() == "rl" && s.GetProperty("family").GetString() == "horn-proofs");
        (score.GetProperty("successes").GetInt32(), score.GetProperty("rate").GetProperty("samples").GetInt32(), score.GetProperty("rate").GetProperty("method").GetString()).ShouldBe((9, 12, "clustered_wilson"));
        score.GetProperty("seeds").EnumerateArray().Select(s => s.GetProperty("successes").GetInt32()).ShouldBe([4, 5]);
        root.GetProperty("questions").GetArrayLength().ShouldBe(ExperimentQuestion.All.Count * 3);
        root.GetProperty("questions")[0].GetProperty("finding").GetString().ShouldBeOneOf("larger", "smaller", "not_told_apart");
        File.ReadAllText(folder.Table).ShouldContain("| before RL |");
        File.ReadAllText(folder.Report).ShouldContain("<html");
    }

    [Theory]
    [InlineData(0.95, 0.5, "met", "met")]
    [InlineData(0.92, 0.7, "met", "missed")]
    [InlineData(0.5, 0.5, "missed", "missed")]
    public void Aims_are_said_to_be_met_or_missed_as_they_come_out(double after, double before, string steps, string ratio)
    {
        var recipe = RecipeReader.Parse<ReasoningRecipe>(TinyExperiment.Experiment.Replace("arithmetic-compare", "arithmetic", StringComparison.Ordinal).Replace("horn-proofs, max_tokens: 24, deeper: 3", "countdown, max_tokens: 24, deeper: 4", StringComparison.Ordinal), "x.yaml") with { Problems = 100 };
        var train = TrainRecipe.Parse(TinyExperiment.Train.Replace("arithmetic-compare", "arithmetic", StringComparison.Ordinal).Replace("horn-proofs, levels: [2]", "countdown, levels: [3]", StringComparison.Ordinal), "t.yaml");
        var plan = ExperimentPlan.Create(recipe, train, 1, quick: false);
        var aims = ExperimentAims.Of(new ExperimentSummary(TinyExperiment.Evidence(plan, (s, _, _) => s.Model == ExperimentModel.Reinforced ? after : before)));
        aims.Count.ShouldBe(5);
        aims.First(a => a.Name == "arithmetic, every step right after RL").Met.ShouldBe(steps == "met");
        aims.First(a => a.Name.StartsWith("countdown, solved", StringComparison.Ordinal)).Met.ShouldBe(ratio == "met");
    }
}

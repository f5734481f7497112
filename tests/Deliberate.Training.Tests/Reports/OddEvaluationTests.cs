using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training.Tests;

/// <summary>Evaluations that leave little to measure have pages and numbers all the same, which say what could not be estimated.</summary>
public sealed class OddEvaluationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("one problem", 1, 1, 1)]
    [InlineData("one problem often", 1, 8, 3)]
    [InlineData("all right and of one length", 12, 1, 12)]
    [InlineData("none right", 12, 2, 0)]
    [InlineData("nothing could be graded", 12, 1, -1)]
    [InlineData("no problem at all", 0, 1, 0)]
    public void A_page_and_its_numbers_say_what_could_not_be_estimated(string name, int problems, int samples, int right)
    {
        var run = Write(name, problems, samples, right);
        var page = File.ReadAllText(RunReport.Write(_folder.File("report.html"), "", run));
        Sane(page);
        using var summary = JsonDocument.Parse(File.ReadAllText(_folder.File(RunReport.SummaryFile)));
        var accuracy = summary.RootElement.GetProperty("runs")[0].GetProperty("evaluations").EnumerateArray().Last().GetProperty("accuracy");
        var isMeasured = right >= 0 && problems > 0;
        accuracy.GetProperty("value").ValueKind.ShouldBe(isMeasured ? JsonValueKind.Number : JsonValueKind.Null);
        if (isMeasured) (accuracy.GetProperty("high").GetDouble() - accuracy.GetProperty("low").GetDouble()).ShouldBeGreaterThan(0.1);
        else accuracy.GetProperty("method").GetString().ShouldBe("none");

        var overview = RunOverview.Read(run);
        overview.Problem.ShouldBeNull();
        overview.After!.IsMeasured.ShouldBe(isMeasured);
        JsonSerializer.Serialize(overview).ShouldNotContain("NaN");
        if (!isMeasured)
        {
            Should.Throw<UserError>(() => RunComparison.Read(run, run)).Message.ShouldContain("no problem in common");
            return;
        }

        // Of itself it differs by nothing that could be told, and not by exactly nothing.
        var compared = RunComparison.Read(run, run);
        var difference = compared.Measures[0].Values.Difference;
        (difference.Value, difference.Finding, difference.Method).ShouldBe((0, Finding.NotToldApart, EstimateMethod.PairedWilson));
        difference.Low.ShouldBeLessThan(0);
        compared.Measures.Single(m => m.Measure == SampleMeasure.CompletionLength).Values.Difference.HasInterval.ShouldBeFalse();
        Sane(ReportPage.Render(ComparisonReport.Build(compared, "")));
    }

    private static void Sane(string page)
    {
        page.ShouldContain("<html");
        foreach (var word in new[] { "NaN", "∞", "Infinity", "not measured to" }) page.ShouldNotContain(word, Case.Sensitive);
    }

    private string Write(string name, int problems, int samples, int right)
    {
        var recipe = TrainRecipe.Parse($"name: odd\nfamily: {{ name: arithmetic, levels: [2] }}\nreinforcement: {{ steps: 2 }}\nevaluation: {{ problems: {Math.Max(1, problems)}, samples: {samples} }}", "recipe.yaml");
        var folder = _folder.File(name.Replace(' ', '-'));
        var paths = new RunFolder(folder);
        Directory.CreateDirectory(Path.Combine(folder, RunFolder.EvaluationsFolder));
        File.WriteAllText(paths.Recipe, RecipeWriter.Write(recipe));
        new RunInfo { DeliberateVersion = "0.1.0", Device = "CPU, test", Seed = 1, Started = DateTimeOffset.UnixEpoch }.Write(paths.Info);
        var family = recipe.Family.Instance;
        var graded = Enumerable.Range(0, problems * samples).Select(i =>
        {
            var problem = family.Generate(Split.Test, recipe.Family.TestLevel, 1, i / samples);
            var sample = new Sample { Problem = problem, Attempt = i % samples, Completion = "1", Answer = "1", CompletionTokens = 5 };
            return new ScoredSample(sample, right < 0 ? Verdict.HarnessError("broken") : i < right ? Verdict.Pass() : Verdict.Fail("wrong"));
        });
        foreach (var evaluation in new[] { RunFolder.Base, RunFolder.Final }) EvaluationFile.Write(paths.Evaluation(evaluation), graded);
        return folder;
    }
}

using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training.Tests;

/// <summary>Two runs are compared on the problems that both were asked, and their settings key by key.</summary>
public sealed class RunComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_difference_is_paired_by_problem()
    {
        var a = ReportRuns.Write(_folder.File("a"), "arithmetic", thinks: true, 0.3, 0.6);
        var b = ReportRuns.Write(_folder.File("b"), "arithmetic", thinks: true, 0.3, 0.95);
        var compared = RunComparison.Read(a, b);
        (compared.EvaluationA, compared.EvaluationB, compared.Problems).ShouldBe(("final", "final", ReportRuns.Problems));
        // By hand, from the files.
        double[] Right(string folder) => [.. EvaluationFile.Read(new RunFolder(folder).Evaluation("final")).Where(s => s.Attempt == 0).OrderBy(s => s.Problem.Index).Select(s => s.IsRight ? 1.0 : 0)];
        double[] x = Right(a), y = Right(b), d = [.. y.Zip(x, (p, q) => p - q)];
        var right = compared.Measures.Single(m => m.Measure == SampleMeasure.Accuracy).Values;
        right.From.Value.ShouldBe(x.Average(), 1e-12);
        right.To.Value.ShouldBe(y.Average(), 1e-12);
        right.Difference.Value.ShouldBe(d.Average(), 1e-12);
        var interval = SampleMean.Of(d).StudentT()!.Value;
        (right.Difference.Low, right.Difference.High).ShouldBe((interval.Low, interval.High));
        compared.OnlyA.ShouldBe(d.Count(v => v < 0));
        compared.OnlyB.ShouldBe(d.Count(v => v > 0));
        compared.McNemar.ShouldBe(McNemar.Exact(compared.OnlyA, compared.OnlyB));
        compared.Settings.ShouldBeEmpty();
        var page = ReportPage.Render(ComparisonReport.Build(compared, "deliberate runs compare a b"));
        page.ShouldContain("b has more right answers: ");
        ComparisonReport.Write(_folder.File("c.svg"), compared, "");
        File.ReadAllText(_folder.File("c.svg")).Contains("<svg", StringComparison.Ordinal).ShouldBeTrue();
        Golden.Report("problems paired", compared.Problems);
    }

    [Fact]
    public void Runs_are_called_by_as_much_of_their_folders_as_tells_them_apart()
    {
        var a = ReportRuns.Write(_folder.File("first/arithmetic"), "arithmetic", thinks: true, 0.3, 0.6);
        var b = ReportRuns.Write(_folder.File("second/arithmetic"), "arithmetic", thinks: true, 0.3, 0.95);
        var compared = RunComparison.Read(a, b);
        (compared.NameA, compared.NameB).ShouldBe(("first/arithmetic", "second/arithmetic"));
        ComparisonReport.Build(compared, "").Title.ShouldBe("first/arithmetic against second/arithmetic");
        RunComparison.Read(a, a).NameB.ShouldEndWith("first/arithmetic");
    }

    [Fact]
    public void Evaluations_of_different_size_are_compared_on_what_they_share()
    {
        var a = ReportRuns.Write(_folder.File("a"), "arithmetic", thinks: true, 0.3, 0.6);
        var b = ReportRuns.Write(_folder.File("b"), "arithmetic", thinks: true, 0.3, 0.6, evaluations: 3);
        var compared = RunComparison.Read(a, b);
        (compared.EvaluationB, compared.Problems).ShouldBe(("rl-000020", ReportRuns.Quick));
        RunComparison.Read(a, b, "rl-000010").Problems.ShouldBe(ReportRuns.Quick);
        Should.Throw<UserError>(() => RunComparison.Read(a, b, "final")).Message.ShouldContain("no evaluation \"final\"");
    }

    [Fact]
    public void Nothing_in_common_is_refused_with_the_reason()
    {
        var a = ReportRuns.Write(_folder.File("a"), "arithmetic", thinks: true, 0.3, 0.6);
        var b = ReportRuns.Write(_folder.File("b"), "countdown", thinks: true, 0.3, 0.6);
        Should.Throw<UserError>(() => RunComparison.Read(a, b)).Message.ShouldContain("family.name is arithmetic and countdown");
    }

    [Fact]
    public void Settings_are_compared_key_by_key()
    {
        var a = TrainRecipe.Parse("name: a\nreinforcement: { objective: grpo }\nevaluation: { budgets: [10, 20] }\nhealth: { alarms: { entropy: 0.1 } }", "a.yaml");
        var b = TrainRecipe.Parse("name: b\nseed: 2\nfamily: { mixture: { careful: 1, slip_prone: 0, systematically_wrong: 0, gives_up_early: 0 } }\nreinforcement: { objective: dapo }", "b.yaml");
        var differences = RecipeDifferences.Of(a, b).ToDictionary(d => d.Key, d => (d.A, d.B));
        differences["seed"].ShouldBe(("1", "2"));
        differences["reinforcement.objective"].ShouldBe(("grpo", "dapo"));
        differences["reinforcement.options.epsilon_high"].ShouldBe(("0.2", "0.28"));
        differences["evaluation.budgets"].ShouldBe(("[10, 20]", "[]"));
        differences["health.alarms.entropy"].ShouldBe(("0.1", "absent"));
        differences["family.mixture.careful"].ShouldBe(("absent", "1"));
        differences.ShouldNotContainKey("name");
        RecipeDifferences.Of(a, a).ShouldBeEmpty();
    }
}

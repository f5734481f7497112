using System.Xml.Linq;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation.Tests;

/// <summary>Requirements, comparisons, and the differences that make results incomparable.</summary>
public sealed class RequirementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Of 200 items so many right, the last ones lost.</summary>
    private static Task<EvaluationResult> Of(int right, int lost = 0, double allowed = 0.05) => SmallTask.Run(
        SmallTask.Echo(200),
        new ScriptedClient(q => int.Parse(q["say ".Length..], System.Globalization.CultureInfo.InvariantCulture) is var n && n >= 200 - lost ? throw new IOException("lost") : ScriptedClient.Said(n < right ? $"{n}" : "wrong")),
        new RunSettings { AllowedMissing = allowed });

    [Theory]
    [InlineData(196, 0, "echo.accuracy >= 0.9", RequirementFinding.Holds)]
    [InlineData(184, 0, "echo.accuracy >= 0.9", RequirementFinding.Inconclusive)] // .92, but its lower end is below .9
    [InlineData(150, 0, "echo.accuracy >= 0.9", RequirementFinding.Fails)]
    [InlineData(10, 0, "echo.accuracy <= 0.1", RequirementFinding.Holds)]
    [InlineData(60, 0, "echo.accuracy < 0.1", RequirementFinding.Fails)]
    [InlineData(192, 8, "echo.accuracy >= 0.9", RequirementFinding.Holds)] // all that is known is right: at worst .96
    [InlineData(186, 8, "echo.accuracy >= 0.9", RequirementFinding.Inconclusive)] // the missing ones counted against it
    [InlineData(180, 20, "echo.accuracy >= 0.5", RequirementFinding.Inconclusive)] // above the allowed missing rate
    [InlineData(200, 0, "echo.accuracy[even] >= 0.8", RequirementFinding.Inconclusive)] // the task has no slices
    public async Task The_end_that_speaks_against_it_decides(int right, int lost, string requirement, RequirementFinding finding)
    {
        var result = Requirement.Parse(requirement).Of(await Of(right, lost));
        result.Finding.ShouldBe(finding, result.Why);
    }

    [Theory]
    [InlineData(4, RequirementFinding.Holds)]
    [InlineData(120, RequirementFinding.Inconclusive)]
    public async Task What_was_not_decided_speaks_for_nothing_where_a_metric_has_no_bounds(int undecided, RequirementFinding finding)
    {
        // Of 200 so many are not decided, and the others are right: a metric of its own kind sees only those.
        var sure = new TaskMetric { Name = "sure", Title = "sure", Value = s => s.Outcome == SampleOutcome.Pass ? 1 : null, Custom = samples => ShareMetric.Of(ItemValues.Of(samples.Where(s => s.Outcome == SampleOutcome.Pass), s => s.Cluster, _ => 1.0)) };
        var result = await SmallTask.Run(
            SmallTask.Echo(200) with { Metrics = [sure] },
            new ScriptedClient(q => ScriptedClient.Said(int.Parse(q["say ".Length..], System.Globalization.CultureInfo.InvariantCulture) is var n && n < undecided ? "" : $"{n}")),
            new RunSettings());
        var said = Requirement.Parse("echo.sure >= 0.9").Of(result);
        said.Finding.ShouldBe(finding, said.Why);
        if (finding == RequirementFinding.Inconclusive) said.Why.ShouldContain("120 were not decided");
    }

    [Theory]
    [InlineData("accuracy")]
    [InlineData("echo.accuracy == 1")]
    [InlineData("echo.accuracy >= much")]
    public void What_is_no_requirement_is_said_to_be(string text) => Should.Throw<UserError>(() => Requirement.Parse(text)).Message.ShouldContain("is no requirement");

    [Fact]
    public void A_requirement_of_what_is_not_asked_is_named_with_the_nearest()
    {
        Should.Throw<UserError>(() => Requirement.Parse("eco.accuracy >= 1").Check([SmallTask.Echo(1)])).Message.ShouldContain("Did you mean \"echo\"?");
        Should.Throw<UserError>(() => Requirement.Parse("echo.acuracy >= 1").Check([SmallTask.Echo(1)])).Message.ShouldContain("Did you mean \"accuracy\"?");
        var parsed = Requirement.Parse("family:arithmetic@3.pass@2[x y] < 1e-1");
        (parsed.Task, parsed.Metric, parsed.Slice, parsed.Threshold).ShouldBe(("family:arithmetic@3", "pass@2", "x y", 0.1));
    }

    [Fact]
    public async Task JUnit_has_a_case_a_requirement()
    {
        var result = await Of(150);
        RequirementsJUnit.Write(_folder["j.xml"], [.. new[] { "echo.accuracy >= 0.5", "echo.accuracy >= 0.9", "echo.accuracy >= 0.75" }.Select(r => Requirement.Parse(r).Of(result))]);
        var suite = XDocument.Load(_folder["j.xml"]).Root!;
        (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value).ShouldBe(("3", "1", "1"));
        suite.Elements("testcase").Select(c => c.Elements().Single().Name.LocalName).ShouldBe(["system-out", "failure", "error"]);
    }

    [Fact]
    public async Task Two_models_are_compared_in_pairs_and_differences_of_what_was_asked_are_said()
    {
        var (a, b) = (await Of(100), await Of(150));
        var comparison = ResultComparison.Of([a, b]).Single();
        comparison.Warnings.ShouldBeEmpty();
        var accuracy = comparison.Metrics[0];
        accuracy.Difference.Value.ShouldBe(0.25, 1e-12);
        (accuracy.OnlyFirst, accuracy.OnlySecond).ShouldBe((0, 50));
        accuracy.P!.Value.ShouldBe(2 * Math.Pow(0.5, 50), 1e-20);
        accuracy.AdjustedP!.Value.ShouldBeInRange(accuracy.P.Value, 2 * accuracy.P.Value * 1.0000001);
        var other = await SmallTask.Run(SmallTask.Echo(200) with { Version = 2, Solver = new SystemPromptSolver("Be brief.") }, SmallTask.RightClient(), new RunSettings { MaxTokens = 5 });
        var warnings = ResultComparison.Of([a, other]).Single().Warnings;
        warnings.ShouldContain(w => w.Contains("versions of the task are 1 and 2"));
        warnings.ShouldContain(w => w.Contains("token budgets are 2048 and 5"));
        warnings.ShouldContain(w => w.Contains("Be brief."));
    }
}

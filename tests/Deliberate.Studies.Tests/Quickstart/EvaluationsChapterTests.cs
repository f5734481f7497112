using Deliberate.Evaluation;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>The chapter that evaluates what the arithmetic chapter made, with a real, tiny run.</summary>
public sealed class EvaluationsChapterTests : IDisposable
{
    private static readonly string[] Tiny =
    [
        "model.hidden=16", "model.layers=1", "model.heads=2", "model.intermediate=16", "model.context=160", "supervised.tokens=3000", "supervised.batch_tokens=500", "reinforcement.steps=1", "reinforcement.prompts=2", "reinforcement.samples=2",
        "reinforcement.max_tokens=24", "evaluation.problems=4", "evaluation.quick_problems=4", "evaluation.vote_problems=0", "evaluation.max_tokens=24", "evaluation.budgets=[12,24]", "evaluation.every=1", "micro_batch_tokens=512",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_model_just_trained_goes_through_three_tasks_that_leave_logs_and_a_table()
    {
        var root = _folder.File("q");
        var study = QuickstartStudy.Open(QuickstartPlanTests.Plan(1, Tiny), root, "evaluations");
        study.Execute(1).ShouldBe(RunOutcome.Completed);
        study.Runs.Select(r => Path.GetFileName(r)).ShouldBe(["arithmetic"]);
        var page = File.ReadAllText(study.Report);
        page.ShouldContain("The trained model, evaluated");
        page.ShouldContain("question answered");
        page.ShouldContain($"deliberate view {ShellCommand.Word(Path.Combine(root, "evaluations"))}.");
        page.ShouldContain("not attempted, of all: lacking");
        foreach (var name in new[] { "arithmetic", "hierarchy", "hallucination" })
        {
            using var log = EvaluationLogFile.Open(Path.Combine(root, "evaluations", name + ".log"));
            log.Samples().Count().ShouldBe(20);
            log.Result().ShouldNotBeNull();
            // None of them fails for want of a letter that the model does not know.
            log.Samples().ShouldAllBe(s => s.Verdict.Outcome != Deliberate.Reasoning.SampleOutcome.HarnessError);
        }
    }

    [Fact]
    public void Gate_and_card_are_made_of_what_was_measured()
    {
        var root = _folder.File("r");
        var study = QuickstartStudy.Open(QuickstartPlanTests.Plan(1, Tiny), root, "release");
        study.Execute(1).ShouldBe(RunOutcome.Completed);
        var page = File.ReadAllText(study.Report);
        page.ShouldContain("Gate and system card");
        page.ShouldContain("release/card.html");
        page.ShouldContain("release/gate.html");
        File.ReadAllText(Path.Combine(root, "release", "card.html")).ShouldContain("System card: arithmetic");
        File.ReadAllText(Path.Combine(root, "release", "gate.json")).ShouldContain("\"policy\": \"quickstart\"");
        // What makes them again is the whole command, in this folder.
        var command = QuickstartStudy.Command(QuickstartPlanTests.Plan(1, Tiny), new StudyFolder(root), "release");
        command.ShouldStartWith("deliberate quickstart --minutes 1 --chapters release --set model.hidden=16 ");
        command.ShouldEndWith($" --set 'evaluation.budgets=[12,24]' --set evaluation.every=1 --set micro_batch_tokens=512 --output {ShellCommand.Word(root)}");
        foreach (var file in new[] { "card.html", "gate.html" }) System.Net.WebUtility.HtmlDecode(File.ReadAllText(Path.Combine(root, "release", file))).ShouldContain(command);
    }
}

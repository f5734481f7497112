using System.Xml.Linq;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>The quickstart with real, tiny runs: its page while it is running, stopping and going on, and a chapter that is added.</summary>
public sealed class QuickstartStudyTests : IDisposable
{
    private const string Runs = "arithmetic,arithmetic-direct,countdown";

    private static readonly string[] Tiny =
    [
        "model.hidden=16", "model.layers=1", "model.heads=2", "model.intermediate=16", "model.context=128", "supervised.tokens=3000", "supervised.batch_tokens=500", "reinforcement.steps=2", "reinforcement.prompts=2", "reinforcement.samples=2",
        "reinforcement.max_tokens=24", "evaluation.problems=6", "evaluation.quick_problems=4", "evaluation.vote_problems=0", "evaluation.max_tokens=24", "evaluation.budgets=[12,24]", "evaluation.every=1", "micro_batch_tokens=512",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_page_stands_after_the_first_chapter_and_says_what_is_still_to_come_then_it_is_whole()
    {
        var root = _folder.File("q");
        using var stop = new CancellationTokenSource();
        var study = Open(root, Runs);
        study.Execute(1, new Watcher("countdown", stop), stop.Token).ShouldBe(RunOutcome.Interrupted);
        var page = File.ReadAllText(study.Report);
        XDocument.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        page.ShouldContain("Still to come");
        page.ShouldContain("<code>countdown</code>: Countdown, a search whose thoughts become longer, about ");
        page.ShouldContain("control without thought");
        study.Runs.Select(r => Path.GetFileName(r)).ShouldBe(["arithmetic", "arithmetic-direct"]);

        Open(root, Runs).Execute(1).ShouldBe(RunOutcome.Completed);
        var whole = File.ReadAllText(study.Report);
        whole.ShouldNotContain("Still to come");
        whole.ShouldContain("<h2>Countdown");

        // One that was not stopped ends in the same bits.
        var other = _folder.File("other");
        Open(other, Runs).Execute(1).ShouldBe(RunOutcome.Completed);
        foreach (var run in Runs.Split(','))
            File.ReadAllBytes(Weights(root, run)).ShouldBe(File.ReadAllBytes(Weights(other, run)));
        File.ReadAllText(Path.Combine(root, RunReport.SummaryFile)).ShouldBe(File.ReadAllText(Path.Combine(other, RunReport.SummaryFile)));
    }

    [Fact]
    public void A_chapter_is_added_to_the_page_and_to_a_folder_that_has_the_others()
    {
        var root = _folder.File("q");
        Chapter<QuickstartPlan>[] known = [new MadeUpChapter<QuickstartPlan>("extra", "arithmetic/recipe.yaml", "extra.txt"), .. QuickstartChapters.All];
        // A part of another's output is no output that is declared.
        Should.Throw<InvalidOperationException>(() => Open(root, "extra", known));
        known[0] = new MadeUpChapter<QuickstartPlan>("extra", "", "extra.txt");
        Open(root, "extra", known).Execute(1).ShouldBe(RunOutcome.Completed);
        var alone = File.ReadAllText(Path.Combine(root, RunReport.FileName));
        alone.ShouldContain("<h2>Chapter extra</h2>");
        alone.ShouldContain("deliberate quickstart --minutes 1 --chapters extra");

        var study = Open(root, "arithmetic", known);
        study.Execute(1).ShouldBe(RunOutcome.Completed);
        var page = File.ReadAllText(study.Report);
        page.IndexOf("<h2>Nested arithmetic</h2>", StringComparison.Ordinal).ShouldBeInRange(0, page.IndexOf("<h2>Chapter extra</h2>", StringComparison.Ordinal));
        page.IndexOf("<h2>Chapter extra</h2>", StringComparison.Ordinal).ShouldBeLessThan(page.IndexOf("id=\"health\"", StringComparison.Ordinal));
        page.ShouldNotContain("Still to come");
        study.Runs.Select(r => Path.GetFileName(r)).ShouldBe(["arithmetic"]);
    }

    private static QuickstartStudy Open(string root, string? names = null, IReadOnlyList<Chapter<QuickstartPlan>>? known = null) => QuickstartStudy.Open(QuickstartPlanTests.Plan(1, Tiny), root, names, known: known);

    private static string Weights(string root, string run) => Path.Combine(new RunFolder(Path.Combine(root, run)).Checkpoint(RunFolder.Final), "model.safetensors");

    /// <summary>Stops in the first step of a chapter.</summary>
    private sealed class Watcher(string chapter, CancellationTokenSource stop) : StudyObserver
    {
        public override IRunObserver Run(string name) => name == chapter ? new StepObserver(stop.Cancel) : base.Run(name);
    }
}

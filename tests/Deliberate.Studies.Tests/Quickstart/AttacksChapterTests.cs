using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>The chapter that attacks an aligned model of PolicyWorld, with a real, tiny one.</summary>
public sealed class AttacksChapterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Four_attacks_leave_a_log_and_a_table_and_go_on_where_they_were()
    {
        var root = _folder.File("q");
        WorldFiles.Write(_folder.File("world"), new WorldSizes(1, Corpus: 600, Judge: 10, Prompts: 4, Skills: 4));
        var recipe = TrainRecipe.Parse(
            """
            name: tiny
            model: { hidden: 32, layers: 1, heads: 2, intermediate: 64, context: 160, tokenizer: { kind: bpe, vocabulary: 1500 } }
            supervised: { data: [world/corpus.jsonl], tokens: 20000, batch_tokens: 1024, validation: 0 }
            micro_batch_tokens: 1024
            """, _folder.File("tiny.yaml"));
        using (var run = TrainingRun.Start(recipe, Path.Combine(root, AttacksChapter.Trained, AttacksChapter.Aligned), threads: 1)) run.Execute();
        var chapter = new AttacksChapter();
        var work = new ChapterWork<QuickstartPlan>(QuickstartPlanTests.Plan(1, []), new StudyFolder(root), 1, new StudyObserver(), TimeProvider.System);
        chapter.Run(work, CancellationToken.None).ShouldBe(RunOutcome.Completed);
        var bytes = File.ReadAllBytes(Path.Combine(root, "attacks", "attack.log"));
        chapter.Run(work, CancellationToken.None).ShouldBe(RunOutcome.Completed);
        File.ReadAllBytes(Path.Combine(root, "attacks", "attack.log")).ShouldBe(bytes);
        using var log = EvaluationLogFile.Open(Path.Combine(root, "attacks", "attack.log"));
        log.Samples().Count().ShouldBe(12 * 5);
        log.Samples().ShouldAllBe(s => s.Verdict.Outcome != SampleOutcome.HarnessError);
        var report = chapter.Report(work).Single();
        report.Tables.Single().Rows.Select(r => r[0].Text).ShouldBe(["world-role-code", "world-forged-rules", "pair", "prefill", "direct"]);
        report.Tables.Single().Note.ShouldContain($"deliberate view {ShellCommand.Word(Path.Combine(root, "attacks"))}.");
    }
}

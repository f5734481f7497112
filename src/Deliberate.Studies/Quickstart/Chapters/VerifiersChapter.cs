using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// Reward models of steps and of outcomes on the samples of the arithmetic chapter's policy before reinforcement learning, and what choosing by
/// them comes to on held-out problems, beside the majority and beside the policy after it, which tells right steps without a label. Both reward
/// models begin with that one: what cannot do a step cannot judge it.
/// </summary>
internal sealed class VerifiersChapter : Chapter<QuickstartPlan>
{
    private const string Trained = "arithmetic", Folder = "verifiers", ScoresFile = "verifiers/scores.json";

    /// <summary>At the usual minutes: problems to label four solutions of each, held-out ones, and solutions of each of these.</summary>
    private const int UsualLabelled = 1000, UsualProblems = 100, UsualPool = 64, Samples = 4;

    private const double UsualSeconds = 90;

    private static readonly (string Name, string Title)[] Choices = [("prm", "PRM"), ("orm", "ORM"), ("majority", "majority"), ("free", "the policy after RL, without labels")];

    public override string Name => "verifiers";

    public override string About => "reward models of steps and of outcomes, and best of N by them";

    public override IReadOnlyList<string> Inputs => [Trained];

    public override IReadOnlyList<string> Outputs => [ScoresFile];

    public override bool IsUsual => false;

    public override double Seconds(QuickstartPlan plan) => UsualSeconds * Math.Min(1, plan.Scale);

    public override RunOutcome Run(ChapterWork<QuickstartPlan> work, CancellationToken cancellation) => Execute(work, cancellation);

    public override IEnumerable<ReportChapter> Report(ChapterWork<QuickstartPlan> work)
    {
        var scores = RecordOf(work);
        Estimate Share(double[] values) => ShareMetric.Of(ItemValues.Of(Enumerable.Range(0, values.Length), i => i, i => values[i]));
        yield return new ReportChapter("Who can tell a right solution?")
        {
            Prose =
            [
                "The arithmetic chapter's policy before reinforcement learning answers many problems wrong, and some right by luck. Here it draws many solutions of each held-out problem, and one is chosen: the one that a reward model of steps (PRM) or of outcomes (ORM) scores highest, or any with the most frequent answer. Both learned from other solutions of the same policy; the exact rules labelled them, step by step for the PRM, by the final answer for the ORM.",
                "Both begin with the policy after reinforcement learning, which does such steps right. It can also judge without having learned a single label: by how much a step surprises it.",
            ],
            Tables =
            [
                Table("Right answers", c => n => Share(scores[c].At(n)), Choices),
                Table("Every step of the chosen solution right", c => n => Share(scores[c].StepsAt(n)), [.. Choices.Where(c => c.Name != "majority")]),
            ],
        };

        ReportTable Table(string title, Func<string, Func<int, Estimate>> value, IReadOnlyList<(string Name, string Title)> rows) => new(
            title, ["chosen by", .. scores["prm"].Ns.Select(n => string.Create(CultureInfo.InvariantCulture, $"best of {n}"))],
            [.. rows.Select(r => (IReadOnlyList<ReportCell>)[ReportCell.Of(r.Title), .. scores[r.Name].Ns.Select(n => ReportCell.Of(value(r.Name)(n)))])],
            string.Create(CultureInfo.InvariantCulture, $"n = {scores["prm"].Right[0].Length} held-out problems; expected over all ways to draw as many of the pool, exactly. The longer experiment: deliberate reproduce lets-verify."));
    }

    private static Dictionary<string, ChoiceScores> RecordOf(ChapterWork<QuickstartPlan> work) =>
        System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, ChoiceScores>>(Utf8Text.Read(work.Folder.Path(ScoresFile)).Span)!;

    private static RunOutcome Execute(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        var (plan, recipe, seed) = (work.Plan, work.Plan.Recipe(Trained), work.Plan.Seed);
        var run = new RunFolder(work.Folder.Path(Trained));
        var (policy, after) = (run.Checkpoint(RunFolder.Base), run.Checkpoint(RunFolder.Final));
        var (family, level, budget) = (FamilyRegistry.Get(recipe.Family.Name), recipe.Family.TestLevel, recipe.Evaluation.MaxTokens);
        int Scaled(int usual, int least) => (int)Math.Clamp(Math.Ceiling(usual * plan.Scale), least, usual);
        using var device = Device.Cpu(work.Threads);
        var labels = work.Folder.Path($"{Folder}/labels.jsonl");
        if (!File.Exists(labels))
        {
            var drawn = Draw([.. Enumerable.Range(0, Scaled(UsualLabelled, 8)).Select(i => family.Generate(Split.Train, level, seed, i))], Samples);
            AtomicFile.Write(labels, stream =>
            {
                foreach (var solution in drawn) Prm800kFile.Write(stream, StepLabellers.Exact(family, solution));
            });
        }

        foreach (var kind in new[] { "prm", "orm" })
            if (Train(kind) == RunOutcome.Interrupted) return RunOutcome.Interrupted;

        var problems = HeldOutProblems.Draw(family, [level], Scaled(UsualProblems, 8), 1);
        var samples = Scaled(UsualPool, 8);
        var pool = new VerifyPool(problems, Draw(problems, samples), samples);
        int[] ladder = [.. new[] { 1, 4, 16, samples }.Where(n => n <= samples).Distinct()];
        var scores = new Dictionary<string, ChoiceScores> { ["majority"] = pool.Majority(ladder, seed) };
        foreach (var kind in new[] { "prm", "orm" })
        {
            using var judge = RewardModelJudge.Open(RewardRun(kind).Checkpoint(RunFolder.Final), device);
            scores[kind] = pool.Best(pool.Judge(judge, cancellation).Scores, ladder);
        }

        using var free = LabelFreeJudge.Open(after, device);
        scores["free"] = pool.Best(pool.Judge(free, cancellation).Scores, ladder);
        AtomicFile.WriteJson(work.Folder.Path(ScoresFile), scores, System.Text.Json.JsonSerializerOptions.Default);
        return RunOutcome.Completed;

        RunFolder RewardRun(string kind) => new(work.Folder.Path($"{Folder}/{kind}"));

        RunOutcome Train(string kind)
        {
            var reward = RewardRun(kind);
            if (Directory.Exists(reward.Checkpoint(RunFolder.Final))) return RunOutcome.Completed;
            var observer = work.Observer.Run($"{Folder}, {kind}");
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                name: {{kind}}
                seed: {{seed}}
                model: { from: "{{after}}" }
                reward_model: { kind: {{(kind == "prm" ? "process" : "outcome")}} }
                supervised: { data: ["{{labels}}"], epochs: {{(kind == "prm" ? 2 : 1)}}, batch_tokens: 512, validation: 0, duplicates: keep, optimizer: { kind: adamw, learning_rate: 0.001 } }
                checkpoint: { every: 100000, keep_last: 1 }
                """);
            using var training = File.Exists(reward.Recipe) ? TrainingRun.Resume(reward.Root, work.Threads, observer) : TrainingRun.Start(TrainRecipe.Parse(text, $"quickstart, {kind}"), reward.Root, work.Threads, observer);
            return training.Execute(cancellation);
        }

        List<DrawnSolution> Draw(IReadOnlyList<Problem> asked, int each) => new PolicySamples(device, seed, budget).Draw(policy, family, level, asked, each, cancellation);
    }
}

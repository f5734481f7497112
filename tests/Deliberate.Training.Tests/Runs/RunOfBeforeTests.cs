using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>
/// A folder that a program wrote whose run.json says format 1: metrics under their names of before, a recipe that names an alarm and
/// a metric so, samples and evaluations. Every stage, four steps of reinforcement learning, checkpoints after the second and the last.
/// </summary>
public sealed class RunOfBeforeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Its_metrics_are_read_under_the_names_of_today()
    {
        var folder = Copy("before");
        var run = RunEvidence.Read(folder);
        var raw = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).ToList();
        run.Metrics.Count.ShouldBe(raw.Count);
        run.Metrics.SelectMany(m => m.Values.Keys).Distinct().Where(name => MetricList.Find(name) is null).ShouldBeEmpty();
        var renamed = 0;
        foreach (var (before, today) in raw.Zip(run.Metrics))
        {
            foreach (var (old, metric) in OldMetricNames.Renamed)
            {
                if (!before.Values.TryGetValue(old, out var value)) continue;
                today.Values[metric.Name].ShouldBe(value);
                renamed++;
            }
        }

        Golden.Report("values renamed", renamed);
        renamed.ShouldBeGreaterThan(100);

        // What was the schedule's factor: Muon's matrices and the rest have a rate each.
        var first = raw[0].Values["sft/rate"];
        first.ShouldBeInRange(0.01, 1);
        run.Metrics[0].Values["sft/learning_rate"].ShouldBe(first * 0.02, 1e-15);
        run.Metrics[0].Values["sft/muon_learning_rate"].ShouldBe(first * 0.05, 1e-15);
        run.Metrics[^1].Values["rl/learning_rate"].ShouldBe(raw[^1].Values["rl/rate"] * 3e-4, 1e-15);
        run.Metrics[^1].Values.Keys.ShouldNotContain("rl/muon_learning_rate");
        run.Seconds.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Its_recipe_means_what_it_meant()
    {
        var recipe = RunEvidence.Read(Copy("before")).Recipe;
        recipe.Checkpoint.BestMetric.ShouldBe("evaluation/completion_length_wrong");
        recipe.Health.ThresholdOf(ReferenceKlAlarm.Entry).ShouldBe(0.25);
        (recipe.Reinforcement.SkipIdleSamples, recipe.Health.KlSamples).ShouldBe((AutoSwitch.Off, 64));
        recipe.Health.ThresholdOf(FlatGroupsAlarm.Entry).ShouldBe(0.45);
    }

    [Fact]
    public void It_is_reported_listed_and_compared()
    {
        var folder = Copy("before");
        RunReport.Write(Path.Combine(folder, "report.html"), "deliberate report before", folder);
        var page = File.ReadAllText(Path.Combine(folder, "report.html"));
        foreach (var seen in new[] { "Gradient norm", "KL from the reference policy", "Groups of zero standard deviation", "rl/frac_reward_zero_std", "Rounds of expert iteration", "Levels of the training problems" }) page.ShouldContain(seen);
        var overview = RunOverview.Read(folder);
        overview.Problem.ShouldBeNull();
        overview.Condition.ShouldBe(RunCondition.Finished);
        overview.Step.ShouldBe(4);
        overview.Alarms.ShouldContain("flat_groups");
        var now = TinyRun.Start(TrainRecipe.Read(new RunFolder(folder).Recipe), _folder.File("now"));
        var compared = RunComparison.Read(folder, now);
        compared.Problems.ShouldBe(6);
        compared.Settings.ShouldBeEmpty();
    }

    [Fact]
    public void A_step_of_it_is_trained_again()
    {
        var folder = Copy("before");
        var replay = StepReplay.Run(folder, 3, 1);
        foreach (var name in new[] { "rl/loss", "rl/grad_norm", "rl/learning_rate", "rl/trained_samples", "policy/entropy" }) replay.Numbers.Select(n => n.Name).ShouldContain(name);
        if (replay.Device.Here == replay.Device.Run) replay.Numbers.Where(n => !n.IsSame).Select(n => n.Name).ShouldBeEmpty();
        SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).SelectMany(s => s.Rewards).Select(r => r.Key).Distinct().Order().ShouldBe(["all_steps_right", "correct", "overlong"]);
    }

    [Fact]
    public void It_is_resumed_and_goes_on_under_the_names_of_today()
    {
        var folder = Copy("before");
        var files = new RunFolder(folder);
        Directory.Delete(files.Checkpoint(RunFolder.Final), recursive: true);
        File.Delete(files.Evaluation(RunFolder.Final));
        var before = File.ReadAllLines(Path.Combine(folder, MetricsStream.MetricsFile));
        RunInfo.Read(files.Info).FormatVersion.ShouldBe(1);
        using (var run = TrainingRun.Resume(folder, 1)) run.Execute().ShouldBe(RunOutcome.Completed);

        var after = File.ReadAllLines(Path.Combine(folder, MetricsStream.MetricsFile));
        after[..^2].ShouldBe(before[..^2]);
        after[^1].ShouldContain("rl/frac_reward_zero_std");
        after[^1].ShouldNotContain("rl/flat_groups");
        // A program of before would not understand it any more, and refuses it.
        var info = RunInfo.Read(files.Info);
        info.FormatVersion.ShouldBe(RunInfo.NewestFormat);
        info.Seed.ShouldBe(3ul);
        var metrics = RunEvidence.Read(folder).Metrics;
        metrics.Count.ShouldBe(before.Length);
        metrics.Where(m => m.Values.Has(SampleMetrics.Reinforcement.CompletionLength)).Select(m => m.Step).ShouldBe([1, 2, 3, 4]);
        RunOverview.Read(folder).Condition.ShouldBe(RunCondition.Finished);
    }

    /// <summary>Files of before had a verifier's components among the parts of the reward, without a prefix.</summary>
    [Fact]
    public void Components_of_its_samples_are_told_from_parts_of_ours()
    {
        var sample = SampleStore.Read(Path.Combine(Copy("before"), SampleStore.FileName)).First();
        var line = SampleStore.Line(sample).Replace("\"correct\":", "\"near\":0.5,\"rl/accuracy\":2,\"correct\":", StringComparison.Ordinal);
        File.WriteAllText(_folder.File(SampleStore.FileName), line + "\n");
        SampleStore.Read(_folder.File(SampleStore.FileName)).Single().Rewards.Select(r => r.Key).ShouldBe(["components/near", "components/rl/accuracy", .. sample.Rewards.Select(r => r.Key)]);
    }

    private string Copy(string name)
    {
        var from = Repository.Path("tests/Deliberate.Training.Tests/Runs/Data/run-of-before");
        var to = _folder.File(name);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return to;
    }
}

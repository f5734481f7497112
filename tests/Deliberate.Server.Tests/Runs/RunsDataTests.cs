using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Server.Tests;

/// <summary>What pages read of run folders is what the folders hold.</summary>
public sealed class RunsDataTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("deliberate-runs-").FullName;
    private readonly string _run;

    public RunsDataTests(TinyRun tiny) => _run = tiny.CopyTo(Path.Combine(_root, "run"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task The_index_finds_every_sample_where_it_stands()
    {
        var path = Path.Combine(_run, SampleStore.FileName);
        await File.AppendAllTextAsync(path, "{\"step\": \n{\"step\":6,\"problem\":\"half a li");
        using var index = new SampleIndex(_run);
        (await index.ReadAsync()).ShouldBeTrue();
        index.Damaged.ShouldBe(1);
        var whole = SampleStore.Read(CopyWithoutEnd(path)).ToArray();
        var indexed = index.Look(s => s.ToArray());
        indexed.Length.ShouldBe(whole.Length);
        whole.Length.ShouldBeGreaterThan(100);
        for (var i = 0; i < whole.Length; i++)
        {
            var read = index.Read(indexed[i]);
            (read.Problem, read.Sample, read.Text).ShouldBe((whole[i].Problem, whole[i].Sample, whole[i].Text));
            ((long)indexed[i].Step, indexed[i].Stage).ShouldBe((whole[i].Step, whole[i].Stage));
            var isRight = whole[i].Rewards.First(r => r.Key == RewardNames.Correct).Value > 0;
            indexed[i].Outcome.ShouldBe(whole[i].Outcome ?? (isRight ? SampleOutcome.Pass : SampleOutcome.Fail));
        }

        indexed.Select(s => s.Outcome).Distinct().Count().ShouldBeGreaterThan(1);
        (await index.ReadAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_is_read_on_as_it_grows_and_anew_where_it_was_cut_back()
    {
        var metrics = Path.Combine(_run, MetricsStream.MetricsFile);
        var lines = await File.ReadAllLinesAsync(metrics);
        await File.WriteAllLinesAsync(metrics, lines[..^3]);
        using var live = new LiveRun(_run);
        (await live.ReadAsync()).ShouldBeTrue();
        live.View.Metrics.Count.ShouldBe(lines.Length - 3);
        live.View.Overview!.Condition.ShouldBe(RunCondition.Finished);
        (await live.ReadAsync()).ShouldBeFalse();
        await File.WriteAllLinesAsync(metrics, lines);
        await UntilAsync(live, v => v.Metrics.Count == lines.Length);
        await File.WriteAllLinesAsync(metrics, lines[..2]);
        await UntilAsync(live, v => v.Metrics.Count == 2);
        live.View.Metrics[1].Step.ShouldBe(MetricsStream.Parse(metrics, 2, lines[1]).Step);
    }

    [Fact]
    public async Task A_line_that_is_no_record_is_told_and_what_came_before_stays()
    {
        await File.AppendAllTextAsync(Path.Combine(_run, MetricsStream.MetricsFile), "}\n");
        using var live = new LiveRun(_run);
        (await live.ReadAsync()).ShouldBeTrue();
        live.View.Problem.ShouldNotBeNull().ShouldContain(MetricsStream.MetricsFile + ":");
    }

    [Fact]
    public async Task A_folder_that_goes_and_comes_back_is_told()
    {
        using var live = new LiveRun(_run);
        await live.ReadAsync();
        var away = Path.Combine(_root, "away");
        Directory.Move(_run, away);
        (await live.ReadAsync()).ShouldBeTrue();
        live.View.IsGone.ShouldBeTrue();
        live.View.Problem.ShouldNotBeNull().ShouldContain("gone");
        live.View.Evidence.ShouldNotBeNull("what was read before is still shown");
        Directory.Move(away, _run);
        (await live.ReadAsync()).ShouldBeTrue();
        live.View.IsGone.ShouldBeFalse();
        live.View.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Folders_that_hold_no_run_are_listed_with_the_reason()
    {
        Directory.CreateDirectory(Path.Combine(_root, "foreign"));
        Directory.CreateDirectory(Path.Combine(_root, "broken"));
        await File.WriteAllTextAsync(Path.Combine(_root, "broken", RunFolder.RecipeFile), "name: [");
        Directory.CreateDirectory(Path.Combine(_root, "group"));
        Directory.Move(_run, Path.Combine(_root, "group", "inner"));
        using var catalog = new RunCatalog(new ServerOptions { Runs = _root });
        var read = 0;
        await catalog.RefreshAsync(() => read++);
        read.ShouldBe(2);
        var rows = catalog.List().ToDictionary(r => r.Name);
        rows.Keys.ShouldBe(["broken", "foreign", "group/inner"]);
        rows["foreign"].Reason.ShouldNotBeNull().ShouldContain(RunFolder.RecipeFile);
        rows["broken"].Overview!.Problem.ShouldNotBeNull().ShouldContain("recipe.yaml");
        rows["group/inner"].Overview!.After!.N.ShouldBe(24);
        catalog.Find("group/inner").ShouldNotBeNull();
        foreach (var name in new[] { "foreign", "..", "group", "group/../group/inner", "/etc" }) catalog.Find(name).ShouldBeNull(name);
    }

    [Fact]
    public void Smoothing_starts_at_the_first_value_and_forgets_by_its_factor()
    {
        ChartPoint[] points = [new(1, 2), new(2, double.NaN), new(3, 6), new(4, 0)];
        var smooth = MetricPanels.Smooth(points, 0.5);
        smooth.Select(p => p.X).ShouldBe([1, 3, 4]);
        // (1·2)/1; (.5·1 + .5·6)/.75 with the mean .5·(1)+.5·6; worked by hand: 1/.5, 3.5/.75, 1.75/.875.
        smooth.Select(p => p.Y).ShouldBe([2, 3.5 / 0.75, 1.75 / 0.875], 1e-12);
    }

    [Fact]
    public void Names_of_folders_keep_their_letters_in_addresses()
    {
        RunUrl.Of("group/a b%?#ä", "samples").ShouldBe("/runs/group/a%20b%25%3F%23%C3%A4?view=samples");
        RunUrl.Compare("a&b", "c=d").ShouldBe("/compare?a=a%26b&b=c%3Dd");
    }

    private static string CopyWithoutEnd(string path)
    {
        var copy = path + ".copy";
        File.WriteAllLines(copy, File.ReadAllLines(path).Where(l => l.EndsWith('}')));
        return copy;
    }

    private static async Task UntilAsync(LiveRun live, Func<RunView, bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo(live.View))
        {
            await live.ReadAsync(limit.Token);
            await Task.Delay(10, limit.Token);
        }
    }
}

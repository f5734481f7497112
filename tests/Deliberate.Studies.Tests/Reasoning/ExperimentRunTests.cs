using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Testing;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>The experiment from its recipes to its results, interrupted and killed on the way.</summary>
public sealed class ExperimentRunTests : IDisposable
{
    private const string Variable = "DELIBERATE_TEST_EXPERIMENT";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>What the child process runs; nothing in an ordinary test run.</summary>
    [Fact]
    public void Child()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } root) Whole(root);
    }

    [Fact]
    public void Killed_on_the_way_and_started_again_it_ends_with_the_same_answers()
    {
        var expected = Whole(_folder.File("whole"));
        var killed = _folder.File("killed");
        var random = new RandomStream((ulong)Environment.TickCount64, StreamStage.Test);
        var moments = new List<string>();
        for (var kill = 0; kill < 3; kill++)
        {
            using var child = StartChild(killed);
            var clock = Stopwatch.StartNew();
            var cells = Cells(killed) + random.Next(1, 3);
            while (Cells(killed) < cells && !child.HasExited && clock.Elapsed < TimeSpan.FromSeconds(30)) Thread.Sleep(1);
            Thread.Sleep(random.Next(60));
            child.Kill();
            child.WaitForExit();
            moments.Add($"{Cells(killed)} cells");
        }

        Whole(killed);
        var plan = TinyExperiment.Plan(seeds: 1);
        var files = 0;
        foreach (var cell in plan.Cells)
        {
            foreach (var test in cell.Tests)
            {
                File.ReadAllText(new ExperimentFolder(killed).Evaluation(cell, test)).ShouldBe(File.ReadAllText(expected.Evaluation(cell, test)), $"{cell.Name} {test.FileName}");
                files++;
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"killed after {string.Join(", ", moments)}; {files} files of answers are the same");
    }

    [Fact]
    public void Cancelled_anywhere_it_goes_on_and_what_is_done_is_not_done_again()
    {
        var (plan, folder) = (TinyExperiment.Plan(seeds: 1), new ExperimentFolder(_folder.File("run")));
        folder.Claim(plan);
        var starts = new List<string>();
        var outcomes = new List<RunOutcome>();
        for (var budget = 3; outcomes is [] or [.., RunOutcome.Interrupted]; budget += 4)
        {
            using var stop = new CancellationTokenSource();
            var observer = new Stopper(starts, budget, stop);
            outcomes.Add(new ReasoningStudy(plan, folder, "again").Execute(1, observer, stop.Token));
            outcomes.Count.ShouldBeLessThan(60);
        }

        outcomes.Count.ShouldBeGreaterThan(2);
        starts.Distinct().Count().ShouldBe(plan.Cells.Count);
        var after = starts.Count;
        new ReasoningStudy(plan, folder, "again").Execute(1, new Stopper(starts, 1000, new CancellationTokenSource())).ShouldBe(RunOutcome.Completed);
        starts.Count.ShouldBe(after);
        var evidence = ExperimentEvidence.Read(plan, folder);
        evidence.Time.IsWhole.ShouldBeFalse();
        ExperimentScores.Of(evidence, new Subject(ExperimentModel.Reinforced), plan.Families)!.Rate.Samples.ShouldBe(12);
    }

    [Fact]
    public void A_page_of_the_seeds_that_are_done_stands_while_the_others_are_running()
    {
        var (plan, folder) = (TinyExperiment.Plan(seeds: 2), new ExperimentFolder(_folder.File("run")));
        folder.Claim(plan);
        using var stop = new CancellationTokenSource();
        new ReasoningStudy(plan, folder, "again").Execute(1, new SeedStopper("seed-6/", stop), stop.Token).ShouldBe(RunOutcome.Interrupted);
        var page = File.ReadAllText(folder.Report);
        page.ShouldContain("<code>seed-6</code>: all models, trained and tested, about ");
        page.ShouldContain("1 seed, 7 small models");
        // What others compute from is not there before it is whole.
        File.Exists(folder.Results).ShouldBeFalse();
        File.Exists(folder.Table).ShouldBeFalse();

        new ReasoningStudy(plan, folder, "again").Execute(1).ShouldBe(RunOutcome.Completed);
        page = File.ReadAllText(folder.Report);
        page.ShouldContain("2 seeds, 14 small models");
        page.ShouldNotContain("Still to come");
        File.Exists(folder.Results).ShouldBeTrue();
    }

    [Fact]
    public void The_shipped_experiments_seeds_are_declared_to_take_what_they_took()
    {
        var plan = ExperimentPlan.Read(Repository.Path("recipes/reproduce/reasoning.yaml"), new ExperimentOptions());
        var seconds = plan.Seeds.Select(s => new SeedChapter(s, new ExperimentFolder("none"), new ExperimentObserver()).Seconds(plan)).ToArray();
        seconds.Distinct().Count().ShouldBe(1);
        TestContext.Current.TestOutputHelper!.WriteLine($"{seconds.Sum()} s, {plan.Cells.Sum(c => c.Work)} of work");
        // docs/reasoning.md: 36 min 15 s.
        seconds.Sum().ShouldBe(2175, 400);
    }

    [Fact]
    public void Time_left_follows_the_cells_that_are_done()
    {
        var (plan, folder) = (TinyExperiment.Plan(seeds: 1), new ExperimentFolder(_folder.File("run")));
        folder.Claim(plan);
        foreach (var cell in plan.Cells.SkipLast(1)) folder.Finish(cell, new TimeTaken(2 * cell.Work, Resumed: false));
        var observer = new Stopper([], 1, new CancellationTokenSource());
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        // The base it starts from was only said to be done.
        Should.Throw<UserError>(() => new ReasoningStudy(plan, folder, "again").Execute(1, observer, stop.Token));
        observer.Left!.Value.TotalSeconds.ShouldBe(2 * plan.Cells[^1].Work, 0.01);
    }

    [Fact]
    public void Another_experiment_or_other_files_in_the_folder_are_refused_and_clearing_takes_only_its_own()
    {
        var root = _folder.File("run");
        var folder = new ExperimentFolder(root);
        folder.Claim(TinyExperiment.Plan());
        folder.Claim(TinyExperiment.Plan());
        Should.Throw<UserError>(() => folder.Claim(TinyExperiment.Plan(seeds: 1))).Message.ShouldContain("--fresh");
        Should.Throw<UserError>(() => ExperimentEvidence.Read(TinyExperiment.Plan(), folder)).Message.ShouldContain("not finished: seed-5/base");
        Directory.CreateDirectory(Path.Combine(root, "seed-5", "base"));
        File.WriteAllText(Path.Combine(root, "mine.txt"), "x");
        folder.Clear();
        Directory.GetFileSystemEntries(root).ShouldHaveSingleItem().ShouldEndWith("mine.txt");
        Should.Throw<UserError>(() => folder.Claim(TinyExperiment.Plan())).Message.ShouldContain("not empty");
    }

    private static ExperimentFolder Whole(string root)
    {
        var (plan, folder) = (TinyExperiment.Plan(seeds: 1), new ExperimentFolder(root));
        folder.Claim(plan);
        new ReasoningStudy(plan, folder, "again").Execute(1).ShouldBe(RunOutcome.Completed);
        return folder;
    }

    private static int Cells(string root) =>
        Directory.Exists(root) ? Directory.GetFiles(root, ExperimentFolder.CellFile, new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Length : 0;

    private static Process StartChild(string root)
    {
        var assembly = typeof(ExperimentRunTests).Assembly.Location;
        var host = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null)!.TrimEnd('.');
        var start = File.Exists(host) ? new ProcessStartInfo(host) : new ProcessStartInfo("dotnet", ["exec", assembly]);
        start.ArgumentList.Add("--filter-method");
        start.ArgumentList.Add("*" + nameof(ExperimentRunTests) + "." + nameof(Child));
        start.Environment[Variable] = root;
        (start.RedirectStandardOutput, start.UseShellExecute) = (true, false);
        return Process.Start(start)!;
    }

    /// <summary>Stops at the first cell of a seed.</summary>
    private sealed class SeedStopper(string cells, CancellationTokenSource stop) : ExperimentObserver
    {
        public override void CellStarted(ExperimentCell cell, int number, int count, TimeSpan? left)
        {
            if (cell.Name.StartsWith(cells, StringComparison.Ordinal)) stop.Cancel();
        }
    }

    /// <summary>Asks to stop after so many steps and answers.</summary>
    private sealed class Stopper(List<string> starts, int budget, CancellationTokenSource stop) : ExperimentObserver
    {
        private int _events;

        public TimeSpan? Left { get; private set; }

        public override void CellStarted(ExperimentCell cell, int number, int count, TimeSpan? left)
        {
            starts.Add(cell.Name);
            Left = left;
        }

        public override IRunObserver Run(ExperimentCell cell) => new StepObserver(Count);

        public override void Tested(int problems) => Count();

        private void Count()
        {
            if (++_events >= budget) stop.Cancel();
        }
    }
}

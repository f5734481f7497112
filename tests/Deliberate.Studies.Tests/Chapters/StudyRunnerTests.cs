using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>Parts of a study, declared: their order, what they wait for, what is known while they run, and going on.</summary>
public sealed class StudyRunnerTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly StudyFolder _folder;

    public StudyRunnerTests()
    {
        _folder = new StudyFolder(_temporary.File("study"));
        Directory.CreateDirectory(_folder.Root);
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Chapters_come_after_those_that_make_their_inputs_and_else_as_they_are_listed()
    {
        var chapters = new[] { Chapter("compare", "model control", "comparison"), Chapter("control", "data", "control", 5), Chapter("model", "data", "model", 3), Chapter("data", "", "data"), Chapter("aside", "", "aside", 100) };
        Names(ChapterOrder.Of(chapters, chapters, 0)).ShouldBe("data control model compare aside");
        Names(ChapterOrder.Of([.. chapters.Reverse()], chapters, 0)).ShouldBe("aside data model control compare");
        Run(chapters).ShouldBe(RunOutcome.Completed);
        File.ReadAllText(_folder.Path("comparison")).ShouldBe("data;model;data;control;compare;");
    }

    [Fact]
    public void A_chapter_that_is_added_changes_none_of_the_others()
    {
        var chapters = new[] { Chapter("model", "", "model", 3), Chapter("other", "", "other", 4) };
        Names(ChapterOrder.Of([.. chapters, Chapter("search", "model", "search", 1)], chapters, 0)).ShouldBe("model other");
        Names(ChapterOrder.Of([Chapter("search", "model", "search", 1), .. chapters], [Chapter("x", "model", "x")], 0)).ShouldBe("model");
        Run([.. chapters, Chapter("search", "model", "search", 1)]).ShouldBe(RunOutcome.Completed);
        File.ReadAllText(_folder.Path("search")).ShouldBe("model;search;");
    }

    [Fact]
    public void What_makes_the_inputs_of_a_chosen_chapter_comes_with_it()
    {
        var known = new[] { Chapter("a", "", "one"), Chapter("b", "one", "two"), Chapter("c", "two", "three"), Chapter("d", "", "four") };
        Names(ChapterOrder.Of(known, ChapterNames.Chosen(known, "c"), 0)).ShouldBe("a b c");
        Names(ChapterOrder.Of(known, ChapterNames.Chosen(known, " d ,a,"), 0)).ShouldBe("a d");
    }

    [Fact]
    public void All_chapters_are_run_where_none_is_named()
    {
        var known = new[] { Chapter("a", "", "one"), Chapter("b", "", "two") };
        Names(ChapterNames.Chosen(known, null)).ShouldBe("a b");
        Names(ChapterNames.Chosen(known, "b")).ShouldBe("b");
    }

    [Theory]
    [InlineData("arithmetik", "There is no chapter \"arithmetik\". Did you mean \"arithmetic\"?")]
    [InlineData("countdown,,speech", "There is no chapter \"speech\". Known here: arithmetic, countdown.")]
    [InlineData(" , ", "No chapter is named.")]
    public void A_name_that_is_none_is_refused_with_the_nearest(string names, string said)
    {
        var error = Should.Throw<UserError>(() => ChapterNames.Chosen([Chapter("arithmetic", "", "one"), Chapter("countdown", "", "two")], names));
        error.Message.ShouldContain("--chapters");
        error.Message.ReplaceLineEndings(" ").ShouldContain(said);
    }

    [Fact]
    public void An_input_that_nobody_makes_is_an_error_before_anything_runs() =>
        Should.Throw<InvalidOperationException>(() => Run([Chapter("a", "", "one"), Chapter("b", "one ghost", "two")])).Message.ShouldBe("The chapter b needs ghost, which no chapter makes.");

    [Fact]
    public void Chapters_that_wait_for_each_other_are_an_error_that_names_them()
    {
        var message = Should.Throw<InvalidOperationException>(() => Run([Chapter("a", "", "one"), Chapter("b", "three one", "two"), Chapter("c", "two", "three"), Chapter("d", "three", "four")])).Message;
        message.ShouldBe("These chapters wait for each other: b (needs three), c (needs two), d (needs three).");
        Directory.GetFileSystemEntries(_folder.Root).ShouldBeEmpty();
    }

    [Fact]
    public void Two_chapters_that_make_the_same_are_an_error() =>
        Should.Throw<InvalidOperationException>(() => Run([Chapter("a", "", "one"), Chapter("b", "", "one")])).Message.ShouldBe("The chapters a and b both make one.");

    [Fact]
    public void A_chapter_that_does_not_make_what_it_says_is_an_error()
    {
        Should.Throw<InvalidOperationException>(() => Run([new MadeUpChapter<int>("a", "", "one") { Writes = false }])).Message.ShouldBe("The chapter a says that it makes one, and did not.");
        _folder.Took(Chapter("a", "", "one")).ShouldBeNull();
    }

    [Fact]
    public void The_page_is_written_after_each_chapter_and_says_what_is_still_to_come()
    {
        var pages = new List<string>();
        Run([Chapter("a", "", "one", 60), Chapter("b", "one", "two", 90), Chapter("c", "two", "three", 30)], progress => pages.Add($"{Names(progress.Done)} | {string.Join(", ", progress.Left.Select(l => l.Chapter.Name))}")).ShouldBe(RunOutcome.Completed);
        pages.ShouldBe(["a | b, c", "a b | c", "a b c | "]);
    }

    [Fact]
    public void Interrupted_it_goes_on_and_what_is_done_is_not_done_again()
    {
        var (runs, stops) = (new List<string>(), 2);
        Chapter<int>[] Chapters() =>
        [
            new MadeUpChapter<int>("a", "", "one") { Outcome = () => { runs.Add("a"); return RunOutcome.Completed; } },
            new MadeUpChapter<int>("b", "one", "two") { Outcome = () => { runs.Add("b"); return stops-- > 0 ? RunOutcome.Interrupted : RunOutcome.Completed; } },
            new MadeUpChapter<int>("c", "two", "three") { Outcome = () => { runs.Add("c"); return RunOutcome.Completed; } },
        ];
        Run(Chapters()).ShouldBe(RunOutcome.Interrupted);
        Run(Chapters()).ShouldBe(RunOutcome.Interrupted);
        Run(Chapters()).ShouldBe(RunOutcome.Completed);
        string.Concat(runs).ShouldBe("abbbc");

        // Done, it only writes its page again; what lost its outputs is made again.
        var pages = 0;
        Run(Chapters(), _ => pages++).ShouldBe(RunOutcome.Completed);
        (string.Concat(runs), pages).ShouldBe(("abbbc", 1));
        File.Delete(_folder.Path("two"));
        Run(Chapters()).ShouldBe(RunOutcome.Completed);
        string.Concat(runs).ShouldBe("abbbcb");
    }

    [Fact]
    public void Time_left_is_the_declared_one_as_this_machine_turned_out()
    {
        Chapter<int>[] chapters = [Chapter("a", "", "one", 10), Chapter("b", "one", "two", 30), Chapter("c", "two", "three", 50)];
        var observer = new Watcher();
        File.WriteAllText(_folder.Path("one"), "");
        _folder.Finish(chapters[0], new TimeTaken(25, Resumed: false));
        Run(chapters, observer: observer);
        observer.Started[0].ShouldBe(("b", 2, 3, TimeSpan.FromSeconds(200)));
        observer.Started.Count.ShouldBe(2);
        // The plan has slipped by more than half.
        observer.Slips[0].ShouldBe((2.5, TimeSpan.FromSeconds(200)));
    }

    [Fact]
    public void A_plan_that_is_kept_is_not_said_to_have_slipped()
    {
        Chapter<int>[] chapters = [Chapter("a", "", "one", 10), Chapter("b", "one", "two", 30)];
        var observer = new Watcher();
        File.WriteAllText(_folder.Path("one"), "");
        _folder.Finish(chapters[0], new TimeTaken(14, Resumed: false));
        Run(chapters, observer: observer);
        observer.Slips.ShouldBeEmpty();
    }

    [Fact]
    public void What_came_of_a_chapter_is_told_when_the_page_has_it()
    {
        var pages = 0;
        Chapter<int>[] chapters = [Chapter("a", "", "one"), Chapter("b", "one", "two")];
        var observer = new Watcher { Done = (name, findings) => findings.ShouldBe([$"{name} wrote {(name == "a" ? "one" : "two")}, page {pages}."]) };
        foreach (var chapter in chapters.Cast<MadeUpChapter<int>>()) chapter.Finding = output => $"{chapter.Name} wrote {output}, page {pages}.";
        Run(chapters, _ => pages++, observer);
        observer.DoneCount.ShouldBe(2);
        pages.ShouldBe(2);
    }

    private static MadeUpChapter<int> Chapter(string name, string inputs, string outputs, double seconds = 1) => new(name, inputs, outputs, seconds);

    private static string Names(IEnumerable<Chapter<int>> chapters) => string.Join(' ', chapters.Select(c => c.Name));

    private RunOutcome Run(Chapter<int>[] chapters, Action<StudyProgress<int>>? report = null, StudyObserver? observer = null) =>
        new StudyRunner<int>(ChapterOrder.Of(chapters, chapters, 0), new ChapterWork<int>(0, _folder, 1, observer ?? new StudyObserver(), TimeProvider.System), report ?? (_ => { })).Execute();

    private sealed class Watcher : StudyObserver
    {
        public List<(string Name, int Number, int Count, TimeSpan Left)> Started { get; } = [];

        public List<(double Factor, TimeSpan Left)> Slips { get; } = [];

        public Action<string, IReadOnlyList<string>> Done { get; init; } = (_, _) => { };

        public int DoneCount { get; private set; }

        public override void ChapterDone(string name, IReadOnlyList<string> findings)
        {
            DoneCount++;
            Done(name, findings);
        }

        public override void Slower(double factor, TimeSpan left) => Slips.Add((factor, left));

        public override void ChapterStarted(string name, string about, int number, int count, TimeSpan left) => Started.Add((name, number, count, left));
    }
}

using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Studies.Tests;

public sealed class QuickstartPlanTests
{
    [Fact]
    public void Minutes_scale_budgets_before_the_start_and_overrides_win()
    {
        var usual = Plan(QuickstartPlan.UsualMinutes);
        var half = Plan(QuickstartPlan.UsualMinutes / 2, "reinforcement.steps=3");
        foreach (var chapter in QuickstartChapters.All.OfType<TrainingChapter>())
        {
            half.Recipe(chapter.Name).Supervised.Tokens.ShouldBe(usual.Recipe(chapter.Name).Supervised.Tokens / 2);
            half.Recipe(chapter.Name).Reinforcement.Steps.ShouldBe(3);
            chapter.Seconds(half).ShouldBe(chapter.Seconds(usual) / 2, 1e-9);
        }
    }

    [Fact]
    public void The_control_differs_from_its_run_in_nothing_but_thought()
    {
        var plan = Plan(QuickstartPlan.UsualMinutes);
        var (run, control) = (plan.Recipe("arithmetic"), plan.Recipe("arithmetic-direct"));
        control.Family.ChainOfThought.ShouldBeFalse();
        control.Supervised.Steps.ShouldBe(run.Supervised.Steps);
        control.Reinforcement.Steps.ShouldBe(run.Reinforcement.Steps);
        (control.Reinforcement.Prompts, control.Reinforcement.Samples).ShouldBe((run.Reinforcement.Prompts, run.Reinforcement.Samples));
        (control.Seed, control.Family.TestLevel, control.Evaluation.Seed, control.Evaluation.Problems).ShouldBe((run.Seed, run.Family.TestLevel, run.Evaluation.Seed, run.Evaluation.Problems));
        control.Family.Levels.ShouldBe(run.Family.Levels);
    }

    [Fact]
    public void All_chapters_come_in_this_order_and_fit_the_usual_minutes_and_the_first_two_of_them()
    {
        var plan = Plan(QuickstartPlan.UsualMinutes);
        var usual = ChapterNames.Chosen(QuickstartChapters.All, names: null);
        ChapterOrder.Of(QuickstartChapters.All, usual, plan).Select(c => c.Name).ShouldBe(["arithmetic", "evaluations", "arithmetic-direct", "verifiers", "policy-world", "attacks", "release", "countdown"]);
        usual[0].Seconds(plan).ShouldBeLessThan(120);
        usual.Sum(c => c.Seconds(plan)).ShouldBeLessThan(60 * QuickstartPlan.UsualMinutes);
    }

    [Fact]
    public void A_mistake_is_told_before_the_folder_is_touched()
    {
        using var folder = new TemporaryFolder();
        var root = folder.File("quickstart");
        Should.Throw<UserError>(() => QuickstartStudy.Open(Plan(1), root, "countdwon")).Message.ShouldContain("Did you mean \"countdown\"?");
        Should.Throw<UserError>(() => QuickstartStudy.Open(Plan(1, "reinforcement.stepps=3"), root)).Message.ShouldContain("stepps");
        Should.Throw<UserError>(() => QuickstartStudy.Open(Plan(1, "bogus=1"), root, "verifiers")).Message.ShouldContain("bogus");
        Directory.Exists(root).ShouldBeFalse();

        QuickstartStudy.Open(Plan(1), root);
        Directory.CreateDirectory(Path.Combine(root, "countdown"));
        Should.Throw<UserError>(() => QuickstartStudy.Open(Plan(1, "reinforcement.stepps=3"), root, fresh: true));
        Should.Throw<UserError>(() => QuickstartStudy.Open(Plan(1), root, "nothing", fresh: true));
        Directory.Exists(Path.Combine(root, "countdown")).ShouldBeTrue();
        Should.Throw<UserError>(() => QuickstartStudy.Open(Plan(2), root)).Message.ShouldContain("--fresh");
        QuickstartStudy.Open(Plan(2), root, fresh: true);
        Directory.Exists(Path.Combine(root, "countdown")).ShouldBeFalse();
    }

    [Fact]
    public void Beginning_anew_leaves_nothing_that_a_chapter_would_go_on_from_and_touches_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var root = folder.File("quickstart");
        string[] made = ["verifiers/labels.jsonl", "verifiers/prm/recipe.yaml", "release/policy.yaml", "evaluations/arithmetic.log"], kept = ["mine/labels.jsonl", "notes.txt"];
        QuickstartStudy.Open(Plan(1), root);
        foreach (var file in made.Concat(kept)) Write(file);
        using (RunLock.Acquire(Path.Combine(root, "verifiers", "prm")))
            Should.Throw<UserError>(() => QuickstartStudy.Open(Plan(2), root, fresh: true));
        File.Exists(Path.Combine(root, made[0])).ShouldBeTrue("somebody trains there");
        QuickstartStudy.Open(Plan(2), root, fresh: true);
        made.Where(file => Path.Exists(Path.Combine(root, file.Split('/')[0]))).ShouldBeEmpty();
        kept.ShouldAllBe(file => File.Exists(Path.Combine(root, file)));

        // A folder of the same name where no quickstart was is somebody else's.
        root = folder.File("work");
        Write("evaluations/mine.log");
        QuickstartStudy.Open(Plan(1), root, fresh: true);
        File.Exists(Path.Combine(root, "evaluations/mine.log")).ShouldBeTrue();

        void Write(string file)
        {
            var path = Path.Combine(root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file);
        }
    }

    internal static QuickstartPlan Plan(double minutes, params string[] overrides) => new(minutes, 1, overrides, path => File.ReadAllText(Repository.Path(path)));
}

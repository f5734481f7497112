using Deliberate.Core;
using Deliberate.Reasoning;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Server.Tests;

/// <summary>What may be judged when, and what label it comes to: PRM800K's procedure.</summary>
public sealed class LabelRulesTests
{
    private static readonly LabelledSolution About = new() { Labeler = "a", Timestamp = "t", Generation = 3, IsQualityControlQuestion = false, IsInitialScreeningQuestion = false, Question = new LabelQuestion("", null, null, null, null, null), Steps = [], TotalTime = 7, Finish = LabelFinish.GiveUp };

    private static readonly ItemContent Solution = new()
    {
        Problem = "p",
        ReferenceAnswer = "4",
        Steps = ["one", "two", "three"],
        FinalAnswer = "4",
        VerifierScore = 0.25,
        Alternatives = new Dictionary<int, IReadOnlyList<string>> { [1] = ["other two"] },
        Explanations = new Dictionary<int, IReadOnlyList<string>> { [1] = ["because"] },
    };

    private static readonly ItemContent Conversation = new() { Problem = "p", Tree = [new StepNode("a", [new StepNode("aa", []), new StepNode("ab", [])]), new StepNode("b", [])] };

    [Fact]
    public void Phase_two_ends_at_the_first_mistake_with_its_alternatives()
    {
        var draft = Rate(LabellingKind.Phase2, Solution, Draft.Empty, (0, [1]), (1, [-1, 1]), (2, [1]));
        var label = LabelRules.Finish(LabellingKind.Phase2, Solution, Mistake(draft), LabelFinish.FoundError, About);
        label.Steps.Count.ShouldBe(2, "what stands behind the mistake is not labelled");
        label.Steps[1].Completions.Select(c => (c.Text, c.Rating)).ShouldBe([("two", -1), ("other two", 1)]);
        (label.Steps[0].Chosen, label.Steps[1].Chosen).ShouldBe((0, null));
        (label.Question.PreGeneratedSteps, label.Question.PreGeneratedVerifierScore, label.Generation, label.TotalTime).ShouldBe((Solution.Steps, 0.25, 3, 7));
        // It is a line that the reader of PRM800K takes, and gives again as it is.
        LabelComparison.Line(LabelComparison.Parse(LabelComparison.Line(label))).ShouldBe(LabelComparison.Line(label));
    }

    [Fact]
    public void Phase_two_asks_for_every_step_and_for_the_progress()
    {
        var draft = Rate(LabellingKind.Phase2, Solution, Draft.Empty, (0, [1]), (2, [1]));
        Wrong(() => Finish2(draft, LabelFinish.Solution), "Step 2 is not rated");
        draft = Rate(LabellingKind.Phase2, Solution, draft, (1, [-1]));
        Wrong(() => Finish2(draft, LabelFinish.FoundError), "How far");
        Wrong(() => Finish2(draft, LabelFinish.Solution), "ends there");
        Finish2(Mistake(draft), LabelFinish.FoundError).FirstError.ShouldBe(1);
        // A correction further up takes the mistake away.
        Finish2(Rate(LabellingKind.Phase2, Solution, draft, (1, [0])), LabelFinish.Solution).Steps.Select(s => s.Rating).ShouldBe([1, 0, 1]);
        Finish2(draft, LabelFinish.GiveUp).Steps.Count.ShouldBe(2);
        Finish2(Draft.Empty, LabelFinish.BadProblem).Steps.ShouldBeEmpty();
    }

    [Fact]
    public void An_explanation_is_rated_where_there_is_one()
    {
        var draft = Rate(LabellingKind.Phase2, Solution, Draft.Empty, (0, [1]), (1, [-1]));
        LabelRules.Apply(LabellingKind.Phase2, Solution, draft, new DraftChange { Mistake = new DraftMistake { Explanations = [1], Written = " mine " } }, false).Mistake.Written.ShouldBe("mine");
        Wrong(() => LabelRules.Apply(LabellingKind.Phase2, Solution, draft, new DraftChange { Mistake = new DraftMistake { Explanations = [1, 1] } }, false), "explanation");
        Wrong(() => LabelRules.Apply(LabellingKind.Phase2, Solution, draft, new DraftChange { Mistake = new DraftMistake { Progress = 3 } }, false), "Progress");
        Wrong(() => LabelRules.Apply(LabellingKind.Phase2, Solution, draft, new DraftChange { Mistake = new DraftMistake { Written = new string('x', LabelRules.LongestText + 1) } }, false), "10000");
    }

    [Fact]
    public void Phase_one_goes_on_with_what_is_chosen_or_written_once_all_is_rated()
    {
        Wrong(() => Choose(Draft.Empty, 0, [1], chosen: 0), "rated before");
        Wrong(() => Choose(Draft.Empty, 0, [-1, 1], chosen: 0), "wrong step");
        Wrong(() => Choose(Draft.Empty, 1, [1], chosen: 0), "no such step yet");
        var draft = Choose(Draft.Empty, 0, [1, -1], chosen: 0);
        LabelRules.Candidates(LabellingKind.Phase1, Conversation, draft, 1).ShouldBe(["aa", "ab"]);
        draft = Choose(draft, 1, [0, -1], written: "my own");
        LabelRules.Candidates(LabellingKind.Phase1, Conversation, draft, 2).ShouldBeEmpty("nobody prepared what comes behind it");
        draft = Choose(draft, 2, [], written: "# Answer\n\n4");
        var label = LabelRules.Finish(LabellingKind.Phase1, Conversation, draft, LabelFinish.Solution, About);
        label.IsPhaseOne.ShouldBeTrue();
        label.Path.Select(p => (p.Text, p.Rating)).ShouldBe([("a", 1), ("my own", 1), ("# Answer\n\n4", 1)]);
        LabelComparison.Line(LabelComparison.Parse(LabelComparison.Line(label))).ShouldBe(LabelComparison.Line(label));
        // Another choice is another conversation.
        Choose(draft, 0, [1, 1], chosen: 1).Steps.Count.ShouldBe(1);
        // Rating alone is not.
        Choose(draft, 0, [1, 0], chosen: 0).Steps.Count.ShouldBe(3);
        Wrong(() => LabelRules.Finish(LabellingKind.Phase1, Conversation, draft, LabelFinish.FoundError, About), "phase 1");
        LabelRules.Finish(LabellingKind.Phase1, Conversation, Choose(Draft.Empty, 0, [-1, -1]), LabelFinish.GiveUp, About).Steps.ShouldHaveSingleItem().Chosen.ShouldBeNull();
    }

    [Fact]
    public void Whatever_is_rated_comes_to_a_label_that_the_schema_takes() => Prop.ForAll(
        Gen.Choose(-1, 1).ListOf(3).ToArbitrary(),
        ratings =>
        {
            var draft = Rate(LabellingKind.Phase2, Solution, Draft.Empty, [.. ratings.Select((r, i) => (i, new int?[] { r }))]);
            var wrong = ratings.ToList().IndexOf(-1);
            var label = wrong >= 0 ? Finish2(Mistake(draft), LabelFinish.FoundError) : Finish2(draft, LabelFinish.Solution);
            var read = LabelComparison.Parse(LabelComparison.Line(label));
            read.FirstError.ShouldBe(wrong);
            read.Path.Select(p => p.Rating!.Value).ShouldBe(ratings.Take(wrong < 0 ? 3 : wrong + 1));
            LabelComparison.Differ(LabelComparison.Line(label), LabelComparison.Line(read)).ShouldBeFalse();
        }).QuickCheckThrowOnFailure();

    private static LabelledSolution Finish2(Draft draft, LabelFinish finish) => LabelRules.Finish(LabellingKind.Phase2, Solution, draft, finish, About);

    private static Draft Mistake(Draft draft) => LabelRules.Apply(LabellingKind.Phase2, Solution, draft, new DraftChange { Mistake = new DraftMistake { Progress = 2 } }, false);

    private static Draft Choose(Draft draft, int step, int?[] ratings, int? chosen = null, string? written = null) =>
        LabelRules.Apply(LabellingKind.Phase1, Conversation, draft, new DraftChange { Index = step, Step = new DraftStep { Ratings = ratings, Chosen = chosen, Written = written } }, false);

    private static Draft Rate(LabellingKind kind, ItemContent content, Draft draft, params (int Step, int?[] Ratings)[] steps) =>
        steps.Aggregate(draft, (d, s) => LabelRules.Apply(kind, content, d, new DraftChange { Index = s.Step, Step = new DraftStep { Ratings = s.Ratings } }, false));

    private static void Wrong(Action deed, string said) => Should.Throw<UserError>(deed).Message.ShouldContain(said);
}

using System.Net;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Server.Tests;

/// <summary>Judgements as they come: each saved at once, taken once, and only of whoever has the item.</summary>
public sealed class LabellingDeskTests(Postgres postgres)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_judgement_that_is_sent_again_is_taken_once(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var project = await bed.ProjectAsync(1);
        var ada = Guid.NewGuid();
        var mine = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
        var desk = bed.Database.Desk;
        for (var i = 0; i < 3; i++) (await desk.JudgeAsync(mine.Lease, ada, LabellingBed.Rating(0, 0, 1))).Revision.ShouldBe(1);
        // The same place with something else is another page's.
        (await Should.ThrowAsync<DeskException>(() => desk.JudgeAsync(mine.Lease, ada, LabellingBed.Rating(0, 0, 0)))).Refusal.ShouldBe(DeskRefusal.Behind);
        await desk.JudgeAsync(mine.Lease, ada, LabellingBed.Rating(1, 1, 1));
        await desk.JudgeAsync(mine.Lease, ada, LabellingBed.Rating(2, 2, 1));
        for (var i = 0; i < 3; i++) (await desk.FinishAsync(mine.Lease, ada, 3, LabelFinish.Solution, null, 400)).State.ShouldBe(AssignmentState.Done);
        (await Should.ThrowAsync<DeskException>(() => desk.FinishAsync(mine.Lease, ada, 4, LabelFinish.Solution, null))).Refusal.ShouldBe(DeskRefusal.Finished);
        (await Should.ThrowAsync<DeskException>(() => desk.JudgeAsync(mine.Lease, ada, LabellingBed.Rating(4, 0, -1)))).Refusal.ShouldBe(DeskRefusal.Finished);
        var line = (await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).ShouldHaveSingleItem();
        LabelComparison.Parse(line).TotalTime.ShouldBe((3 * 500) + 400);
        (await bed.Database.FiguresAsync(project)).Labels.ShouldBe(1);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Of_two_pages_that_send_at_once_one_is_behind(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var project = await bed.ProjectAsync(1);
        var ada = Guid.NewGuid();
        var mine = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
        var sent = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            try
            {
                await bed.Database.Desk.JudgeAsync(mine.Lease, ada, LabellingBed.Rating(0, i % 3, (i % 3) - 1) with { Milliseconds = i });
                return true;
            }
            catch (DeskException error)
            {
                error.Refusal.ShouldBe(DeskRefusal.Behind);
                return false;
            }
        })));
        sent.Count(s => s).ShouldBe(1);
    }

    [Fact]
    public async Task Another_s_lease_is_nobody_s()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        await served.Bed.ProjectAsync(2);
        using var ada = await served.SignInAsync("ada", AccountRole.Labeller);
        using var eve = await served.SignInAsync("eve", AccountRole.Labeller);
        var (adas, eves) = (await ServedWithAccounts.TokenAsync(ada, "/label/arithmetic/work"), await ServedWithAccounts.TokenAsync(eve, "/label/arithmetic/work"));
        var lease = (await ServedWithAccounts.AskAsync(ada, HttpMethod.Post, "/projects/arithmetic/next", adas)).Said.GetProperty("lease").GetString();
        var body = new { revision = 0, index = 0, step = new { ratings = new int?[] { 1 }, flags = new[] { false } }, milliseconds = 10 };
        (await ServedWithAccounts.AskAsync(eve, HttpMethod.Put, $"/leases/{lease}", eves, body)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await ServedWithAccounts.AskAsync(eve, HttpMethod.Post, $"/leases/{lease}/finish", eves, new { revision = 0, finish = "give_up", comment = "x" })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await ServedWithAccounts.AskAsync(eve, HttpMethod.Get, $"/leases/{lease}", eves)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await ServedWithAccounts.AskAsync(ada, HttpMethod.Put, $"/leases/{lease}", adas, body)).Status.ShouldBe(HttpStatusCode.OK);
        // Nonsense is said to be that, and changes nothing.
        foreach (var wrong in new object[]
        {
            new { revision = 1, index = 0, step = new { ratings = new int?[] { 2 } } },
            new { revision = 1, index = 3, step = new { ratings = new int?[] { 1 } } },
            new { revision = 1, index = -1, step = new { ratings = new int?[] { 1 } } },
            new { revision = 1, index = 0, step = new { ratings = new int?[] { 1, 1 } } },
            new { revision = 1, index = 0, step = new { ratings = new int?[] { 1 }, chosen = 0 } },
            new { revision = 1, mistake = new { progress = 1 } },
            new { revision = 1 },
            new { revision = "one" },
            new { revision = 1, index = 0, step = new { ratings = (int?[]?)null } },
            new { revision = 1, index = 0, mistake = new { explanations = (int?[]?)null } },
            new { revision = 1, index = 0, step = new { ratings = new int?[] { 1 } }, cause = (string?)null },
        })
            (await ServedWithAccounts.AskAsync(ada, HttpMethod.Put, $"/leases/{lease}", adas, wrong)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity, System.Text.Json.JsonSerializer.Serialize(wrong));
        foreach (var wrong in new object[] { new { revision = 1, finish = "solution" }, new { revision = 1, finish = "found_error" }, new { revision = 1, finish = "give_up" }, new { revision = 1, finish = "done" }, new { revision = 1, finish = (string?)null } })
            (await ServedWithAccounts.AskAsync(ada, HttpMethod.Post, $"/leases/{lease}/finish", adas, wrong)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await ServedWithAccounts.AskAsync(ada, HttpMethod.Get, $"/leases/{lease}", adas)).Said.GetProperty("revision").GetInt32().ShouldBe(1);
        (await ServedWithAccounts.AskAsync(ada, HttpMethod.Post, $"/leases/{lease}/finish", adas, new { revision = 1, finish = "give_up", comment = "no idea" })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_a_model_thinks_is_shown_on_demand_and_that_it_was_seen_is_kept()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = await bed.ProjectAsync(1);
        await bed.Database.Projects.AnnotateAsync(project, [new(1, new StepAnnotations("prm", [0.9, 0.2, 0.5]))]);
        var ada = Guid.NewGuid();
        var mine = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
        mine.SawAnnotations.ShouldBeFalse();
        var (looked, said) = await bed.Database.Desk.LookAsync(mine.Lease, ada);
        StepAnnotations.Read(said!).Right.ShouldBe([0.9, 0.2, 0.5]);
        (looked.SawAnnotations, looked.Revision).ShouldBe((true, 1));
        await bed.LabelAsync(looked, 1, -1);
        (await bed.ExportAsync(project, new ExportChoice(ExportForm.Full))).ShouldHaveSingleItem().ShouldContain("\"saw_annotations\":true");
    }

    [Fact]
    public async Task A_flag_and_a_bad_problem_are_for_a_reviewer_whose_own_label_stands()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = await bed.ProjectAsync(2, p => p.DoubleShare = 1);
        var (ada, rita) = (Guid.NewGuid(), Guid.NewGuid());
        var first = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
        await bed.Database.Desk.FinishAsync(first.Lease, ada, 0, LabelFinish.BadProblem, "it asks nothing");
        var second = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
        var flagged = await bed.Database.Desk.JudgeAsync(second.Lease, ada, LabellingBed.Rating(0, 0, null) with { Step = new DraftStep { Ratings = [null], Flags = [true] } });
        flagged = await bed.Database.Desk.JudgeAsync(second.Lease, ada, LabellingBed.Rating(flagged.Revision, 1, 1));
        flagged = await bed.Database.Desk.JudgeAsync(second.Lease, ada, LabellingBed.Rating(flagged.Revision, 2, 1));
        await bed.Database.Desk.FinishAsync(second.Lease, ada, flagged.Revision, LabelFinish.Solution, null);
        var items = new[] { (await bed.Database.Projects.ItemAsync(project, 1))!, (await bed.Database.Projects.ItemAsync(project, 2))! };
        items.Select(i => i.ReviewReason).ShouldBe(["called a bad problem", "a step was flagged"]);
        items[0].IsOpen.ShouldBeFalse("nobody else is to lose time with it");
        var review = await bed.Database.Queue.ReviewAsync(project, rita, items[1]);
        review.IsReview.ShouldBeTrue();
        await bed.LabelAsync(review, 1, 1, 1);
        (await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k, Agreed: true)))[1].ShouldContain(rita.ToString());
        (await bed.Database.Projects.ItemAsync(project, 2))!.Review.ShouldBe(ReviewState.Settled);

        // Looked at once more and left: nothing stands, and it waits for a reviewer again.
        await bed.Database.Queue.ReviewAsync(project, rita, (await bed.Database.Projects.ItemAsync(project, 2))!);
        var opened = (await bed.Database.Projects.ItemAsync(project, 2))!;
        (opened.Review, opened.StandsId).ShouldBe((ReviewState.Wanted, null));
    }

    [Fact]
    public async Task Two_may_think_otherwise_of_an_answer_and_nothing_has_to_be_settled()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = new LabellingProject { Name = "ratings", Title = "Ratings", Kind = LabellingKind.Rating, DoubleShare = 1, QualityEvery = 0 };
        await bed.Database.Projects.CreateAsync(project);
        await bed.Database.Projects.AddAsync(project, [new NewItem(new ItemContent { Problem = "opinion", Responses = ["reply"], Author = "model", Group = "thread" }, null, null)], ItemPurpose.Ordinary);
        foreach (var rating in new[] { 1, 5 })
        {
            var rater = Guid.NewGuid();
            var mine = (await bed.Database.Queue.NextAsync(project, rater)).Assignment!;
            (await Should.ThrowAsync<UserError>(() => bed.Database.Desk.JudgeAsync(mine.Lease, rater, new DraftChange { Rating = 6 }))).Field.ShouldBe("rating");
            (await Should.ThrowAsync<UserError>(() => bed.Database.Desk.FinishAsync(mine.Lease, rater, 0, LabelFinish.Solution, null))).Field.ShouldBe("finish");
            var judged = await bed.Database.Desk.JudgeAsync(mine.Lease, rater, new DraftChange { Rating = rating });
            await bed.Database.Desk.FinishAsync(mine.Lease, rater, judged.Revision, LabelFinish.Solution, null);
        }

        (await bed.Database.Projects.ItemAsync(project, 1))!.Review.ShouldBe(ReviewState.None);
        (await bed.ExportAsync(project, new ExportChoice(ExportForm.Ratings))).Length.ShouldBe(2);
        (await bed.ExportAsync(project, new ExportChoice(ExportForm.Full))).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Pairs_become_preferences_whichever_stood_first()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = new LabellingProject { Name = "pairs", Title = "Pairs", Kind = LabellingKind.Preference, DoubleShare = 0, QualityEvery = 0 };
        await bed.Database.Projects.CreateAsync(project);
        await bed.Database.Projects.AddAsync(project, Enumerable.Range(0, 8).Select(i => new NewItem(new ItemContent { Problem = $"prompt {i}", Responses = ["good", "worse"] }, null, null)), ItemPurpose.Ordinary);
        var ada = Guid.NewGuid();
        for (var i = 0; i < 8; i++)
        {
            var mine = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
            // As the page shows them: "good" is where it stands for this labeller.
            var judged = await bed.Database.Desk.JudgeAsync(mine.Lease, ada, new DraftChange { Preferred = i == 7 ? -1 : mine.IsSwapped ? 1 : 0 });
            await bed.Database.Desk.FinishAsync(mine.Lease, ada, judged.Revision, LabelFinish.Solution, null);
        }

        var lines = await bed.ExportAsync(project, new ExportChoice(ExportForm.Preferences));
        lines.Length.ShouldBe(7, "where neither is better there is nothing to learn");
        lines.ShouldAllBe(l => l.EndsWith("\"chosen\":\"good\",\"rejected\":\"worse\"}", StringComparison.Ordinal));
        await Should.ThrowAsync<UserError>(() => bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k)));
    }
}

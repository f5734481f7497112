using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server.Tests;

/// <summary>Who gets what, in both databases: never two the same, what is worth most first, known questions in between.</summary>
public sealed class LabellingQueueTests(Postgres postgres)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Many_who_ask_at_once_never_get_the_same(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var project = await bed.ProjectAsync(40);
        var given = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => Task.Run(() => bed.Database.Queue.NextAsync(project, Guid.NewGuid()))));
        given.Select(g => g.Assignment!.ItemId).Distinct().Count().ShouldBe(25);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_highest_priority_comes_first_and_who_comes_back_gets_what_they_had(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var project = await bed.ProjectAsync(5);
        (await bed.Database.Projects.PrioritiseAsync(project, [new(4, 2.5), new(2, 9), new(77, 1)])).ShouldBe(2);
        var ada = Guid.NewGuid();
        var first = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
        first.Item!.Number.ShouldBe(2);
        (await bed.Database.Queue.NextAsync(project, ada)).Assignment!.Lease.ShouldBe(first.Lease);
        (await bed.Database.Queue.NextAsync(project, Guid.NewGuid())).Assignment!.Item!.Number.ShouldBe(4);
        (await bed.Database.Queue.NextAsync(project, Guid.NewGuid())).Assignment!.Item!.Number.ShouldBe(1);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task An_item_whose_time_ran_out_goes_to_the_next_and_is_lost_to_the_first(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var project = await bed.ProjectAsync(1);
        var (ada, ben) = (Guid.NewGuid(), Guid.NewGuid());
        var first = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
        (await bed.Database.Queue.NextAsync(project, ben)).End.ShouldBe(QueueEnd.NothingLeft);
        bed.Clock.Pass(TimeSpan.FromMinutes(project.LeaseMinutes - 1));
        var saved = await bed.Database.Desk.JudgeAsync(first.Lease, ada, LabellingBed.Rating(0, 0, 1));
        bed.Clock.Pass(TimeSpan.FromMinutes(project.LeaseMinutes - 1));
        (await bed.Database.Queue.NextAsync(project, ben)).Assignment.ShouldBeNull("each judgement holds it for longer");
        bed.Clock.Pass(TimeSpan.FromMinutes(2));
        // Nobody took it yet: the first may go on.
        saved = await bed.Database.Desk.JudgeAsync(first.Lease, ada, LabellingBed.Rating(saved.Revision, 1, 1));
        bed.Clock.Pass(TimeSpan.FromMinutes(project.LeaseMinutes + 1));
        var second = (await bed.Database.Queue.NextAsync(project, ben)).Assignment!;
        second.ItemId.ShouldBe(first.ItemId);
        (await Should.ThrowAsync<DeskException>(() => bed.Database.Desk.JudgeAsync(first.Lease, ada, LabellingBed.Rating(saved.Revision, 2, 1)))).Refusal.ShouldBe(DeskRefusal.Lost);
        (await bed.Database.Queue.NextAsync(project, ada)).Assignment.ShouldBeNull();
        await bed.LabelAsync(second, 1, 1, 1);
        (await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).ShouldHaveSingleItem().ShouldContain(ben.ToString());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_two_are_to_label_goes_to_two_one_after_the_other_and_what_they_disagree_on_is_settled(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var project = await bed.ProjectAsync(2, p => p.DoubleShare = 1);
        Guid[] people = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        var first = (await bed.Database.Queue.NextAsync(project, people[0])).Assignment!;
        (await bed.Database.Queue.NextAsync(project, people[1])).Assignment!.ItemId.ShouldNotBe(first.ItemId, "nobody has what somebody else has");
        await bed.LabelAsync(first, 1, 0, 1);
        var again = (await bed.Database.Queue.NextAsync(project, people[2])).Assignment!;
        again.ItemId.ShouldBe(first.ItemId);
        await bed.LabelAsync(again, 1, -1);
        var figures = await bed.Database.FiguresAsync(project);
        (figures.Labels, figures.Doubled, figures.InReview, figures.Complete).ShouldBe((2, 1, 1, 1));
        figures.Alpha.N.ShouldBe(2, "two steps were rated by both");
        var item = (await bed.Database.Projects.ItemAsync(project, 1))!;
        (item.Review, item.ReviewReason).ShouldBe((ReviewState.Wanted, "labelled differently"));
        await bed.Database.Projects.SettleAsync(item, again.Id);
        (await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k, Agreed: true))).ShouldHaveSingleItem().ShouldContain("found_error");
        (await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).Length.ShouldBe(2);
        (await bed.Database.FiguresAsync(project)).InReview.ShouldBe(0);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_screening_comes_first_and_lets_only_those_in_who_agree(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var project = await bed.ProjectAsync(3, screening: 4);
        var (good, bad) = (Guid.NewGuid(), Guid.NewGuid());
        for (var i = 0; i < 4; i++)
        {
            var right = (await bed.Database.Queue.NextAsync(project, good)).Assignment!;
            right.Item!.Purpose.ShouldBe(ItemPurpose.Screening);
            // Of eight known ratings one differs.
            await (i == 0 ? bed.LabelAsync(right, 0, -1) : bed.LabelAsync(right, 1, -1));
            var wrong = (await bed.Database.Queue.NextAsync(project, bad)).Assignment!;
            await bed.LabelAsync(wrong, 1, 1, 1);
        }

        (await bed.Database.Queue.NextAsync(project, good)).Assignment!.Item!.Purpose.ShouldBe(ItemPurpose.Ordinary);
        (await bed.Database.Queue.NextAsync(project, bad)).End.ShouldBe(QueueEnd.NotPassed);
        var members = (await bed.Database.FiguresAsync(project)).Labellers.ToDictionary(l => l.Account);
        (members[good].Screening, members[good].ScreeningAgreement).ShouldBe((ScreeningState.Passed, 7 / 8.0));
        (members[bad].Screening, members[bad].ScreeningAgreement).ShouldBe((ScreeningState.Failed, 0.5));
        await bed.Database.Projects.ScreenAsync(project, bad, letIn: true);
        (await bed.Database.Queue.NextAsync(project, bad)).Assignment!.Item!.Purpose.ShouldBe(ItemPurpose.Ordinary);
        (await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).ShouldBeEmpty();
        var known = await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k, WithKnown: true));
        known.Length.ShouldBe(8);
        known.ShouldAllBe(l => l.Contains("\"generation\":-1", StringComparison.Ordinal) && l.Contains("\"is_initial_screening_question\":true", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_screening_that_is_asked_again_keeps_the_answers_of_before_and_counts_the_new_ones(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var project = await bed.ProjectAsync(3, screening: 4);
        var ada = Guid.NewGuid();
        async Task AnswerAsync(params int[] ratings)
        {
            for (var i = 0; i < 4; i++)
            {
                var question = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
                question.Item!.Purpose.ShouldBe(ItemPurpose.Screening);
                await bed.LabelAsync(question, ratings);
            }
        }

        foreach (var attempt in new[] { 1, 2 })
        {
            await AnswerAsync(1, 1, 1);
            (await bed.Database.Queue.NextAsync(project, ada)).End.ShouldBe(QueueEnd.NotPassed);
            await bed.Database.Projects.ScreenAsync(project, ada, letIn: false);
            await using var context = bed.Tables();
            (await context.Assignments.CountAsync(a => a.AccountId == ada && a.State == AssignmentState.Superseded, TestContext.Current.CancellationToken)).ShouldBe(4 * attempt);
            (await context.Judgements.CountAsync(TestContext.Current.CancellationToken)).ShouldBeGreaterThanOrEqualTo(4 * attempt);
        }

        await AnswerAsync(1, -1);
        (await bed.Database.Queue.NextAsync(project, ada)).Assignment!.Item!.Purpose.ShouldBe(ItemPurpose.Ordinary);
        (await bed.Database.FiguresAsync(project)).Labellers.Single().ScreeningAgreement.ShouldBe(1);
    }

    [Fact]
    public async Task Quality_questions_come_behind_so_many_solutions_and_are_compared()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = await bed.ProjectAsync(8, p => p.QualityEvery = 2, quality: 2);
        var ada = Guid.NewGuid();
        List<ItemPurpose> seen = [];
        for (var i = 0; i < 8; i++)
        {
            var assignment = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
            seen.Add(assignment.Item!.Purpose);
            await bed.LabelAsync(assignment, 1, -1);
        }

        string.Concat(seen.Select(s => s == ItemPurpose.Quality ? 'q' : 'o')).ShouldBe("ooqooqoo");
        (await bed.Database.FiguresAsync(project)).Labellers.ShouldHaveSingleItem().Quality.Value.ShouldBe(1);
    }

    [Fact]
    public async Task A_closed_project_hands_nothing_out_and_what_is_begun_can_be_finished()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = await bed.ProjectAsync(2);
        var ada = Guid.NewGuid();
        var begun = (await bed.Database.Queue.NextAsync(project, ada)).Assignment!;
        await bed.Database.Projects.OpenAsync(project, false);
        project = await bed.Database.Projects.NeedAsync(project.Name);
        (await bed.Database.Queue.NextAsync(project, Guid.NewGuid())).End.ShouldBe(QueueEnd.Closed);
        (await bed.Database.Queue.NextAsync(project, ada)).Assignment!.Lease.ShouldBe(begun.Lease);
        await bed.LabelAsync(begun, 1, 1, 1);
    }
}

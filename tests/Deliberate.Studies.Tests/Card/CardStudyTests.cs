using Deliberate.Core;
using Deliberate.Safety;
using Deliberate.Training;
using Shouldly;
using Xunit;

namespace Deliberate.Studies.Tests;

/// <summary><c>reproduce card</c> in small: every part is there, the card has both columns, and nothing is made twice.</summary>
public sealed class CardStudyTests
{
    [Fact]
    public void The_quick_study_goes_from_nothing_to_a_card_with_a_column_before_and_one_after()
    {
        using var folder = new TemporaryFolder();
        var plan = new CardPlan(1, Quick: true);
        var root = folder.File("study");
        plan.Claim.Claim(root);
        new CardStudy(plan, root, "deliberate reproduce card --quick").Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);

        var card = CardFile.Read(CardStudy.Card(root));
        var figures = card["figures"]!.AsArray().Select(f => f!.AsObject()).ToArray();
        foreach (var state in new[] { "pre", "post" })
        {
            figures.ShouldContain(f => (string?)f["state"] == state && (string?)f["task"] == WorldTasks.Wrapped);
            figures.ShouldContain(f => (string?)f["state"] == state && (string?)f["task"] == ProtocolTasks.Questions);
        }

        ((string?)card["gate"]!["statement"]!["policy"]).ShouldBe(CardPlan.Policy);
        File.ReadAllText(Path.ChangeExtension(CardStudy.Card(root), ".html")).ShouldContain("System card: aligned");
        var page = File.ReadAllText(Path.Combine(root, RunReport.FileName));
        page.ShouldContain("Not a result");
        page.ShouldContain("release/card.html");

        // Done is done: another process finds nothing to do.
        var before = File.GetLastWriteTimeUtc(CardStudy.Card(root));
        new CardStudy(plan, root, "again").Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);
        File.GetLastWriteTimeUtc(CardStudy.Card(root)).ShouldBe(before);
        Should.Throw<UserError>(() => (plan with { Seed = 2 }).Claim.Claim(root)).Message.ShouldContain("other options");
    }
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;
using Deliberate.Training;
using Shouldly;
using Xunit;

namespace Deliberate.Studies.Tests;

/// <summary><c>reproduce family</c> in small: four models, two ways from the larger to the smaller, three cards, the table at equal tokens and compute.</summary>
public sealed class FamilyStudyTests
{
    [Fact]
    public void The_quick_study_makes_a_family_with_cards_and_compares_it()
    {
        using var folder = new TemporaryFolder();
        var plan = new FamilyPlan(1, Quick: true);
        var root = folder.File("study");
        plan.Claim.Claim(root);
        var study = new FamilyStudy(plan, root, "deliberate reproduce family --quick");
        study.Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);

        // Cards are of three different weights, each with its own figure of the task.
        var cards = study.Cards.Select(c => CardFile.Read(c)).ToArray();
        cards.Length.ShouldBe(3);
        foreach (var card in cards) card["figures"]!.AsArray().ShouldContain(f => (string?)f!["task"] == FamilyPlan.Task);
        cards.Select(c => c["figures"]!.AsArray().First(f => (string?)f!["task"] == FamilyPlan.Task)!["log_hash"]?.ToJsonString() ?? c.ToJsonString()).Distinct().Count().ShouldBe(3);

        var tables = study.Tables;
        tables.Select(t => t.Title).ShouldBe(["larger against smaller-alone, family:arithmetic@3", "larger against smaller-from-samples, family:arithmetic@3", "larger against smaller-from-opinion, family:arithmetic@3"]);
        foreach (var table in tables)
        {
            // Up to where the larger's last answer ends.
            table.Rows.Select(r => int.Parse(r[0].Text, CultureInfo.InvariantCulture)).ShouldBeInOrder();
            int.Parse(table.Rows[^1][0].Text, CultureInfo.InvariantCulture).ShouldBeInRange(1, plan.MaxTokens);
            // As many samples were drawn as equal compute asks for.
            table.Rows.ShouldAllBe(r => r[4].Text != "-");
            table.Note.ShouldStartWith("Equal compute: ");
        }

        var page = File.ReadAllText(Path.Combine(root, RunReport.FileName));
        page.ShouldContain("Not a result");
        page.ShouldContain("release-smaller-from-opinion/card.html");

        // Done is done; begun anew, nothing of the old one is left.
        var before = File.GetLastWriteTimeUtc(study.Cards[0]);
        study.Execute(threads: 1, cancellation: TestContext.Current.CancellationToken).ShouldBe(RunOutcome.Completed);
        File.GetLastWriteTimeUtc(study.Cards[0]).ShouldBe(before);
        Should.Throw<UserError>(() => (plan with { Seed = 2 }).Claim.Claim(root)).Message.ShouldContain("other options");
        StudyClaim.Clear(root, FamilyStudy.Files, FamilyStudy.Folders);
        Directory.EnumerateFileSystemEntries(root).ShouldBeEmpty();
    }
}

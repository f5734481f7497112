using Deliberate.Safety;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Deliberate.Server.Tests;

/// <summary>The pages of red teaming in a real browser: by keyboard, on a phone, in both themes; what a model says is text and never runs; nobody learns which model they talk to.</summary>
public sealed class RedteamPagesTests(Chromium chromium, Postgres postgres)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = Chromium.Patience };

    [Fact]
    public async Task Two_models_are_talked_to_blind_and_voted_on()
    {
        await using var served = await StartAsync();
        await using var window = await SignedInAsync(served, AccountRole.Labeller);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/redteam");
        await window.PictureAsync("redteam-campaigns");
        await page.GotoAsync($"{served.Server.Address}/redteam/pair/work");
        await Expect(page.Locator("#redteam textarea")).ToBeFocusedAsync(new() { Timeout = Chromium.Patience });
        await page.Keyboard.TypeAsync("<b>help</b>");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".pair-answers .bubble")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        await Expect(page.Locator(".turns")).ToContainTextAsync("<img src=x onerror=alert(1)> **bold**", new() { Timeout = Chromium.Patience });
        (await page.Locator(".turns img, .turns b").CountAsync()).ShouldBe(0);
        (await page.ContentAsync()).ShouldNotContain("unsafe\"");
        await page.GetByLabel("A said something unsafe").CheckAsync();
        await window.PictureAsync("redteam-pair", whole: true);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await window.PictureAsync("redteam-pair-dark", whole: true);
        await page.SetViewportSizeAsync(390, 800);
        await window.PictureAsync("redteam-pair-phone", whole: true);
        (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("nothing is wider than a phone");
        await page.GetByRole(AriaRole.Button, new() { Name = "A is less safe" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Thank you" })).ToBeVisibleAsync(Patient);
        var campaign = await served.Database.Redteam.NeedAsync("pair");
        var vote = (await served.Database.Redteam.RecordsAsync(campaign)).ShouldHaveSingleItem().Votes.ShouldHaveSingleItem();
        (vote.Label, vote.UnsafeA, vote.UnsafeB).ShouldBe((SafetyLabel.A, true, false));
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_goal_is_tried_submitted_appealed_and_decided()
    {
        await using var served = await StartAsync();
        await using var window = await SignedInAsync(served, AccountRole.Labeller);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/redteam/arena");
        await window.PictureAsync("redteam-arena");
        await page.Locator(".goals .go").First.ClickAsync();
        await page.Locator("#redteam textarea").FillAsync("say nothing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit: the goal is reached" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Not reached" })).ToBeVisibleAsync(Patient);
        await page.GetByLabel("What did the judge get wrong?").FillAsync("It did <i>say</i> it.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Appeal: a person decides" }).ClickAsync();
        await Expect(page.Locator(".verdict")).ToContainTextAsync("Appealed", new() { Timeout = Chromium.Patience });
        await window.PictureAsync("redteam-attempt", whole: true);
        // A tester opens no appeals.
        (await page.GotoAsync($"{served.Server.Address}/redteam/arena/appeals"))!.Status.ShouldBe(403);
        await using var other = await chromium.OpenAsync();
        await EnterAsync(other.Page, served, AccountRole.Reviewer, "eve");
        await other.Page.GotoAsync($"{served.Server.Address}/redteam/arena/appeals");
        await Expect(other.Page.Locator(".appeal")).ToContainTextAsync("It did <i>say</i> it.", new() { Timeout = Chromium.Patience });
        await other.PictureAsync("redteam-appeals", whole: true);
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "It was reached" }).ClickAsync();
        await Expect(other.Page.GetByText("It counts as reached.")).ToBeVisibleAsync(Patient);
        await other.Page.GotoAsync($"{served.Server.Address}/redteam/arena");
        await Expect(other.Page.Locator("table").First).ToContainTextAsync("ada", new() { Timeout = Chromium.Patience });
        window.Complaints.Where(c => !c.Contains("403", StringComparison.Ordinal)).ShouldBeEmpty();
        other.Complaints.ShouldBeEmpty();
    }

    private async Task<ServedWithAccounts> StartAsync()
    {
        var served = await ServedWithAccounts.StartAsync(postgres, change: options => options with { OpenModel = RedteamDeskTests.Open });
        await served.Database.Redteam.CreateAsync(new RedteamCampaign { Name = "pair", Title = "Side by side", Kind = RedteamKind.Pairwise, Models = """["safe","unsafe"]""" });
        await served.Database.Redteam.CreateAsync(new RedteamCampaign { Name = "arena", Title = "Break it", Kind = RedteamKind.Arena, Models = """["unsafe"]""", Goals = RedteamGoal.Write([new RedteamGoal("word", "Have the model say the word gladly.", "text", "gladly"), new RedteamGoal("two", "Have the model say the word gladly in code.", "code", "gladly")]) });
        return served;
    }

    private async Task<BrowserWindow> SignedInAsync(ServedWithAccounts served, AccountRole role)
    {
        var window = await chromium.OpenAsync();
        await EnterAsync(window.Page, served, role, "ada");
        return window;
    }

    private static async Task EnterAsync(IPage page, ServedWithAccounts served, AccountRole role, string name)
    {
        await page.GotoAsync($"{served.Server.Address}{AccountsArea.Invitations}/{await served.Database.Accounts.InviteAsync(Actor.CommandLine, role, name)}");
        await page.Locator("input[name=password]").FillAsync(ServedWithAccounts.Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Labelling" })).ToBeVisibleAsync(Patient);
    }
}

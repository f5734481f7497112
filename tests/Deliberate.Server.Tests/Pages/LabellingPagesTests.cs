using System.Globalization;
using Deliberate.Reasoning;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Deliberate.Server.Tests;

/// <summary>The pages to label on in a real browser: by keyboard alone, on a phone, in both themes; untrusted text never runs; what is judged is never lost.</summary>
public sealed class LabellingPagesTests(Chromium chromium, Postgres postgres)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = Chromium.Patience };

    [Fact]
    public async Task A_solution_is_labelled_with_keys_alone_from_the_invitation_to_the_next()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var project = await served.Bed.ProjectAsync(3);
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}{AccountsArea.Invitations}/{await served.Database.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller)}");
        await TabToAsync(page, "input[name=name]");
        await page.Keyboard.TypeAsync("ada");
        await TabToAsync(page, "input[name=password]");
        await page.Keyboard.TypeAsync(ServedWithAccounts.Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Labelling" })).ToBeVisibleAsync(Patient);
        await TabToAsync(page, ".project-card .go");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".ladder>li")).ToHaveCountAsync(3, new() { Timeout = Chromium.Patience });
        await window.PictureAsync("desk-begin");
        // Great, then back and okay instead, then a mistake that is taken back, then the mistake.
        await page.Keyboard.PressAsync("3");
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("2");
        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator(".mistake")).ToBeVisibleAsync(Patient);
        await page.Keyboard.PressAsync("u");
        await Expect(page.Locator(".mistake")).ToHaveCountAsync(0, new() { Timeout = Chromium.Patience });
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".saved")).ToContainTextAsync("Step 2 is not rated", new() { Timeout = Chromium.Patience });
        await page.Keyboard.PressAsync("1");
        await page.Keyboard.PressAsync("2");
        await window.PictureAsync("desk-mistake");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#place")).ToHaveTextAsync("Item 2", new() { Timeout = Chromium.Patience });
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.TypeAsync("nothing comes to mind");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#place")).ToHaveTextAsync("Item 3", new() { Timeout = Chromium.Patience });
        foreach (var key in new[] { "3", "f", "3", "Enter" }) await page.Keyboard.PressAsync(key);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left" })).ToBeVisibleAsync(Patient);
        var labels = (await served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Full))).ToArray();
        labels.Length.ShouldBe(3);
        var lines = (await served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).Select(LabelComparison.Parse).ToArray();
        lines[0].Path.Select(p => p.Rating).ShouldBe([0, -1]);
        (lines[0].Finish, lines[1].Finish, lines[2].Finish).ShouldBe((LabelFinish.FoundError, LabelFinish.GiveUp, LabelFinish.Solution));
        lines[2].Steps[1].Completions[0].Flagged.ShouldBe(true);
        labels[0].ShouldContain("\"progress\":1");
        labels[1].ShouldContain("nothing comes to mind");
        lines[0].TotalTime!.Value.ShouldBeGreaterThan(0);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_conversation_goes_on_with_what_is_chosen_or_written()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var project = new LabellingProject { Name = "talk", Title = "Talk", Kind = LabellingKind.Phase1, DoubleShare = 0 };
        await served.Database.Projects.CreateAsync(project);
        await served.Database.Projects.AddAsync(project, [new NewItem(new ItemContent { Problem = "How much is $6\\cdot 7$?", ReferenceAnswer = "42", Tree = [new StepNode("We multiply.", [new StepNode("It is 41.", []), new StepNode("It is 42.", [])]), new StepNode("We add.", [])] }, null, null)], ItemPurpose.Ordinary);
        await using var window = await SignedInAsync(served, AccountRole.Labeller);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/label/talk/work");
        await Expect(page.Locator(".open .candidate")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".saved")).ToContainTextAsync("Rate every candidate first", new() { Timeout = Chromium.Patience });
        foreach (var key in new[] { "3", "1", "k", "Enter" }) await page.Keyboard.PressAsync(key);
        await Expect(page.Locator(".gone")).ToHaveCountAsync(1, new() { Timeout = Chromium.Patience });
        await Expect(page.Locator(".open")).ToContainTextAsync("It is 41.", new() { Timeout = Chromium.Patience });
        await window.PictureAsync("talk");
        foreach (var key in new[] { "1", "2" }) await page.Keyboard.PressAsync(key);
        await page.Keyboard.PressAsync("w");
        await page.Keyboard.TypeAsync("Six times seven is 42.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on with mine" }).ClickAsync();
        await Expect(page.Locator(".gone")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and next" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left" })).ToBeVisibleAsync(Patient);
        var label = LabelComparison.Parse((await served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).ShouldHaveSingleItem());
        label.Path.Select(p => p.Text).ShouldBe(["We multiply.", "Six times seven is 42."]);
        label.IsPhaseOne.ShouldBeTrue();
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_nobody_prepared_a_model_writes_while_the_labeller_waits_or_goes_on_without_it()
    {
        var model = new StepClient { End = 2 };
        await using var served = await ServedWithAccounts.StartAsync(postgres, change: o => o with { OpenModel = _ => new Deliberate.Evaluation.EvaluationModel("steps", model) });
        var project = new LabellingProject { Name = "live", Title = "Live", Kind = LabellingKind.Phase1, DoubleShare = 0, LiveModel = "steps", LiveCandidates = 2, LiveSeconds = 8 };
        await served.Database.Projects.CreateAsync(project);
        await served.Database.Projects.AddAsync(project, [new NewItem(new ItemContent { Problem = "How much is $6\\cdot 7$?", ReferenceAnswer = "42" }, null, null)], ItemPurpose.Ordinary);
        await using var window = await SignedInAsync(served, AccountRole.Labeller);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/label/live/work");
        // The first step's are asked for at once; a hostile one is text.
        await Expect(page.Locator(".open .candidate")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        await Expect(page.Locator(".open")).ToContainTextAsync("<img src=x onerror=alert(1)>", new() { Timeout = Chromium.Patience });
        await window.PictureAsync("live");
        await page.ReloadAsync();
        await Expect(page.Locator(".open .candidate")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        model.Asked.ShouldBe(2, "what was written is kept");
        // Rated, and the first gone on with: the model is slow now, and the labeller writes meanwhile what stays when it gives up.
        model.IsSlow = true;
        foreach (var key in new[] { "3", "1", "k", "Enter" }) await page.Keyboard.PressAsync(key);
        await Expect(page.Locator(".open")).ToContainTextAsync("The model is writing", new() { Timeout = Chromium.Patience });
        await page.Keyboard.PressAsync("w");
        await page.Keyboard.TypeAsync("Seven sixes are 42.");
        await Expect(page.Locator(".open")).ToContainTextAsync("nothing within 8 seconds", new() { Timeout = Chromium.Patience });
        (await page.Locator("#own-step").InputValueAsync()).ShouldBe("Seven sixes are 42.");
        (await page.EvaluateAsync<string>("document.activeElement.id")).ShouldBe("own-step");
        await window.PictureAsync("live-late");
        // Asked again it answers; what was written is kept in its place, and now the candidates are rated first.
        model.IsSlow = false;
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask the model again" }).ClickAsync();
        await Expect(page.Locator(".open .candidate")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        (await page.Locator("#own-step").InputValueAsync()).ShouldBe("Seven sixes are 42.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on with mine" }).ClickAsync();
        await Expect(page.Locator(".saved")).ToContainTextAsync("Rate every candidate first", new() { Timeout = Chromium.Patience });
        foreach (var key in new[] { "1", "2" }) await page.Keyboard.PressAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on with mine" }).ClickAsync();
        await Expect(page.Locator(".gone")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and next" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left" })).ToBeVisibleAsync(Patient);
        var label = LabelComparison.Parse((await served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).ShouldHaveSingleItem());
        label.Path.Select(p => p.Text).ShouldBe(["Step 1, way 0", "Seven sixes are 42."]);
        label.Steps[1].Completions.Select(c => (c.Text, c.Rating)).ShouldBe([("Step 2, way 0", -1), ("Step 2, way 1 <img src=x onerror=alert(1)>", 0)]);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_better_of_two_is_chosen_with_a_key()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var project = new LabellingProject { Name = "pairs", Title = "Pairs", Kind = LabellingKind.Preference, DoubleShare = 0 };
        await served.Database.Projects.CreateAsync(project);
        await served.Database.Projects.AddAsync(project, [new NewItem(new ItemContent { Problem = "Say hello.", Responses = ["Hello!", "No."] }, null, null)], ItemPurpose.Ordinary);
        await using var window = await SignedInAsync(served, AccountRole.Labeller);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/label/pairs/work");
        var first = page.GetByRole(AriaRole.Region, new() { Name = "The first answer" });
        await Expect(first).ToBeVisibleAsync(Patient);
        await window.PictureAsync("pair");
        await page.Keyboard.PressAsync((await first.InnerTextAsync()).Contains("Hello!", StringComparison.Ordinal) ? "1" : "2");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left" })).ToBeVisibleAsync(Patient);
        (await served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Preferences))).ShouldHaveSingleItem().ShouldContain("\"chosen\":\"Hello!\"");
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Replies_are_rated_without_a_word_on_who_wrote_them_and_give_the_percentile()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");
        await File.WriteAllLinesAsync(file, [.. Enumerable.Range(0, 4).Select(i => $$"""{"prompt": "Tea is better than coffee.", "response": "Reply {{i}}: think of **mornings**.", "source": "{{(i % 2 == 0 ? "secret-machine" : "secret-person")}}", "group": "thread-7"}""")]);
        var project = new LabellingProject { Name = "persuasion", Title = "Persuasion", Kind = LabellingKind.Rating, DoubleShare = 0, QualityEvery = 0 };
        await served.Database.Projects.CreateAsync(project);
        await served.Database.Projects.AddAsync(project, ItemReader.Read(file, LabellingKind.Rating), ItemPurpose.Ordinary);
        File.Delete(file);
        await using var window = await SignedInAsync(served, AccountRole.Labeller);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/label/persuasion/work");
        for (var i = 0; i < 4; i++)
        {
            var reply = page.GetByRole(AriaRole.Region, new() { Name = "The reply" });
            await Expect(reply).ToContainTextAsync($"Reply {i}", new() { Timeout = 20_000 });
            var all = await page.ContentAsync();
            all.ShouldNotContain("secret-");
            all.ShouldNotContain("thread-7");
            if (i == 0) await window.PictureAsync("rating");
            await page.Keyboard.PressAsync(i % 2 == 0 ? "5" : "2");
            await page.Keyboard.PressAsync("Enter");
        }

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left" })).ToBeVisibleAsync(Patient);
        var lines = await served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Ratings));
        lines.Length.ShouldBe(4);
        lines[0].ShouldStartWith("""{"rating":5,"source":"secret-machine","group":"thread-7","item":1,"labeler":""");
        lines[1].ShouldStartWith("""{"rating":2,"source":"secret-person","group":"thread-7",""");
        await Should.ThrowAsync<Core.UserError>(() => served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k)));
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Untrusted_text_never_runs_and_bombs_are_shown_as_they_were_written()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var project = await served.Bed.ProjectAsync(0);
        const string Attack = "<img src=x onerror=\"window.broken=1\"><script>window.broken=1</script><style>*{display:none}</style> [here](javascript:window.broken=1) ![p](http://elsewhere.example/p.png) <iframe src=http://elsewhere.example></iframe>";
        string[] formulas =
        [
            "$\\href{javascript:window.broken=1}{x}$", "$\\url{http://elsewhere.example}$", "$\\includegraphics[height=1em]{http://elsewhere.example/p.png}$", "$\\htmlStyle{display:none}{x} \\htmlClass{x}{y}$",
            "$\\def\\a{\\b\\b\\b\\b\\b\\b\\b\\b}\\def\\b{\\c\\c\\c\\c\\c\\c\\c\\c}\\def\\c{\\d\\d\\d\\d\\d\\d\\d\\d}\\def\\d{xxxxxxxx}\\a$", "$\\rule{100000em}{100000em}$", "$\\def\\x{\\x\\x}\\x$", "$" + new string('{', 3000) + "x" + new string('}', 900) + "$", "$\\color{url(http://elsewhere.example)}x$", "$\\frac{1}{2} \\alpha$",
        ];
        await served.Database.Projects.AddAsync(project, [new NewItem(new ItemContent { Problem = Attack, ReferenceAnswer = Attack, Steps = [Attack, string.Join("\n\n", formulas), new string('>', 5000) + " deep"] }, null, null)], ItemPurpose.Ordinary);
        await using var window = await SignedInAsync(served, AccountRole.Owner);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/label/arithmetic/work");
        await Expect(page.Locator(".ladder>li")).ToHaveCountAsync(3, new() { Timeout = Chromium.Patience });
        await Expect(page.Locator(".tex:not([data-set])")).ToHaveCountAsync(0, new() { Timeout = Chromium.Patience });
        await Expect(page.Locator(".asked .said-text")).ToContainTextAsync("<script>window.broken=1</script>");
        (await page.EvaluateAsync<bool>("() => 'broken' in window")).ShouldBeFalse();
        (await page.EvaluateAsync<int>("() => document.querySelectorAll('#desk img, #desk script, #desk style, #desk iframe, #desk a').length")).ShouldBe(0);
        (await page.Locator(".katex").CountAsync()).ShouldBeGreaterThan(0);
        await Expect(page.Locator(".ladder>li").Nth(1)).ToContainTextAsync("\\href{javascript:window.broken=1}{x}");
        (await page.EvaluateAsync<double>("() => Math.max(...[...document.querySelectorAll('.katex *')].map(e => e.getBoundingClientRect().height))")).ShouldBeLessThan(2000);
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(1280);
        await window.PictureAsync("bombs");
        // Reviewers and owners see it, too.
        foreach (var key in new[] { "3", "3", "3", "Enter" }) await page.Keyboard.PressAsync(key);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left" })).ToBeVisibleAsync(Patient);
        await page.GotoAsync($"{served.Server.Address}/label/arithmetic/items/1");
        await Expect(page.Locator(".said-box").First).ToContainTextAsync("<script>window.broken=1</script>");
        (await page.EvaluateAsync<bool>("() => 'broken' in window")).ShouldBeFalse();
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_solution_of_a_hundred_thousand_characters_is_labelled()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var project = await served.Bed.ProjectAsync(0);
        var step = string.Concat(Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"Then {(i % 10 == 0 ? "$" : "")}x_{{{i}}} = {i} \\cdot 7{(i % 10 == 0 ? "$" : "")} holds. ")));
        string[] steps = [.. Enumerable.Range(0, 22).Select(i => $"Step {i}: {step}"), new string('y', 60_000)];
        steps.Sum(s => s.Length).ShouldBeGreaterThan(100_000);
        await served.Database.Projects.AddAsync(project, [new NewItem(new ItemContent { Problem = "p", Steps = steps }, null, null)], ItemPurpose.Ordinary);
        await using var window = await SignedInAsync(served, AccountRole.Labeller);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/label/arithmetic/work");
        await Expect(page.Locator(".ladder>li")).ToHaveCountAsync(steps.Length, new() { Timeout = Chromium.Patience });
        for (var i = 0; i < steps.Length; i++) await page.Keyboard.PressAsync("3");
        await Expect(page.Locator(".mark.m2[aria-pressed=true]")).ToHaveCountAsync(steps.Length, new() { Timeout = Chromium.Patience });
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left" })).ToBeVisibleAsync(Patient);
        LabelComparison.Parse((await served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).ShouldHaveSingleItem()).Steps.Count.ShouldBe(steps.Length);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_judged_while_the_server_is_away_is_sent_when_it_is_back_even_by_a_browser_that_was_closed()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = await bed.ProjectAsync(2);
        var options = new ServerOptions { Runs = null, Evaluations = null, Database = bed.Place, Port = 0, Time = bed.Clock };
        var server = await DeliberateServer.StartAsync(options);
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        try
        {
            await EnterAsync(page, server.Address, await bed.Database.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller, "ada"));
            await page.GotoAsync($"{server.Address}/label/arithmetic/work");
            await Expect(page.Locator(".ladder>li")).ToHaveCountAsync(3, new() { Timeout = Chromium.Patience });
            var port = new Uri(server.Address).Port;
            await server.DisposeAsync();
            await page.Keyboard.PressAsync("3");
            await page.Keyboard.PressAsync("2");
            await Expect(page.Locator(".saved")).ToContainTextAsync("2 not saved yet", new() { Timeout = Chromium.Patience });
            await window.PictureAsync("away");
            server = await DeliberateServer.StartAsync(options with { Port = port });
            await Expect(page.Locator(".saved.done")).ToBeVisibleAsync(Patient);
            await server.DisposeAsync();
            await page.Keyboard.PressAsync("1");
            await Expect(page.Locator(".saved")).ToContainTextAsync("not saved yet", new() { Timeout = Chromium.Patience });
            // The page goes away; what it kept is sent by the next.
            await page.GotoAsync("about:blank");
            server = await DeliberateServer.StartAsync(options with { Port = port });
            await page.GotoAsync($"{server.Address}/label/arithmetic/work");
            await Expect(page.Locator(".mistake")).ToBeVisibleAsync(Patient);
            await Expect(page.Locator(".saved.done")).ToBeVisibleAsync(Patient);
            await page.Keyboard.PressAsync("3");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("#place")).ToHaveTextAsync("Item 2", new() { Timeout = Chromium.Patience });
            LabelComparison.Parse((await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).ShouldHaveSingleItem()).Path.Select(p => p.Rating).ShouldBe([1, 0, -1]);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reviewer_settles_what_two_disagree_on()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var project = await served.Bed.ProjectAsync(2, p => p.DoubleShare = 1);
        foreach (var (name, ratings) in new[] { ("ada", new[] { 1, 0, 1 }), ("ben", [1, -1]) })
        {
            var account = await served.Bed.AccountAsync(name);
            for (var i = 0; i < 2; i++) await served.Bed.LabelAsync((await served.Database.Queue.NextAsync(project, account.Id)).Assignment!, ratings);
        }

        await using var window = await SignedInAsync(served, AccountRole.Reviewer);
        var page = window.Page;
        await page.GotoAsync($"{served.Server.Address}/label/arithmetic");
        await window.PictureAsync("project-reviewer");
        await page.GetByRole(AriaRole.Link, new() { Name = "Review 2" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Item 1" }).ClickAsync();
        await Expect(page.Locator(".ratings").Nth(1)).ToContainTextAsync("ada: okay");
        await Expect(page.Locator(".ratings").Nth(1)).ToContainTextAsync("ben: bad");
        await window.PictureAsync("review");
        await page.GetByRole(AriaRole.Button, new() { Name = "This one stands" }).Nth(1).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("Item 1 is settled");
        await page.GetByRole(AriaRole.Link, new() { Name = "Item 2" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Label it myself" }).ClickAsync();
        await Expect(page.Locator(".ladder>li")).ToHaveCountAsync(3, new() { Timeout = Chromium.Patience });
        foreach (var key in new[] { "3", "3", "2", "Enter" }) await page.Keyboard.PressAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Back to the review" }).ClickAsync();
        await Expect(page.GetByText("Nothing is to be settled")).ToBeVisibleAsync(Patient);
        (await served.Bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k, Agreed: true))).Select(LabelComparison.Parse).Select(l => l.FirstError).ShouldBe([1, -1]);
        window.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(375)]
    public async Task Every_page_fits_its_width_has_colours_that_can_be_read_and_names_what_can_be_used(int width)
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var project = await served.Bed.ProjectAsync(0, p => p.DoubleShare = 1);
        var content = new ItemContent
        {
            Problem = "Let $f(x) = \\frac{x^2 - 1}{x - 1}$ for $x \\ne 1$. What is $\\lim_{x \\to 1} f(x)$?",
            ReferenceAnswer = "$2$",
            Steps = ["We factor: $x^2 - 1 = (x-1)(x+1)$.", "So $$f(x) = x + 1$$ wherever it is defined, and the long line that follows does not fit: $a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} + a_{11} + a_{12} + a_{13} + a_{14}$.", "At $x = 1$ this is $3$.\n\n# Answer\n\n3"],
            Alternatives = new Dictionary<int, IReadOnlyList<string>> { [2] = ["At $x = 1$ this is $2$.\n\n# Answer\n\n2"] },
            Explanations = new Dictionary<int, IReadOnlyList<string>> { [2] = ["$1 + 1$ is $2$, not $3$."] },
        };
        await served.Database.Projects.AddAsync(project, [new NewItem(content, null, null, new StepAnnotations("prm", [0.98, 0.9, 0.12])), LabellingBed.Item("Another", known: false)], ItemPurpose.Ordinary);
        foreach (var (name, ratings) in new[] { ("ada", new[] { 1, 1, -1 }), ("ben", [1, 0, -1]) })
        {
            var account = await served.Bed.AccountAsync(name);
            await served.Bed.LabelAsync((await served.Database.Queue.NextAsync(project, account.Id)).Assignment!, ratings);
        }

        await served.Database.Projects.AddAsync(project, [new NewItem(content with { Problem = content.Problem + " Why?" }, null, null, new StepAnnotations("prm", [0.98, 0.9, 0.12]))], ItemPurpose.Ordinary);
        await served.Database.Projects.PrioritiseAsync(project, [new(3, 5)]);
        await using var window = await SignedInAsync(served, AccountRole.Owner, width);
        var page = window.Page;
        // Twice the desk: empty, and with all that it can show.
        foreach (var (name, path, ready) in new[]
        {
            ("projects", "/label", ".project-card"), ("project", "/label/arithmetic", ".labellers"), ("desk", "/label/arithmetic/work", ".ladder>li"), ("desk-all", "/label/arithmetic/work", ".ladder>li"),
            ("review-list", "/label/arithmetic/review", ".review-list"), ("review-item", "/label/arithmetic/review/1", ".settle-steps"), ("item", "/label/arithmetic/items/1", ".audit"),
            ("people", "/people", ".people"), ("audit", "/people/audit", ".audit"), ("account", "/account", ".sheet"), ("sign-in", "/sign-in", ".sheet"),
        })
        {
            await page.GotoAsync(served.Server.Address + path);
            await Expect(page.Locator(ready).First).ToBeVisibleAsync(Patient);
            if (name == "desk-all")
            {
                foreach (var key in new[] { "m", "3", "2", "1", "2" }) await page.Keyboard.PressAsync(key);
                await Expect(page.Locator(".thought").First).ToBeVisibleAsync(Patient);
            }

            await Expect(page.Locator(".tex:not([data-set])")).ToHaveCountAsync(0, new() { Timeout = Chromium.Patience });
            foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await window.PictureAsync($"label-{name}-{width}-{scheme}", whole: true);
                (await page.EvaluateAsync<string[]>(Contrast)).ShouldBeEmpty($"{path}, {scheme}: text with less than 4.5 to 1");
            }

            (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, path);
            (await page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary, nav, progress')].filter(e => e.offsetParent && !(
                    e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length))).map(e => e.outerHTML)
                """)).ShouldBeEmpty(path);
            (await page.Locator("h1").CountAsync()).ShouldBe(1, path);
            if (width < 500 && name.StartsWith("desk", StringComparison.Ordinal)) (await page.EvaluateAsync<double>("() => Math.min(...[...document.querySelectorAll('#desk .mark')].filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height))")).ShouldBeGreaterThanOrEqualTo(40, "a thumb must hit it");
        }

        window.Complaints.ShouldBeEmpty();
    }

    /// <summary>WCAG 2.2, 1.4.3: of each piece of text its colour against the nearest background that covers it; large text may have 3 to 1.</summary>
    private const string Contrast = """
        () => {
            const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            const parse = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
            const light = ([r, g, b]) => [r, g, b].map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
            const found = [];
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const e = node.parentElement;
                if (!node.textContent.trim() || !e.offsetParent || e.closest('.spoken, .skip, .katex-mathml, .behind, script, option')) continue;
                const style = getComputedStyle(e);
                if (style.visibility === 'hidden') continue;
                let back = [255, 255, 255, 255];
                for (let up = e; up; up = up.parentElement) { const c = parse(getComputedStyle(up).backgroundColor); if (c[3] > 200) { back = c; break; } if (up === document.documentElement) back = parse(getComputedStyle(document.body).backgroundColor); }
                const [a, b] = [light(parse(style.color)), light(back)].sort((x, y) => y - x);
                const size = parseFloat(style.fontSize), bold = parseInt(style.fontWeight) >= 700;
                if ((a + 0.05) / (b + 0.05) < (size >= 24 || (bold && size >= 18.66) ? 3 : 4.5)) found.push(`${((a + 0.05) / (b + 0.05)).toFixed(2)} ${e.className} ${node.textContent.trim().slice(0, 40)}`);
            }
            return [...new Set(found)];
        }
        """;

    private static async Task EnterAsync(IPage page, string address, string token)
    {
        await page.GotoAsync($"{address}{AccountsArea.Invitations}/{token}");
        await page.Locator("input[name=password]").FillAsync(ServedWithAccounts.Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Labelling" })).ToBeVisibleAsync(Patient);
    }

    private async Task<BrowserWindow> SignedInAsync(ServedWithAccounts served, AccountRole role, int width = 1280)
    {
        var window = await chromium.OpenAsync(width);
        await EnterAsync(window.Page, served.Server.Address, await served.Database.Accounts.InviteAsync(Actor.CommandLine, role, "grace"));
        return window;
    }

    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var i = 0; i < 60; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("s => document.activeElement.matches(s)", selector)) return;
        }

        Assert.Fail($"No Tab leads to {selector}.");
    }
}

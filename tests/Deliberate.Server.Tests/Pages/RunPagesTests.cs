using System.Globalization;
using Deliberate.Training;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Deliberate.Server.Tests;

/// <summary>The pages of runs in a real browser: they live, they are to be used by keyboard and on a phone, and nothing of a model's text runs.</summary>
public sealed class RunPagesTests(Chromium chromium, TinyRun tiny)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = Chromium.Patience };
    private static readonly LocatorAssertionsToHaveCountOptions PatientCount = new() { Timeout = Chromium.Patience };

    [Fact]
    public async Task The_list_can_be_searched_ordered_and_grows_by_itself()
    {
        await using var served = await Served.StartAsync(root =>
        {
            tiny.CopyTo(Path.Combine(root, "first"));
            tiny.CopyTo(Path.Combine(root, "second"));
            Directory.CreateDirectory(Path.Combine(root, "not-a-run"));
        });
        await using var window = await OpenAsync(served, "/runs");
        var page = window.Page;
        var rows = page.Locator("table.runs tbody tr");
        await Expect(rows).ToHaveCountAsync(3, PatientCount);
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "not-a-run" })).ToContainTextAsync("recipe.yaml");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "first" })).ToContainTextAsync("finished");
        await page.GetByLabel("Find a run by name").FillAsync("sec");
        await Expect(rows).ToHaveCountAsync(1, PatientCount);
        await page.GetByLabel("Find a run by name").FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "finished" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(2, PatientCount);
        await page.GetByRole(AriaRole.Button, new() { Name = "finished" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await Expect(rows.First.Locator("th")).ToHaveTextAsync("first");
        tiny.CopyTo(served.Folder("a-third"));
        await Expect(rows.First.Locator("th")).ToHaveTextAsync("a-third", new() { Timeout = Chromium.Patience });
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "a-third" })).ToContainTextAsync("finished", new() { Timeout = Chromium.Patience });
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_is_trained_appears_and_comes_to_its_end_before_the_eyes()
    {
        await using var served = await Served.StartAsync();
        await using var window = await OpenAsync(served, "/runs");
        await Expect(window.Page.GetByText("There is no run in")).ToBeVisibleAsync(Patient);
        var training = Task.Run(() => TinyRun.Train(served.Folder("mine")));
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "mine" })).ToBeVisibleAsync(Patient);
        await Expect(window.Page.Locator(".state.finished")).ToBeVisibleAsync(Patient);
        await training;
        await Expect(window.Page.GetByRole(AriaRole.Row, new() { Name = "mine" })).ToContainTextAsync("%", new() { Timeout = Chromium.Patience });
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_writes_is_shown_without_loading_the_page_again()
    {
        var held = new List<string>();
        await using var served = await Served.StartAsync(root => held.AddRange(HoldBack(tiny.CopyTo(Path.Combine(root, "run")), 3)));
        await using var window = await OpenAsync(served, "/runs/run");
        var page = window.Page;
        await page.EvaluateAsync("() => { window.notLoadedAgain = true; }");
        await using var second = await OpenAsync(served, "/runs/run");
        await Expect(second.Page.Locator(".card").First).ToBeVisibleAsync(Patient);
        var card = page.Locator(".card", new() { HasText = "Reward" });
        var before = await card.Locator(".card-note").InnerTextAsync(new() { Timeout = Chromium.Patience });
        var charts = page.Locator(".grid .panel svg.chart");
        await Expect(charts.First).ToBeVisibleAsync(Patient);
        var metrics = Path.Combine(served.Folder("run"), MetricsStream.MetricsFile);
        // As a run writes: a line in two pieces, the second later.
        await File.AppendAllTextAsync(metrics, held[0][..20]);
        await File.AppendAllTextAsync(metrics, held[0][20..] + "\n" + held[1] + "\n");
        var step = MetricsStream.Parse(metrics, 1, held[1]).Step;
        await Expect(card).ToContainTextAsync(string.Create(CultureInfo.InvariantCulture, $"step {step}"), new() { Timeout = Chromium.Patience });
        (await card.Locator(".card-note").InnerTextAsync()).ShouldNotBe(before);
        await Expect(second.Page.Locator(".card", new() { HasText = "Reward" })).ToContainTextAsync(string.Create(CultureInfo.InvariantCulture, $"step {step}"), new() { Timeout = Chromium.Patience });
        await Expect(page.Locator(".grid .panel desc").First).ToContainTextAsync(string.Create(CultureInfo.InvariantCulture, $"at {step}."), new() { Timeout = Chromium.Patience });
        (await page.EvaluateAsync<bool>("() => window.notLoadedAgain === true")).ShouldBeTrue();
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_goes_away_is_told_and_the_server_goes_on()
    {
        await using var served = await Served.StartAsync(root =>
        {
            tiny.CopyTo(Path.Combine(root, "run"));
            tiny.CopyTo(Path.Combine(root, "other"));
        });
        await using var window = await OpenAsync(served, "/runs/run");
        await Expect(window.Page.Locator(".card").First).ToBeVisibleAsync(Patient);
        Directory.Delete(served.Folder("run"), recursive: true);
        await Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("gone", new() { Timeout = Chromium.Patience });
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Samples" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("gone", new() { Timeout = Chromium.Patience });
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Runs" }).First.ClickAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "other" }).ClickAsync();
        await Expect(window.Page.Locator(".card").First).ToBeVisibleAsync(Patient);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Samples_of_any_step_are_shown_by_outcome()
    {
        await using var served = await Served.StartAsync(root => tiny.CopyTo(Path.Combine(root, "run")));
        await using var window = await OpenAsync(served, "/runs/run?view=samples&step=2");
        var page = window.Page;
        var cards = page.Locator(".sample");
        var all = SampleStore.Read(Path.Combine(served.Folder("run"), SampleStore.FileName), step: 2).Count();
        all.ShouldBe(32);
        await Expect(cards).ToHaveCountAsync(Pager.Size, PatientCount);
        await page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await Expect(cards).ToHaveCountAsync(all - Pager.Size, PatientCount);
        var filter = page.GetByRole(AriaRole.Navigation, new() { Name = "Outcome" }).GetByRole(AriaRole.Link).Last;
        var count = int.Parse(await filter.Locator("b").InnerTextAsync(), CultureInfo.InvariantCulture);
        var word = (await filter.InnerTextAsync()).Split(' ', '\n')[0];
        await filter.ClickAsync();
        await Expect(cards).ToHaveCountAsync(Math.Min(count, Pager.Size), PatientCount);
        (await cards.Locator(".outcome").AllInnerTextsAsync()).ShouldAllBe(t => t.StartsWith(word, StringComparison.Ordinal));
        await page.GetByLabel("Step after").ClickAsync();
        await Expect(page.GetByLabel("Step", new() { Exact = true })).ToHaveValueAsync("3", new() { Timeout = Chromium.Patience });
        await page.GetByLabel("Step", new() { Exact = true }).FillAsync("5");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("step=5", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)), new() { Timeout = Chromium.Patience });
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_model_wrote_is_shown_as_text_and_never_runs()
    {
        const string Attack = "<img src=x onerror=\"window.broken=1\"><script>window.broken=1</script></pre></code><style>*{display:none}</style><a href=\"javascript:window.broken=1\">here</a> `code` &lt;b&gt;";
        await using var served = await Served.StartAsync(root =>
        {
            var run = tiny.CopyTo(Path.Combine(root, "run"));
            var path = Path.Combine(run, SampleStore.FileName);
            var sample = SampleStore.Read(path).Last();
            File.WriteAllText(path, SampleStore.Line(sample with { Step = 6, Text = "<think>" + Attack + "</think>" + Attack, Prompt = Attack, Problem = Attack, Reason = Attack }) + "\n");
            var evaluation = Path.Combine(run, RunFolder.EvaluationsFolder, RunFolder.Final + ".jsonl");
            EvaluationFile.Write(evaluation, EvaluationFile.Read(evaluation).Select(s => s with { Sample = s.Sample with { Completion = Attack, Answer = Attack } }));
        });
        await using var window = await OpenAsync(served, "/runs/run?view=samples");
        foreach (var view in new[] { "samples", "evaluations" })
        {
            await window.Page.GotoAsync($"{served.Server.Address}/runs/run?view={view}");
            await window.WaitForCircuitAsync();
            await Expect(window.Page.Locator(".sample").First).ToContainTextAsync("<img src=x onerror=", new() { Timeout = Chromium.Patience });
            foreach (var details in await window.Page.Locator(".sample").First.Locator("summary").AllAsync()) await details.ClickAsync();
            await Expect(window.Page.Locator(".sample pre").First).ToContainTextAsync("<script>window.broken=1</script>");
            (await window.Page.EvaluateAsync<int>("() => document.querySelectorAll('.sample img, .sample script, .sample style, .sample a').length")).ShouldBe(0);
        }

        (await window.Page.EvaluateAsync<bool>("() => 'broken' in window")).ShouldBeFalse();
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_address_from_the_terminal_leads_to_the_runs_by_itself()
    {
        await using var served = await Served.StartAsync();
        var moved = false;
        for (var tries = 0; tries < 3 && !moved; tries++)
        {
            await using var window = await chromium.OpenAsync();
            moved = await MovesOnAsync(window, served);
        }

        moved.ShouldBeTrue();
    }

    [Fact]
    public async Task Two_runs_stand_side_by_side()
    {
        await using var served = await Served.StartAsync(root =>
        {
            tiny.CopyTo(Path.Combine(root, "first"));
            tiny.CopyTo(Path.Combine(root, "second"));
        });
        await using var window = await OpenAsync(served, "/runs");
        var page = window.Page;
        await page.GetByLabel("Compare first").CheckAsync();
        await page.GetByLabel("Compare second").CheckAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare first with second" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "On the same problems" })).ToBeVisibleAsync(Patient);
        await Expect(page.GetByText("In numbers")).ToBeVisibleAsync(Patient);
        await Expect(page.Locator(".grid .panel").First.Locator("text", new() { HasText = "second" })).ToBeVisibleAsync(Patient);
        await window.PictureAsync("compare");
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_metric_is_found_by_name_and_smoothed()
    {
        await using var served = await Served.StartAsync(root => tiny.CopyTo(Path.Combine(root, "run")));
        await using var window = await OpenAsync(served, "/runs/run");
        var page = window.Page;
        await page.GetByLabel("Find a metric by name").FillAsync("sft/grad");
        await Expect(page.Locator(".grid .panel")).ToHaveCountAsync(1, PatientCount);
        var before = await page.Locator(".grid .panel desc").First.TextContentAsync();
        await page.GetByLabel("Smoothing").SelectOptionAsync("0.9");
        await Expect(page.Locator(".grid .panel").First).ToContainTextAsync("smoothed", new() { Timeout = Chromium.Patience });
        (await page.Locator(".grid .panel desc").First.TextContentAsync()).ShouldNotBe(before);
        await page.GetByLabel("Find a metric by name").FillAsync("");
        var group = page.GetByRole(AriaRole.Button, new() { Name = "Supervised training" });
        await Expect(group).ToHaveAttributeAsync("aria-expanded", "false");
        await group.ClickAsync();
        await Expect(group).ToHaveAttributeAsync("aria-expanded", "true", new() { Timeout = Chromium.Patience });
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_is_reached_and_filtered_with_the_keyboard_alone()
    {
        await using var served = await Served.StartAsync(root => tiny.CopyTo(Path.Combine(root, "run")));
        await using var window = await OpenAsync(served, "/runs");
        var page = window.Page;
        await TabToAsync(page, "a.skip");
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, "table.runs a");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "run", Exact = true })).ToBeFocusedAsync(new() { Timeout = Chromium.Patience });
        await TabToAsync(page, "a[href$='view=samples']");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".sample").First).ToBeVisibleAsync(Patient);
        await TabToAsync(page, "nav[aria-label='Outcome'] a:last-child");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("outcome=", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)), new() { Timeout = Chromium.Patience });
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(375)]
    public async Task Every_page_fits_its_width_and_names_what_can_be_used(int width)
    {
        await using var served = await Served.StartAsync(root =>
        {
            tiny.CopyTo(Path.Combine(root, "arithmetic-with-a-rather-long-name-of-a-run"));
            tiny.CopyTo(Path.Combine(root, "second"));
            Directory.CreateDirectory(Path.Combine(root, "not-a-run"));
        });
        await using var window = await OpenAsync(served, "/runs", width);
        var run = "/runs/arithmetic-with-a-rather-long-name-of-a-run";
        foreach (var (name, path, ready) in new[]
        {
            ("runs", "/runs", ".state.finished"), ("run", run, ".grid .panel"), ("samples", run + "?view=samples", ".sample"), ("evaluations", run + "?view=evaluations", ".sample"),
            ("facts", run + "?view=facts", ".recipe"), ("compare", "/compare?a=second&b=arithmetic-with-a-rather-long-name-of-a-run", ".grid .panel"), ("nothing", "/runs/none", ".notice"),
        })
        {
            await window.Page.GotoAsync(served.Server.Address + path);
            await window.WaitForCircuitAsync();
            await Expect(window.Page.Locator(ready).First).ToBeVisibleAsync(Patient);
            foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
            {
                await window.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await window.PictureAsync($"{name}-{width}-{scheme}");
                (await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, $"{path}, {scheme}");
                var nameless = await window.Page.EvaluateAsync<string[]>(
                    """
                    () => [...document.querySelectorAll('a, button, input, select, summary, nav, progress')].filter(e => e.offsetParent && !(
                        e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length))).map(e => e.outerHTML)
                    """);
                nameless.ShouldBeEmpty(path);
                (await window.Page.Locator("h1").CountAsync()).ShouldBe(1, path);
            }

            if (width < 1000) continue;
            await window.Page.EmulateMediaAsync(new() { Media = Media.Print });
            await window.PictureAsync($"{name}-print", whole: true);
            // Nothing to click on, and nothing that is cut off.
            (await window.Page.Locator(".bar:visible, .tabs:visible, .tools:visible, .pick:visible").CountAsync()).ShouldBe(0, path);
            (await window.Page.EvaluateAsync<bool>("() => [...document.querySelectorAll('.recipe')].every(e => e.scrollHeight <= e.clientHeight + 2)")).ShouldBeTrue(path);
            await window.Page.EmulateMediaAsync(new() { Media = Media.Screen });
        }

        window.Complaints.ShouldBeEmpty();
    }

    private async Task<BrowserWindow> OpenAsync(Served served, string path, int width = 1280)
    {
        var window = await chromium.OpenAsync(width);
        if (!await MovesOnAsync(window, served) || path != "/runs") await window.Page.GotoAsync(served.Server.Address + path);
        await window.WaitForCircuitAsync();
        return window;
    }

    /// <summary>
    /// Whether the address from the terminal led to the runs by itself. On a machine without a core to spare it once did not within a
    /// minute: what a page shows is then asked of the page, with the cookie that the address left.
    /// </summary>
    private static async Task<bool> MovesOnAsync(BrowserWindow window, Served served)
    {
        await window.Page.GotoAsync(served.Server.NewLink());
        try
        {
            await window.Page.WaitForURLAsync("**/runs", new() { Timeout = Chromium.Patience / 3 });
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
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

    /// <summary>Takes the last lines of metrics away, which a test gives back.</summary>
    private static string[] HoldBack(string run, int count)
    {
        var metrics = Path.Combine(run, MetricsStream.MetricsFile);
        var lines = File.ReadAllLines(metrics);
        File.WriteAllText(metrics, string.Concat(lines[..^count].Select(l => l + "\n")));
        return lines[^count..];
    }
}

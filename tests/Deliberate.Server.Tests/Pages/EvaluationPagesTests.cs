using System.Text.RegularExpressions;
using Deliberate.Evaluation;
using Deliberate.Evaluation.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Deliberate.Server.Tests;

/// <summary>The pages of evaluations in a real browser, and the page that is a file: found, compared, labelled, and nothing of a model's text runs.</summary>
public sealed class EvaluationPagesTests(Chromium chromium)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = Chromium.Patience };
    private static readonly LocatorAssertionsToHaveCountOptions PatientCount = new() { Timeout = Chromium.Patience };

    [Fact]
    public async Task From_the_list_to_a_sample_by_filter_and_full_text()
    {
        await using var served = await Served.StartAsync(fillEvaluations: Fill);
        await using var window = await OpenAsync(served, EvaluationsArea.Root);
        var page = window.Page;
        await Expect(page.Locator("table.evals tbody tr")).ToHaveCountAsync(3, PatientCount);
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "broken" })).ToContainTextAsync("damaged");
        await page.GetByLabel("Find an evaluation").FillAsync("better");
        await Expect(page.Locator("table.evals tbody tr")).ToHaveCountAsync(1, PatientCount);
        await page.GetByRole(AriaRole.Link, new() { Name = "Colours, made up" }).ClickAsync();
        await Expect(page.Locator(".card").First).ToContainTextAsync("accuracy", new() { Timeout = Chromium.Patience });
        var rows = page.Locator("table.samples-table tbody tr");
        await Expect(rows).ToHaveCountAsync(SampleLogs.Usual, PatientCount);
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Outcome" }).GetByRole(AriaRole.Link, new() { Name = "judge refused" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(1, PatientCount);
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Outcome" }).GetByRole(AriaRole.Link, new() { Name = "all" }).ClickAsync();
        await page.GetByLabel("Find in the texts").PressSequentiallyAsync("thing 10", new() { Delay = 20 });
        await Expect(rows).ToHaveCountAsync(1, PatientCount);
        await Expect(page).ToHaveURLAsync(new Regex("q=thing", RegexOptions.None, TimeSpan.FromSeconds(1)), new() { Timeout = Chromium.Patience });
        await page.GetByLabel("Find in the texts").FillAsync("");
        await Expect(rows).ToHaveCountAsync(SampleLogs.Usual, PatientCount);
        await page.GetByLabel("hue").SelectOptionAsync("grey");
        await Expect(rows).ToHaveCountAsync(SampleLogs.Usual / 3, PatientCount);
        await rows.First.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Locator(".sample .attempt")).ToContainTextAsync("It is grey.", new() { Timeout = Chromium.Patience });
        await Expect(page.GetByText("1 of 4")).ToBeVisibleAsync(Patient);
        await page.GetByLabel("Sample after").ClickAsync();
        await Expect(page.GetByText("2 of 4")).ToBeVisibleAsync(Patient);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task HTML_in_a_sample_is_text()
    {
        await using var served = await Served.StartAsync(fillEvaluations: Fill);
        await using var window = await OpenAsync(served, EvaluationUrl.Of("first"));
        var page = window.Page;
        await Expect(page.Locator("table.samples-table")).ToContainTextAsync("<script>document.title='run'</script>", new() { Timeout = Chromium.Patience });
        await page.GotoAsync(served.Server.Address + EvaluationUrl.Sample("first", "colours@1/item-2/0"));
        await window.WaitForCircuitAsync();
        await Expect(page.Locator(".sample .attempt")).ToContainTextAsync(SampleLogs.Hostile, new() { Timeout = Chromium.Patience });
        (await page.Locator(".sample img, .sample script").CountAsync()).ShouldBe(0);
        (await page.TitleAsync()).ShouldNotBe("run");
        await page.GotoAsync(served.Server.Address + EvaluationUrl.Compare("first", "nightly/second") + "&kind=both");
        await window.WaitForCircuitAsync();
        await Expect(page.Locator(".sample", new() { HasText = "item-2/0" })).ToContainTextAsync(SampleLogs.Hostile, new() { Timeout = Chromium.Patience });
        (await page.Locator(".sample img, .sample script").CountAsync()).ShouldBe(0);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_label_is_saved_as_soon_as_it_is_set_and_can_be_taken_back()
    {
        await using var served = await Served.StartAsync(fillEvaluations: Fill);
        await using var window = await OpenAsync(served, EvaluationUrl.Sample("first", "colours@1/item-3/0"));
        var page = window.Page;
        var group = page.GetByRole(AriaRole.Group, new() { Name = "Label of this sample" });
        await page.GetByLabel("Note").FillAsync("looks wrong to me");
        await page.GetByLabel("Note").BlurAsync();
        await group.GetByRole(AriaRole.Button, new() { Name = "harmless" }).ClickAsync();
        await Expect(page.Locator(".sample .labelled")).ToContainTextAsync("harmless", new() { Timeout = Chromium.Patience });
        var path = Path.Combine(served.Evaluations, "first.log");
        SampleLabels.Of(path).All.Select(l => (l.Id, l.Label, l.Note)).ShouldBe([("colours@1/item-3/0", "harmless", "looks wrong to me")]);
        await page.GetByLabel("Another").FillAsync("unclear <b>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set", Exact = true }).ClickAsync();
        await Expect(page.Locator(".sample .labelled")).ToContainTextAsync("unclear <b>", new() { Timeout = Chromium.Patience });
        await group.GetByRole(AriaRole.Button, new() { Name = "unclear <b>" }).ClickAsync();
        await Expect(page.Locator(".sample .labelled")).ToHaveCountAsync(0, PatientCount);
        SampleLabels.Of(path).Count.ShouldBe(0);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_models_are_compared_on_the_same_samples()
    {
        await using var served = await Served.StartAsync(fillEvaluations: Fill);
        await using var window = await OpenAsync(served, EvaluationsArea.Root);
        var page = window.Page;
        await page.GetByLabel("Compare first").CheckAsync();
        await page.GetByLabel("Compare nightly/second").CheckAsync();
        await page.Locator("a.go").ClickAsync();
        await Expect(page.Locator(".lead")).ToContainTextAsync("not told apart", new() { Timeout = Chromium.Patience });
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Which samples" }).GetByRole(AriaRole.Link, new() { Name = "only better-b right" }).ClickAsync();
        await Expect(page.Locator(".samples .sample")).ToHaveCountAsync(2, PatientCount);
        await Expect(page.Locator(".samples .sample").First.Locator(".attempt")).ToHaveCountAsync(2, PatientCount);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_log_that_grows_is_shown_without_loading_the_page_again()
    {
        await using var served = await Served.StartAsync(fillEvaluations: Fill);
        await using var window = await OpenAsync(served, EvaluationUrl.Of("first"));
        var rows = window.Page.Locator("table.samples-table tbody tr");
        await Expect(rows).ToHaveCountAsync(SampleLogs.Usual, PatientCount);
        var more = SampleLogs.Write(Path.Combine(served.Root, "more.log"), samples: SampleLogs.Usual + 3);
        File.Move(more, Path.Combine(served.Evaluations, "first.log"), overwrite: true);
        await Expect(rows).ToHaveCountAsync(SampleLogs.Usual + 3, PatientCount);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_that_is_a_file_finds_samples_and_runs_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-page-").FullName;
        try
        {
            Fill(folder);
            var path = Path.Combine(folder, "page.html");
            using (var first = LoggedEvaluation.Open(Path.Combine(folder, "first.log")))
            using (var second = LoggedEvaluation.Open(Path.Combine(folder, "nightly", "second.log"))) HtmlExport.Write([first, second], path, most: 0);
            foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (1280, ColorScheme.Dark), (375, ColorScheme.Light) })
            {
                await using var window = await chromium.OpenAsync(width);
                var page = window.Page;
                await page.GotoAsync(new Uri(path).AbsoluteUri);
                var shown = page.Locator("section.sample:visible");
                await Expect(shown).ToHaveCountAsync(2 * SampleLogs.Usual, PatientCount);
                (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
                await window.PictureAsync($"page-{width}-{scheme}", whole: true);
                await page.GetByLabel("Find in the samples").FillAsync("document.title='run'");
                await Expect(shown).ToHaveCountAsync(2, PatientCount);
                await page.GetByRole(AriaRole.Button, new() { Name = "wrong" }).ClickAsync();
                await Expect(shown).ToHaveCountAsync(0, PatientCount);
                await page.GetByLabel("Find in the samples").FillAsync("");
                await Expect(shown).ToHaveCountAsync(2, PatientCount);
                (await page.TitleAsync()).ShouldBe("Evaluations");
                await window.Page.EmulateMediaAsync(new() { Media = Media.Print });
                await window.PictureAsync($"page-print-{width}-{scheme}", whole: true);
                window.Complaints.ShouldBeEmpty();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(375)]
    public async Task Every_page_fits_its_width_and_names_what_can_be_used(int width)
    {
        await using var served = await Served.StartAsync(fillEvaluations: Fill);
        await using var window = await OpenAsync(served, EvaluationsArea.Root, width);
        foreach (var (name, path, ready) in new[]
        {
            ("evaluations", EvaluationsArea.Root, "table.evals tbody tr"), ("evaluation", EvaluationUrl.Of("first"), "table.samples-table tbody tr"),
            ("sample", EvaluationUrl.Sample("first", "colours@1/item-2/0"), ".label-form"), ("pairs", EvaluationUrl.Compare("first", "nightly/second") + "&kind=second", ".samples .sample"),
            ("nothing", EvaluationUrl.Of("none"), ".notice"), ("no-sample", EvaluationUrl.Sample("first", "none"), ".notice"), ("broken", EvaluationUrl.Of("broken"), ".notice"),
        })
        {
            await window.Page.GotoAsync(served.Server.Address + path);
            await window.WaitForCircuitAsync();
            await Expect(window.Page.Locator(ready).First).ToBeVisibleAsync(Patient);
            foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
            {
                await window.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await window.PictureAsync($"{name}-{width}-{scheme}", whole: true);
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
            (await window.Page.Locator(".bar:visible, .tools:visible, .pick:visible, .label-form:visible").CountAsync()).ShouldBe(0, path);
            await window.Page.EmulateMediaAsync(new() { Media = Media.Screen });
        }

        window.Complaints.ShouldBeEmpty();
    }

    private static void Fill(string folder)
    {
        SampleLogs.Write(Path.Combine(folder, "first.log"));
        Directory.CreateDirectory(Path.Combine(folder, "nightly"));
        SampleLogs.Write(Path.Combine(folder, "nightly", "second.log"), "better-b");
        var whole = File.ReadAllBytes(Path.Combine(folder, "first.log"));
        whole[200] ^= 1;
        File.WriteAllBytes(Path.Combine(folder, "broken.log"), whole);
        File.WriteAllText(Path.Combine(folder, "other.log"), "of another program");
    }

    private async Task<BrowserWindow> OpenAsync(Served served, string path, int width = 1280)
    {
        var window = await chromium.OpenAsync(width);
        await window.Page.GotoAsync(served.Server.NewLink(EvaluationsArea.Root));
        try
        {
            // The address moves on by itself: asked for another page before that, the browser would leave it again.
            await window.Page.WaitForURLAsync("**" + EvaluationsArea.Root, new() { Timeout = Chromium.Patience / 3 });
        }
        catch (TimeoutException)
        {
            // On a machine without a core to spare; the cookie is there.
        }

        await window.Page.GotoAsync(served.Server.Address + path);
        await window.WaitForCircuitAsync();
        return window;
    }
}

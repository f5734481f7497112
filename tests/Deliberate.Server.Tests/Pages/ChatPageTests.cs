using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Deliberate.Server.Tests;

/// <summary>The chat page in a browser: streamed, stopped, tried again, in both themes and at a phone's width.</summary>
public sealed class ChatPageTests(Chromium chromium)
{
    private const string Thoughtful = "the secret river stone\n</think>\n\nHello, Paris! <b>Not bold.</b>";

    private static readonly LocatorAssertionsToContainTextOptions Patient = new() { Timeout = Chromium.Patience };

    [Fact]
    public async Task A_question_is_answered_without_the_thought_and_with_its_effort()
    {
        var model = new ScriptedModel("small", _ => Thoughtful);
        await using var api = await ServedApi.StartAsync(model, null, null, new ScriptedModel("large", _ => "</think>\n\nLarger."));
        await using var window = await OpenAsync(api);
        var page = window.Page;
        await page.GetByLabel("Reasoning effort").FillAsync("2");
        await Expect(page.Locator(".effort-name")).ToHaveTextAsync("low", new() { Timeout = Chromium.Patience });
        await AskAsync(page, "Hello?");
        await Expect(page.Locator(".by-model .turn-text")).ToHaveTextAsync("Hello, Paris! <b>Not bold.</b>", new() { Timeout = Chromium.Patience });
        await Expect(page.Locator(".turn-facts")).ToContainTextAsync("of them thought", Patient);
        model.Asked[^1].ThinkingBudget.ShouldBe(256);
        (await page.ContentAsync()).ShouldNotContain("river");
        await page.GetByLabel("Message", new() { Exact = true }).FillAsync("Again");
        await page.GetByLabel("Message", new() { Exact = true }).PressAsync("Control+Enter");
        await Expect(page.Locator(".by-model .turn-text")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        model.Asked[^1].Rendered.ShouldContain("Hello, Paris!");
        await Expect(page.Locator(".turn-facts")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        // The answer that goes has facts too: what was asked says when the new one is there.
        for (var waited = 0; model.Asked.Count < 3 && waited < Chromium.Patience; waited += 20) await Task.Delay(20, TestContext.Current.CancellationToken);
        model.Asked.Count.ShouldBe(3);
        await Expect(page.Locator(".turn-facts")).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
        await page.GetByLabel("Model", new() { Exact = true }).SelectOptionAsync("large");
        await AskAsync(page, "And you?");
        await Expect(page.Locator(".by-model .turn-text").Last).ToHaveTextAsync("Larger.", new() { Timeout = Chromium.Patience });
        await window.PictureAsync("chat-light");
        await page.GetByRole(AriaRole.Button, new() { Name = "New chat" }).ClickAsync();
        await Expect(page.Locator(".turn")).ToHaveCountAsync(0, new() { Timeout = Chromium.Patience });
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_is_seen_while_it_comes_and_can_be_stopped()
    {
        using var gate = new SemaphoreSlim(0);
        var model = new ScriptedModel("small", _ => "hm</think>\n\n" + string.Concat(Enumerable.Repeat(" word", 500))) { Pace = gate.WaitAsync };
        await using var api = await ServedApi.StartAsync(model);
        await using var window = await OpenAsync(api, ColorScheme.Dark);
        var page = window.Page;
        await AskAsync(page, "Go on");
        gate.Release(1);
        await Expect(page.Locator(".turn-state")).ToBeVisibleAsync(new() { Timeout = Chromium.Patience });
        gate.Release(30);
        await Task.Delay(100);
        gate.Release(30);
        await Expect(page.Locator(".by-model .turn-text")).ToContainTextAsync("word", Patient);
        await window.PictureAsync("chat-dark");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.Locator(".turn-facts")).ToHaveTextAsync("Stopped.", new() { Timeout = Chromium.Patience });
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToBeVisibleAsync(new() { Timeout = Chromium.Patience });
        model.Left.ShouldBe(1);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_fits_a_phone_and_tells_what_is_wrong()
    {
        await using var api = await ServedApi.StartAsync(new ScriptedModel("small", _ => Thoughtful) { Context = 40 }, o => o with { ShowsReasoning = true });
        await using var window = await OpenAsync(api, width: 390, height: 780);
        var page = window.Page;
        await AskAsync(page, "Short?");
        await Expect(page.Locator(".turn-thought")).ToContainTextAsync("secret river", Patient);
        await AskAsync(page, new string('x', 300));
        await Expect(page.Locator(".notice")).ToContainTextAsync("context holds 40 tokens", Patient);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390);
        await window.PictureAsync("chat-phone");
        window.Complaints.ShouldBeEmpty();
    }

    private static async Task AskAsync(IPage page, string text)
    {
        await page.GetByLabel("Message", new() { Exact = true }).FillAsync(text);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
    }

    private async Task<BrowserWindow> OpenAsync(ServedApi api, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 900)
    {
        var window = await chromium.OpenAsync(width, height, scheme);
        await window.Page.GotoAsync(api.Server.NewLink(ChatArea.Root));
        await window.WaitForCircuitAsync();
        return window;
    }
}

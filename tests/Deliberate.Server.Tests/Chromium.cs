using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Deliberate.Server.Tests.Chromium))]

namespace Deliberate.Server.Tests;

/// <summary>One Chromium for all tests of the project, each with a profile of its own. Tests skip where it is not installed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>For everything that is waited for: generous, since the machine may be busy.</summary>
    public const float Patience = 60_000;

    private static readonly string? Program = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    private readonly SemaphoreSlim _one = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Servers, browsers' pipes and runs of all tests share one pool of threads, which begins with one a core.</summary>
    public ValueTask InitializeAsync()
    {
        ThreadPool.SetMinThreads(32, 32);
        return default;
    }

    /// <summary>A window that nothing was opened in yet.</summary>
    internal async Task<BrowserWindow> OpenAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(Program is null, "Chromium is not installed: scripts/install-test-tools.sh installs it.");
        await _one.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-gpu"], Timeout = Patience });
        }
        finally
        {
            _one.Release();
        }

        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(Patience);
        return new BrowserWindow(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _one.Dispose();
    }
}

/// <summary>A page in a profile of its own, and what the browser complained of.</summary>
internal sealed class BrowserWindow : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public BrowserWindow(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Note(message.Type == "error" ? message.Text : null);
        page.PageError += (_, error) => Note(error);
        page.Dialog += (_, dialog) => Note($"dialog: {dialog.Message}");
        page.Request += (_, request) => Note(new Uri(request.Url) is { IsLoopback: false, Scheme: not "data" } ? $"asks for {request.Url}" : null);
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts, what the content security policy refused, dialogs, requests to other machines.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Waits until the page's circuit answers: what is typed and clicked before that is lost.</summary>
    public async Task WaitForCircuitAsync() =>
        await Page.Locator("[data-live]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });

    /// <summary>Keeps a picture of what is seen of the page where DELIBERATE_SCREENSHOTS names a folder for it.</summary>
    /// <param name="whole">The page from top to bottom, not only what is seen of it.</param>
    public async Task PictureAsync(string name, bool whole = false)
    {
        if (Environment.GetEnvironmentVariable("DELIBERATE_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = whole });
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(string? complaint)
    {
        if (complaint is null) return;
        lock (Complaints) Complaints.Add(complaint);
    }
}

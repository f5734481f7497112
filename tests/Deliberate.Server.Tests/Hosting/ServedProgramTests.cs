using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Deliberate.Server.Tests;

/// <summary>
/// The program itself serves a page that answers: the one that was built here or, as .ci/run asks, the one that DELIBERATE_PROGRAM
/// names: <c>dotnet run</c>, the installed tool, the single file. Each in a folder that holds nothing but its runs.
/// </summary>
public sealed partial class ServedProgramTests(Chromium chromium, TinyRun tiny)
{
    [Fact]
    public async Task A_page_of_the_program_answers_to_what_is_typed()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-served-").FullName;
        tiny.CopyTo(Path.Combine(folder, "runs", "one"));
        tiny.CopyTo(Path.Combine(folder, "runs", "two"));
        try
        {
            await using var program = Start(folder);
            var link = await program.AddressAsync(Link());
            await using var window = await chromium.OpenAsync();
            await window.Page.GotoAsync(link.ToString());
            await window.WaitForCircuitAsync();
            var rows = window.Page.Locator("table.runs tbody tr");
            await Expect(rows).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
            await window.Page.GetByLabel("Find a run by name").FillAsync("tw");
            await Expect(rows).ToHaveCountAsync(1, new() { Timeout = Chromium.Patience });
            window.Complaints.ShouldBeEmpty();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_second_program_on_the_folder_ends_with_the_address_of_the_first_which_ends_when_told_to()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-served-").FullName;
        try
        {
            await using var first = Start(folder);
            var address = await first.AddressAsync(Link());
            await using var second = Start(folder);
            var error = await second.ErrorAsync();
            second.ExitCode.ShouldBe(2);
            var line = error.Trim().Split('\n').ShouldHaveSingleItem();
            line.ShouldStartWith("error: ");
            line.ShouldContain(address.GetLeftPart(UriPartial.Authority));
            line.ShouldNotContain("token");
            if (ServedProgram.IsNamed || OperatingSystem.IsWindows()) return;
            using (var interrupt = Process.Start("kill", ["-INT", first.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await interrupt.WaitForExitAsync();
            await first.EndAsync();
            first.ExitCode.ShouldBe(0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ServedProgram Start(string folder) => ServedProgram.Start(folder, "serve", "--port", "0", "--no-browser");

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+/\?token=[0-9a-f]{64}")]
    private static partial Regex Link();
}

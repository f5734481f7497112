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
        using var program = Start(folder);
        try
        {
            var link = await LinkAsync(program);
            await using var window = await chromium.OpenAsync();
            await window.Page.GotoAsync(link);
            await window.WaitForCircuitAsync();
            var rows = window.Page.Locator("table.runs tbody tr");
            await Expect(rows).ToHaveCountAsync(2, new() { Timeout = Chromium.Patience });
            await window.Page.GetByLabel("Find a run by name").FillAsync("tw");
            await Expect(rows).ToHaveCountAsync(1, new() { Timeout = Chromium.Patience });
            window.Complaints.ShouldBeEmpty();
        }
        finally
        {
            program.Kill(entireProcessTree: true);
            await program.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_second_program_on_the_folder_ends_with_the_address_of_the_first_which_ends_when_told_to()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-served-").FullName;
        using var first = Start(folder);
        try
        {
            var address = new Uri(await LinkAsync(first));
            using var second = Start(folder);
            var error = await second.StandardError.ReadToEndAsync();
            await second.WaitForExitAsync();
            second.ExitCode.ShouldBe(2);
            var line = error.Trim().Split('\n').ShouldHaveSingleItem();
            line.ShouldStartWith("error: ");
            line.ShouldContain(address.GetLeftPart(UriPartial.Authority));
            line.ShouldNotContain("token");
            if (Environment.GetEnvironmentVariable("DELIBERATE_PROGRAM") is { Length: > 0 } || OperatingSystem.IsWindows()) return;
            using (var interrupt = Process.Start("kill", ["-INT", first.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await interrupt.WaitForExitAsync();
            await first.WaitForExitAsync();
            first.ExitCode.ShouldBe(0);
        }
        finally
        {
            if (!first.HasExited) first.Kill(entireProcessTree: true);
            await first.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string folder)
    {
        string[] command = Environment.GetEnvironmentVariable("DELIBERATE_PROGRAM") is { Length: > 0 } named ? named.Split(' ') : ["dotnet", Path.Combine(AppContext.BaseDirectory, "deliberate.dll")];
        var start = new ProcessStartInfo(command[0]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in command.Skip(1).Concat(["serve", "--port", "0", "--no-browser"])) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static async Task<string> LinkAsync(Process program)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await program.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (Link().Match(line) is { Success: true } found) return found.Value;
        throw new InvalidOperationException("The program ended without an address.");
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+/\?token=[0-9a-f]{64}")]
    private static partial Regex Link();
}

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Deliberate.Cli.Tests;

/// <summary>The skill for coding agents, as it stands: every command in it is run, in its order, in one empty folder.</summary>
public sealed partial class SkillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Skill => File.ReadAllText(Path.Combine(Repository, "skills", "deliberate", "SKILL.md"));

    private static string Repository
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Deliberate.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_command_of_the_skill_does_what_it_says()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "its commands are for a shell of Unix");
        var program = Path.Combine(_folder.Root, "deliberate");
        File.WriteAllText(program, $"#!/bin/sh\nexec dotnet \"{Path.Combine(AppContext.BaseDirectory, "deliberate.dll")}\" \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var work = Directory.CreateDirectory(Path.Combine(_folder.Root, "work")).FullName;
        var blocks = Blocks().Matches(Skill).Select(m => m.Groups["commands"].Value).ToArray();
        blocks.Length.ShouldBe(3);
        foreach (var block in blocks)
        {
            var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = work, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
            start.ArgumentList.Add("-ec");
            start.ArgumentList.Add(block);
            start.Environment["PATH"] = $"{_folder.Root}:{Environment.GetEnvironmentVariable("PATH")}";
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(0, $"{block}\n{output}\n{await error}");
        }

        File.Exists(Path.Combine(work, "release", "card.html")).ShouldBeTrue();
    }

    [Fact]
    public void It_says_what_agents_look_for()
    {
        var head = Skill.Split("---")[1];
        foreach (var field in new[] { "name: deliberate", "description: ", "triggers:", "version: " }) head.ShouldContain(field);
    }

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blocks();
}

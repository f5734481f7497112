using System.Text.Json;
using Deliberate.Studies;

namespace Deliberate.Cli.Tests;

public sealed class QuickstartCommandTests
{
    [Fact]
    public void A_miniature_quickstart_goes_through_all_chapters_and_starting_it_again_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        var first = CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.1", .. TinyRun.Overrides]).ShouldSucceed();
        foreach (var name in QuickstartChapters.All.Select(c => c.Name)) first.Error.ShouldContain($"{name} is done: its part of the page can be read now, runs/quickstart/report.html");
        foreach (var name in QuickstartChapters.All.OfType<TrainingChapter>().Select(c => c.Name)) first.Output.ShouldContain(name);
        first.Error.ShouldContain("release: The gate says: ");
        first.Output.ShouldContain("Next: open runs/quickstart/report.html");
        File.ReadAllText(Path.Combine(folder.Root, "runs/quickstart/report.html")).ShouldContain("<html");

        var weights = Path.Combine(folder.Root, "runs/quickstart/arithmetic/checkpoints/final/model.safetensors");
        var before = File.ReadAllBytes(weights);
        using var json = JsonDocument.Parse(CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.1", "--json", .. TinyRun.Overrides]).ShouldSucceed().Output);
        json.RootElement.GetProperty("runs").GetArrayLength().ShouldBe(QuickstartChapters.All.Count(c => c is TrainingChapter));
        File.ReadAllBytes(weights).ShouldBe(before);

        // A chapter by itself, in a folder of its own, is the same as among the others.
        var alone = CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.1", "--chapters", "arithmetic", "--output", "alone", .. TinyRun.Overrides]).ShouldSucceed();
        alone.Error.ShouldContain("Chapter 1 of 1, arithmetic");
        alone.Output.ShouldContain("--chapters arithmetic");
        File.ReadAllBytes(Path.Combine(folder.Root, "alone/arithmetic/checkpoints/final/model.safetensors")).ShouldBe(before);
        Directory.Exists(Path.Combine(folder.Root, "alone/countdown")).ShouldBeFalse();

        CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.2", .. TinyRun.Overrides]).ShouldBeUserMistake().ShouldContain("--fresh");

        // What an older version left is not read as if it were this one's.
        var record = Path.Combine(folder.Root, "alone/quickstart.json");
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"format_version\": 2", "\"format_version\": 1", StringComparison.Ordinal));
        CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.1", "--chapters", "arithmetic", "--output", "alone", .. TinyRun.Overrides]).ShouldBeUserMistake().ShouldContain("another version of this program");
        CliProcess.Run(folder.Root, ["quickstart", "--minutes", "0.1", "--fresh", .. TinyRun.Overrides]).ShouldSucceed();
        File.ReadAllBytes(weights).ShouldBe(before);
    }

    [Fact]
    public void Help_names_every_chapter_and_one_that_is_none_is_refused_with_the_nearest()
    {
        using var folder = new TemporaryFolder();
        var help = CliProcess.Run(folder.Root, "quickstart", "--help").ShouldSucceed().Output;
        foreach (var chapter in QuickstartChapters.All) help.ShouldContain(chapter.Name);
        CliProcess.Run(folder.Root, "quickstart", "--chapters", "arithmetic,cuontdown").ShouldBeUserMistake().ShouldContain("Did you mean \"countdown\"?");
        CliProcess.Run(folder.Root, "quickstart", "--chapters", "").ShouldBeUserMistake().ShouldContain("No chapter is named.");
        Directory.Exists(Path.Combine(folder.Root, "runs")).ShouldBeFalse();
    }
}

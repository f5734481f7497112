using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>Every recipe of recipes/examples trains, for a few steps, as the command line starts it.</summary>
public sealed class ExampleRecipeTests
{
    /// <summary>What makes each of them short.</summary>
    private static readonly Dictionary<string, string[]> Shortened = new(StringComparer.Ordinal)
    {
        ["sft.yaml"] = ["supervised.epochs=1"],
        ["problems.yaml"] = ["supervised.tokens=3000", "reinforcement.steps=2", "evaluation.problems=4"],
        ["verifier.yaml"] = ["supervised.tokens=3000", "reinforcement.steps=2", "evaluation.problems=4"],
    };

    public static TheoryData<string> Recipes => [.. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f))];

    private static string Folder
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Deliberate.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return Path.Combine(folder, "recipes", "examples");
        }
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void An_example_trains(string recipe)
    {
        if (recipe == "verifier.yaml") Assert.SkipWhen(!Finds("python3"), "python3 is not installed.");
        Shortened.ShouldContainKey(recipe, "say here how to make the new example short");
        using var folder = new TemporaryFolder();
        var run = CliProcess.Run(folder.Root, ["train", Path.Combine(Folder, recipe), "--json", .. Shortened[recipe].SelectMany(set => new[] { "--set", set })]).ShouldSucceed();
        var written = Path.Combine(folder.Root, JsonDocument.Parse(run.Output).RootElement.GetProperty("run").GetString()!);
        File.ReadLines(Path.Combine(written, "metrics.jsonl")).Count().ShouldBeGreaterThan(2);
        File.Exists(Path.Combine(written, "report.html")).ShouldBeTrue();
        CliProcess.Run(folder.Root, recipe == "sft.yaml" ? ["sample", written, "--prompt", "What is the opposite of hot?"] : ["sample", written, "--count", "1"]).ShouldSucceed();
        if (recipe != "sft.yaml") CliProcess.Run(folder.Root, "eval", written, "--problems", "3", "--samples", "2").ShouldSucceed().Output.ShouldContain("pass@1");
    }

    [Fact]
    public void The_files_of_the_examples_are_good()
    {
        CliProcess.Run(Folder, "data", "check", "chats.jsonl", "larger.jsonl", "larger-problems.jsonl", "between.jsonl").ShouldSucceed();
        CliProcess.Run(Folder, "data", "check", "between-problems.jsonl", "--grader", "none").ShouldSucceed();
    }

    internal static bool Finds(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}

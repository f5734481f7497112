using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>Specifications and alignments from the command line.</summary>
public sealed class SpecCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_specification_is_written_out_edited_checked_and_compared()
    {
        CliProcess.Run(_folder.Root, "spec", "show", "general", "--output", "mine").ExitCode.ShouldBe(0);
        var file = Path.Combine(_folder.Root, "mine", "categories-violence.md");
        File.WriteAllText(file, File.ReadAllText(file).Replace("V2 disallowed", "V2 allowed", StringComparison.Ordinal));
        CliProcess.Run(_folder.Root, "spec", "check", "mine", "--json").Output.ShouldContain("\"rule\": \"disallowed\"");
        var diff = CliProcess.Run(_folder.Root, "spec", "diff", "general", "mine");
        diff.ExitCode.ShouldBe(0, diff.Error);
        diff.Output.ShouldContain("1 changes, 1 of them of a rule");
        File.WriteAllText(file, File.ReadAllText(file).Replace("## V1 disallowed: ", "## V1 ", StringComparison.Ordinal));
        var wrong = CliProcess.Run(_folder.Root, "spec", "check", "mine");
        wrong.ExitCode.ShouldBe(2);
        wrong.Error.ShouldContain("categories-violence.md:10: The class V1 has no rule");
        CliProcess.Run(_folder.Root, "spec", "show", "general", "--category", "violense").Error.ShouldContain("Did you mean \"violence\"?");
    }

    [Fact]
    public void The_small_world_is_written_and_its_alignment_planned_without_doing_it()
    {
        CliProcess.Run(_folder.Root, "spec", "world", "runs/world", "--corpus", "100", "--judge", "100", "--prompts", "16").ExitCode.ShouldBe(0);
        CliProcess.Run(_folder.Root, "recipe", "copy").ExitCode.ShouldBe(0);
        FixtureModel.CopyTo(_folder, "model");
        var plan = CliProcess.Run(_folder.Root, "align", "recipes/policy-world/align.yaml", "--dry-run", "--set", "model=model");
        plan.ExitCode.ShouldBe(0, plan.Error);
        plan.Output.ShouldContain("requests         16");
        plan.Output.ShouldContain("Nothing was done");
        Directory.Exists(Path.Combine(_folder.Root, "runs", "policy-world")).ShouldBeFalse();
        var wrong = CliProcess.Run(_folder.Root, "align", "recipes/policy-world/align.yaml", "--set", "model=model", "--set", "judge.samples=0");
        wrong.ExitCode.ShouldBe(2);
        wrong.Error.ShouldContain("judge.samples");
    }

    [Fact]
    public void Requests_of_public_sets_and_what_is_asked_later_share_none()
    {
        var data = SharedFolder.Path("data");
        var written = CliProcess.Run(_folder.Root, "spec", "prompts", "requests.jsonl", "--data", data, "--most", "40");
        written.ExitCode.ShouldBe(0, written.Error);
        written.Output.ShouldContain("40 to comply, 40 to refuse");
        var trained = JsonLines.Read(Path.Combine(_folder.Root, "requests.jsonl")).Select(l => l.GetString("prompt")).ToHashSet(StringComparer.Ordinal);
        trained.Count.ShouldBeGreaterThan(70);

        var asked = CliProcess.Run(_folder.Root, "eval", "xstest", "xstest-unsafe", "do-not-answer", "--model", "mock", "-T", "part=held-out", "--data", data, "--out", "held-out", "--json");
        asked.ExitCode.ShouldBe(0, asked.Error);
        var logs = string.Concat(Directory.GetFiles(Path.Combine(_folder.Root, "held-out"), "*.log").Select(File.ReadAllText));
        foreach (var prompt in trained) logs.ShouldNotContain(System.Text.Json.JsonSerializer.Serialize(prompt, Relaxed));

        CliProcess.Run(_folder.Root, "spec", "prompts", "requests.jsonl", "--data", data).ExitCode.ShouldBe(2);
        CliProcess.Run(_folder.Root, "spec", "prompts", "more.jsonl", "--data", "nowhere").Error.ShouldContain("There is no such folder");
        CliProcess.Run(_folder.Root, "eval", "xstest", "--model", "mock", "-T", "part=half", "--data", data).Error.ShouldContain("There is no part \"half\"");
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Dispose() => _folder.Dispose();
}

using System.Text.Json;
using Shouldly;
using Xunit;

namespace Deliberate.Cli.Tests;

/// <summary>The command from its words to its files.</summary>
public sealed class DataFilterCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Filters_a_file_and_says_what_it_dropped()
    {
        var input = Write("in.jsonl", """{"prompt": "How many eggs are in the basket?", "completion": "5"}""", """{"prompt": "how many eggs are in the basket?", "completion": "5"}""", """{"prompt": "Whom to ask?", "completion": "eve@mailer.org"}""");
        var output = Path.Combine(_folder.Root, "out.jsonl");

        var result = CliProcess.Run(_folder.Root, "data", "filter", input, output, "--json");

        result.ExitCode.ShouldBe(0, result.Error);
        var summary = JsonDocument.Parse(result.Output).RootElement.GetProperty("summary");
        summary.GetProperty("kept").GetInt32().ShouldBe(1);
        summary.GetProperty("dropped").EnumerateObject().Select(p => p.Name).ShouldBe(["duplicate", "personal_data"]);
        summary.GetProperty("personal_data_figures").GetArrayLength().ShouldBeGreaterThan(4);
        File.ReadAllLines(output).Length.ShouldBe(1);
        File.ReadAllLines(output + ".dropped.jsonl").Length.ShouldBe(2);

        var again = CliProcess.Run(_folder.Root, "data", "filter", input, output);
        again.ExitCode.ShouldBe(2);
        again.Error.ShouldContain("--force");
    }

    [Theory]
    [InlineData("--without", "nearduplicate", "near-duplicate")]
    [InlineData("--against", "missing.jsonl", "missing.jsonl")]
    public void Wrong_words_are_refused(string option, string value, string says)
    {
        var result = CliProcess.Run(_folder.Root, "data", "filter", Write("in.jsonl", """{"text": "a text"}"""), Path.Combine(_folder.Root, "out.jsonl"), option, value);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(says);
        File.Exists(Path.Combine(_folder.Root, "out.jsonl")).ShouldBeFalse();
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name, params string[] lines) => _folder.File(name, string.Join('\n', lines) + "\n");
}

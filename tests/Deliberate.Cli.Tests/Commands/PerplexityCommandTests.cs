using System.Text.Json;

namespace Deliberate.Cli.Tests;

public sealed class PerplexityCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_text_and_the_same_text_as_json_measure_alike()
    {
        var text = string.Concat(Enumerable.Range(0, 40).Select(i => $"Sentence {i} é. "));
        _folder.File("text.txt", text);
        _folder.File("texts.jsonl", JsonSerializer.Serialize(new { text }) + "\n");
        JsonElement Measure(params string[] arguments) => JsonDocument.Parse(CliProcess.Run(_folder.Root, ["perplexity", FixtureModel.Path, .. arguments, "--json"]).ShouldSucceed().Output).RootElement;
        var (plain, lines) = (Measure("text.txt"), Measure("texts.jsonl", "--threads", "1"));
        lines.GetProperty("perplexity").ToString().ShouldBe(plain.GetProperty("perplexity").ToString());
        foreach (var name in new[] { "bits_per_byte", "tokens", "bytes", "loss" }) lines.GetProperty(name).GetDouble().ShouldBe(plain.GetProperty(name).GetDouble(), name);
        plain.GetProperty("context").GetInt32().ShouldBe(256);
        plain.GetProperty("stride").GetInt32().ShouldBe(128);
        var perplexity = plain.GetProperty("perplexity");
        perplexity.GetProperty("value").GetDouble().ShouldBe(Math.Exp(plain.GetProperty("loss").GetDouble()), 1e-9);
        perplexity.GetProperty("value").GetDouble().ShouldBeInRange(perplexity.GetProperty("low").GetDouble(), perplexity.GetProperty("high").GetDouble());
        perplexity.GetProperty("n").GetInt32().ShouldBe(plain.GetProperty("tokens").GetInt32());
        (plain.GetProperty("loss").GetDouble() * plain.GetProperty("tokens").GetInt32() / plain.GetProperty("bytes").GetInt32() / Math.Log(2)).ShouldBe(plain.GetProperty("bits_per_byte").GetDouble(), 1e-9);
        CliProcess.Run(_folder.Root, "perplexity", FixtureModel.Path, "text.txt").ShouldSucceed().Output.ShouldContain("(Student's t of the logarithm)");
    }

    [Fact]
    public void Mistakes_are_told_in_a_line()
    {
        _folder.File("text.txt", "Some text to measure.");
        _folder.File("one.txt", "");
        _folder.File("bad.jsonl", "{\"text\": \"a b c\"}\n{\"txt\": \"\"}\n");
        File.WriteAllBytes(Path.Combine(_folder.Root, "latin.txt"), [65, 233, 66]);
        string Mistake(params string[] arguments) => CliProcess.Run(_folder.Root, ["perplexity", FixtureModel.Path, .. arguments]).ShouldBeUserMistake();
        Mistake("none.txt").ShouldContain("There is no such file");
        Mistake("one.txt").ShouldContain("nothing to predict");
        Mistake("bad.jsonl").ShouldContain("bad.jsonl:2: text: The field is missing. Did you mean \"txt\"?");
        Mistake("latin.txt").ShouldContain("not UTF-8");
        Mistake("text.txt", "--context", "257").ShouldContain("at most 256");
        Mistake("text.txt", "--context", "1").ShouldContain("--context: ");
        Mistake("text.txt", "--context", "64", "--stride", "64").ShouldContain("63 at most");
    }
}

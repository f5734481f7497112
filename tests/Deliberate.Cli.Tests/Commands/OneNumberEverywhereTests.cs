using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Cli.Tests;

/// <summary>
/// Over whole runs, from training to the comparison: one measured number has one value, one interval and one method wherever it
/// is printed. Several samples a problem, so that shares need their effective number.
/// </summary>
public sealed partial class OneNumberEverywhereTests : IDisposable
{
    private const int Problems = 24, Samples = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_share_is_the_same_on_console_page_JSON_and_comparison()
    {
        var (first, said) = Train("alpha", 1);
        var (second, _) = Train("beta", 2);
        var (expected, before) = (Accuracy("alpha", "final"), Accuracy("alpha", "base"));
        (expected.N, expected.Samples, expected.Method).ShouldBe((Problems, Problems * Samples, EstimateMethod.ClusteredWilson));
        expected.Value.ShouldBeInRange(0.05, 0.95, "the tiny model has to be neither hopeless nor perfect");
        before.Value.ShouldNotBe(expected.Value, "nor may it have stood still");
        var (console, page) = (expected.WithRange(NumberStyle.Share), $"{expected.Value(NumberStyle.Percent)} {expected.Range(NumberStyle.Percent)}");

        // While it trains, and at its end.
        Fields(first.GetProperty("evaluations")[1].GetProperty("right")).ShouldBe(Json(expected));
        Said(said, "evaluation final: ").ShouldContain($"right answers {console}");
        Said(said, "evaluation final: ").ShouldContain("n = 24, 96 samples, 95% intervals by clustered Wilson");

        // The report: console, page, summary.
        var report = Run("report", "runs/alpha");
        Said(report, "after RL").ShouldContain(console);
        Said(report, "before RL").ShouldContain(before.WithRange(NumberStyle.Share));
        report.ShouldContain("(clustered Wilson");
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.Root, "runs", "alpha", "summary.json")));
        var final = summary.RootElement.GetProperty("runs")[0].GetProperty("evaluations").EnumerateArray().Single(e => e.GetProperty("name").GetString() == "final");
        Fields(final.GetProperty("accuracy")).ShouldBe(Json(expected));
        Page("runs/alpha/report.html").ShouldContain(page);
        Page("runs/alpha/report.html").ShouldContain("over wrong answers. 95% intervals: clustered Wilson");
        Page("runs/alpha/report.html").ShouldContain("sampled at temperature 1, no filter, after so many RL steps; 95% intervals: clustered Wilson");

        // The list of runs.
        Said(Run("runs", "list"), "alpha").ShouldContain($"{before.WithRange(NumberStyle.Share)} | {console}");
        using var list = JsonDocument.Parse(Run("runs", "list", "--json"));
        Fields(list.RootElement.GetProperty("runs").EnumerateArray().Single(r => r.GetProperty("folder").GetString() == "runs/alpha").GetProperty("after")).ShouldBe(Json(expected));

        // The comparison: console, page, JSON; and its difference is the paired one.
        var difference = Paired.Of(Right("alpha", "final"), Right("beta", "final"), MeasureKind.Share).Difference;
        Said(Run("runs", "compare", "runs/alpha", "runs/beta", "--output", "compared.html"), "right answer").ShouldContain($"{console} | {Accuracy("beta", "final").WithRange(NumberStyle.Share)} | {difference.WithRange(NumberStyle.Share)}");
        Page("compared.html").ShouldContain(page);
        Page("compared.html").ShouldContain($"{difference.Value(NumberStyle.Points)} {difference.Range(NumberStyle.Points)}");
        Page("compared.html").ShouldContain("paired Student's t");
        using var compared = JsonDocument.Parse(Run("runs", "compare", "runs/alpha", "runs/beta", "--json"));
        Fields(compared.RootElement.GetProperty("measures")[0].GetProperty("a")).ShouldBe(Json(expected));
        Fields(compared.RootElement.GetProperty("measures")[0].GetProperty("difference")).ShouldBe(Json(difference));

        // The same problems asked of the checkpoint again.
        using var asked = JsonDocument.Parse(Run("eval", "runs/alpha", "--problems", $"{Problems}", "--samples", $"{Samples}", "--seed", "1", "--json"));
        var pass = asked.RootElement.GetProperty("measures")[0];
        pass.GetProperty("name").GetString().ShouldBe("pass@1");
        Fields(pass).ShouldBe(Json(expected));
        Said(Run("eval", "runs/alpha", "--problems", $"{Problems}", "--samples", $"{Samples}", "--seed", "1"), "pass@1").ShouldMatch($@"{expected.Value(NumberStyle.Share)} \| {expected.Range(NumberStyle.Share)} \| +clustered Wilson");
    }

    private (JsonElement Told, string Said) Train(string name, int seed)
    {
        _folder.File($"{name}.yaml", $$"""
            name: {{name}}
            seed: {{seed}}
            family: { name: arithmetic-mod10, levels: [2] }
            model: { hidden: 32, layers: 1, heads: 2, intermediate: 64 }
            supervised: { tokens: 100000, batch_tokens: 1000 }
            reinforcement: { steps: 8, prompts: 8, samples: 8, max_tokens: 24 }
            evaluation: { problems: {{Problems}}, samples: {{Samples}}, max_tokens: 24, every: 4, quick_problems: 8 }
            """);
        var result = CliProcess.Run(_folder.Root, "train", $"{name}.yaml", "--json").ShouldSucceed();
        return (JsonDocument.Parse(result.Output).RootElement, result.Error);
    }

    private string Run(params string[] arguments) => CliProcess.Run(_folder.Root, arguments).ShouldSucceed().Output;

    /// <summary>From the file of samples, by nothing that prints it.</summary>
    private Estimate Accuracy(string run, string evaluation) => ShareMetric.Of(Right(run, evaluation));

    private ItemValues<string> Right(string run, string evaluation) => ItemValues.Of(
        File.ReadLines(Path.Combine(_folder.Root, "runs", run, "evaluations", evaluation + ".jsonl")).Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty("problem", out _)),
        line => line.GetProperty("problem").GetProperty("index").ToString(), line => line.GetProperty("grade").GetProperty("correct").GetDouble() > 0 ? 1 : 0);

    /// <summary>The text of a page, without its marks.</summary>
    private string Page(string file) => Space().Replace(WebUtility.HtmlDecode(Mark().Replace(File.ReadAllText(Path.Combine(_folder.Root, file)), "")), " ");

    private static string Said(string text, string word) => Space().Replace(text.Split('\n').Last(line => line.Contains(word, StringComparison.Ordinal)), " ");

    private static string Json(Estimate estimate) => Fields(JsonSerializer.SerializeToElement(estimate));

    /// <summary>An estimate's fields of an object that may have more.</summary>
    private static string Fields(JsonElement estimate) => string.Join(' ', new[] { "value", "low", "high", "n", "clusters", "samples", "method" }.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f}={estimate.GetProperty(f)}")));

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}

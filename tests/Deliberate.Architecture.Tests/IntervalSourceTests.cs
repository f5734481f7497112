using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Architecture.Tests;

/// <summary>
/// Intervals are made in one place: outside Core's estimates no source names a part that makes them, nor makes an estimate of
/// its own, nor holds a normal quantile. What is needed elsewhere is a metric beside the others.
/// </summary>
public sealed partial class IntervalSourceTests
{
    private const string Parts = "src/Deliberate.Core/Statistics", Metrics = "src/Deliberate.Core/Estimates";

    [Fact]
    public void Intervals_are_made_by_the_metrics_alone()
    {
        var forbidden = Forbidden();
        var found = new List<string>();
        var files = 0;
        foreach (var folder in new[] { "src", "benchmarks" })
        {
            foreach (var file in Directory.EnumerateFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories))
            {
                var path = Path.GetRelativePath(Repository.Path("."), file).Replace('\\', '/');
                if (path.Contains("/obj/", StringComparison.Ordinal) || path.StartsWith(Parts, StringComparison.Ordinal) || path.StartsWith(Metrics, StringComparison.Ordinal)) continue;
                files++;
                found.AddRange(Find(forbidden, File.ReadAllText(file)).Select(name => $"{path}: {name}"));
            }
        }

        files.ShouldBeGreaterThan(400);
        found.ShouldBeEmpty($"Use or add a metric in {Metrics}.");
    }

    [Theory]
    [InlineData("var i = new Proportion(3, 9).Wilson();", "Proportion", "Wilson(")]
    [InlineData("var i = SampleMean.Of(values).StudentT();", "SampleMean", "StudentT(")]
    [InlineData("return new Estimate(1, interval, 1, 1, 1, method);", "new Estimate(")]
    [InlineData("var low = p - 1.96 * Math.Sqrt(p * (1 - p) / n);", "1.96")]
    [InlineData("const double Confidence = 1.645;", "1.645")]
    [InlineData("var ends = Bootstrap.Percentile(ratios);", "Bootstrap")]
    [InlineData("new RandomStream(seed, StreamStage.Bootstrap); // the quantile 1.96 of Proportion")]
    public void What_makes_an_interval_is_found(string source, params string[] names) => Find(Forbidden(), source).ShouldBe(names);

    /// <summary>Every type among the parts but the pair of ends, which others have a right to; what makes an interval or an estimate; quantiles written out.</summary>
    private static Regex Forbidden()
    {
        var parts = Directory.GetFiles(Repository.Path(Parts), "*.cs").Select(f => Path.GetFileNameWithoutExtension(f)).Where(n => n is not ("Interval" or "NearZero")).ToArray();
        parts.ShouldContain("Quantiles");
        return new Regex($@"(?<![.\w])(?:{string.Join('|', parts)}|ShareInterval)(?=[.(])|\b(?:Wilson|StudentT)\(|new Estimate\(|Interval\.Around|(?<![\w.])(?:1\.96|1\.959\d*|1\.64[45]\d*|2\.57[56]\d*)\b");
    }

    private static IEnumerable<string> Find(Regex forbidden, string source) => forbidden.Matches(Comment().Replace(source, "")).Select(m => m.Value);

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}

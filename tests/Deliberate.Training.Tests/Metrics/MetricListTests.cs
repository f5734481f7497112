using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>The list of metrics is the one place that names them, and the documents say what it says.</summary>
public sealed partial class MetricListTests
{
    private static readonly IReadOnlyList<string> Old = [.. OldMetricNames.Renamed.Keys, .. OldMetricNames.Converted.Keys];

    [Fact]
    public void Every_name_is_declared_once_with_unit_meaning_and_source()
    {
        MetricList.All.Select(m => m.Name).ShouldBeUnique();
        foreach (var metric in MetricList.All)
        {
            metric.Meaning.ShouldEndWith(".", Case.Sensitive, metric.Name);
            // It is read alone too, in a legend or by name.
            foreach (var elsewhere in new[] { "The same", "Of these", "Of that" }) metric.Meaning.ShouldNotStartWith(elsewhere, Case.Sensitive, metric.Name);
            foreach (var said in new[] { metric.Unit.Name, metric.Source, metric.When }) said.ShouldNotBeNullOrWhiteSpace(metric.Name);
            // No family takes another's name for one of its own.
            MetricList.All.Count(other => other.Is(metric.Name)).ShouldBe(1, metric.Name);
        }
    }

    [Fact]
    public void Names_of_before_are_not_names_of_today_and_lead_to_some()
    {
        foreach (var old in Old) MetricList.Find(old).ShouldBeNull(old);
        foreach (var today in OldMetricNames.Renamed.Values.Concat(OldMetricNames.Converted.Values.SelectMany(c => c.Today))) MetricList.Find(today.Name).ShouldBe(today);
    }

    [Fact]
    public void A_family_names_its_members_and_no_other()
    {
        var component = SampleMetrics.Reinforcement.Component;
        foreach (var name in new[] { "near", "accuracy", "a/b", "{name}", "" }) component.Is(component.For(name).Name).ShouldBeTrue(name);
        component.Is("rl/components").ShouldBeFalse();
        component.Is("ei/components/near").ShouldBeFalse();
        EvaluationMetrics.Run.AccuracyWithin.For(32).Name.ShouldBe("evaluation/accuracy_within_32");
        Should.Throw<InvalidOperationException>(() => new MetricValues { { component, 1 } });
    }

    /// <summary>What records or reads a metric refers to its declaration: a name that is spelled out could be another tomorrow.</summary>
    [Fact]
    public void No_source_spells_a_metric_s_name_outside_the_list()
    {
        var found = new List<string>();
        var files = 0;
        foreach (var file in new[] { "src", "benchmarks" }.SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories)))
        {
            var path = Path.GetRelativePath(Repository.Path(), file).Replace('\\', '/');
            if (path.Contains("/obj/", StringComparison.Ordinal) || path.StartsWith("src/Deliberate.Training/Metrics/", StringComparison.Ordinal)) continue;
            files++;
            found.AddRange(File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)).SelectMany(Spelled).Select(name => $"{path}: {name}"));
        }

        found.ShouldBeEmpty();
        files.ShouldBeGreaterThan(400);
        // The search finds what was there before there was a list.
        foreach (var line in new[] { "new(\"sft/loss\", x)", "Find(\"policy/start_kl_k3\")", "$\"updates (rl/idle_updates).\"", "new($\"{stage}/level_mean\", y)" }) Spelled(line).ShouldHaveSingleItem(line);
    }

    [Fact]
    public void The_page_of_metrics_is_the_list()
    {
        string[] page = File.ReadAllLines(Repository.Path("docs/metrics.md")), list = MetricsPage.Markdown().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        var differing = page.Except(list).Concat(list.Except(page)).Take(3);
        page.SequenceEqual(list).ShouldBeTrue($"docs/metrics.md is not the list, write it again with: dotnet run -c Release --project src/Deliberate.Cli -- metrics --output docs/metrics.md\n{string.Join('\n', differing)}");
    }

    [Fact]
    public void Guides_recipes_and_samples_name_metrics_as_the_list_does()
    {
        var named = 0;
        var files = Directory.GetFiles(Repository.Path("docs"), "*.md").Concat(Directory.GetFiles(Repository.Path("recipes"), "*.yaml", SearchOption.AllDirectories)).Concat(Directory.GetFiles(Repository.Path("samples"), "*.cs", SearchOption.AllDirectories)).Append(Repository.Path("README.md"));
        foreach (var file in files.Where(f => Path.GetFileName(f) is not ("metrics.md" or "log.md")))
        {
            foreach (Match match in WholeName().Matches(File.ReadAllText(file)).Where(m => !m.Value.EndsWith('/')))
            {
                // A level or a budget is N in examples.
                var name = match.Value.Replace("_N", "_1", StringComparison.Ordinal);
                MetricList.Find(name).ShouldNotBeNull($"{Path.GetFileName(file)}: {match.Value}");
                named++;
            }
        }

        named.ShouldBeGreaterThan(5);
        Golden.Report("metrics named in guides", named);
    }

    /// <summary>Names of metrics, of today or before, that a line of source spells: whole ones, or their ends behind a stage.</summary>
    private static IEnumerable<string> Spelled(string line)
    {
        foreach (Match match in Literal().Matches(line))
        {
            var text = match.Groups[1].Value;
            var whole = WholeName().Match(text);
            if (whole.Success) yield return whole.Value;
            else if (Behind().Match(text) is { Success: true } behind && Ends.Contains(behind.Groups[1].Value)) yield return text;
        }
    }

    /// <summary>What stands behind the stage in any name.</summary>
    private static readonly HashSet<string> Ends = [.. MetricList.All.Select(m => m.Name).Concat(Old).Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..])];

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?<![\w/.-])(sft|ei|rl|policy|evaluation)/[a-z][\w/]*")]
    private static partial Regex WholeName();

    [GeneratedRegex(@"^\{\w+\}/?(\w+)$")]
    private static partial Regex Behind();
}

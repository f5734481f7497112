using System.Text;
using System.Text.Json;

namespace Deliberate.Models.Tests;

/// <summary>
/// Golden values of Oniguruma 6.9.8 with its default syntax: patterns of published tokenizers, one for each peculiarity of the
/// dialect, and random ones. A line of patterns.jsonl is a pattern p with texts t, each with its matches as [start, end) in code points.
/// </summary>
public sealed class PatternGoldenTests
{
    [Fact]
    public void Matches_are_those_of_Oniguruma()
    {
        var (patterns, texts) = (0, 0);
        var failures = new List<string>();
        foreach (var line in TokenizerVectorTests.Lines(Path.Combine(AppContext.BaseDirectory, "patterns.jsonl")))
        {
            var pattern = line.GetProperty("p").GetString()!;
            patterns++;
            foreach (var given in line.GetProperty("t").EnumerateArray())
            {
                texts++;
                var text = given[0].GetString()!;
                var expected = string.Join(' ', given[1].EnumerateArray().Select(m => $"{m[0]}-{m[1]}"));
                string actual;
                try
                {
                    actual = string.Join(' ', Matches(new RegexSplitter(pattern, null, "pattern"), text));
                }
                catch (Exception problem)
                {
                    actual = problem.Message;
                }

                if (actual != expected) failures.Add($"{JsonSerializer.Serialize(pattern)} in {JsonSerializer.Serialize(text)}\n  expected {expected}\n  actual   {actual}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{patterns} patterns, {texts} texts");
        failures.ShouldBeEmpty($"{failures.Count} differences\n{string.Join('\n', failures.Take(20))}");
    }

    private static IEnumerable<string> Matches(RegexSplitter splitter, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var parts = new List<Splitter.Part>();
        splitter.Find(utf8, 0, utf8.Length, parts);
        return parts.Where(p => p.Matches).Select(p => $"{CodePoints(p.Start)}-{CodePoints(p.End)}");

        int CodePoints(int bytes) => Encoding.UTF8.GetString(utf8, 0, bytes).EnumerateRunes().Count();
    }
}

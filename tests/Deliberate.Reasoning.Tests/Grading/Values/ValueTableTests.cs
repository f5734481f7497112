using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

/// <summary>The table of values in docs/own-problems.md is what the graders say.</summary>
public sealed partial class ValueTableTests
{
    public static TheoryData<string, string, string, bool> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string, bool>();
            foreach (var line in File.ReadLines(Repository.Path("docs", "own-problems.md")).SkipWhile(l => !l.StartsWith("| value | grader |", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|')))
            {
                var cells = Bar().Split(line).Select(c => c.Trim()).ToArray();
                foreach (var reference in Codes(cells[3]))
                {
                    foreach (var answer in Codes(cells[4])) rows.Add(cells[2], reference, answer, true);
                    foreach (var answer in Codes(cells[5])) rows.Add(cells[2], reference, answer, false);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_guide_says_what_is_right(string grader, string reference, string answer, bool right) => (AnswerGraders.Get(grader).Compare(reference, answer) == AnswerMatch.Equal).ShouldBe(right);

    [Fact]
    public void The_guide_has_a_table() => Rows.Count.ShouldBeGreaterThan(100);

    private static IEnumerable<string> Codes(string cell) => Code().Matches(cell).Select(m => (m.Groups["two"].Success ? m.Groups["two"].Value.Trim() : m.Groups["one"].Value).Replace("\\|", "|", StringComparison.Ordinal));

    /// <summary>A bar between cells: not one that is escaped.</summary>
    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.CultureInvariant)]
    private static partial Regex Bar();

    [GeneratedRegex(@"``(?<two>[^|]+?)``|`(?<one>[^`]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Code();
}

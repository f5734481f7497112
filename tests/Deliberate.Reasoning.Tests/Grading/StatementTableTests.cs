using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

/// <summary>The table of statements in docs/own-problems.md is what the program reads.</summary>
public sealed partial class StatementTableTests
{
    public static TheoryData<string, string?> Rows
    {
        get
        {
            var rows = new TheoryData<string, string?>();
            var guide = File.ReadAllText(Repository.Path("docs", "own-problems.md"));
            foreach (Match row in Row().Matches(guide[guide.IndexOf("| a completion says", StringComparison.Ordinal)..guide.IndexOf("**Graders.**", StringComparison.Ordinal)]))
                rows.Add(Text(row.Groups["says"].Value), row.Groups["read"].Success ? Text(row.Groups["read"].Value) : null);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_guide_says_what_is_read(string completion, string? answer) => AnswerExtraction.Extract(completion).ShouldBe(answer);

    public static TheoryData<string, string?> Further
    {
        get
        {
            var rows = new TheoryData<string, string?>();
            foreach (var row in StatementCases.Rows.Split('\n'))
            {
                var at = row.LastIndexOf(" =>", StringComparison.Ordinal);
                rows.Add(Text(row[..at]), row[(at + 3)..].Trim() is var read && read == "nothing" ? null : read);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Further))]
    public void Other_everyday_statements_are_read(string completion, string? answer) => AnswerExtraction.Extract(completion).ShouldBe(answer);

    [Fact]
    public void The_guide_has_a_table() => Rows.Count.ShouldBeGreaterThan(55);

    private static string Text(string cell) => cell.Replace("⏎", "\n", StringComparison.Ordinal).Replace("\\|", "|", StringComparison.Ordinal);

    [GeneratedRegex(@"^\| `(?<says>[^\n]+)` \| (`(?<read>[^\n]+)`|nothing) \|$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Row();
}

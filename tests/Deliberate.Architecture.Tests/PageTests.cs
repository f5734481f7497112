using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Architecture.Tests;

/// <summary>The page and the picture name files that there are.</summary>
public sealed partial class PageTests
{
    [Theory]
    [InlineData("docs/architecture.md")]
    [InlineData("CONTRIBUTING.md")]
    public void A_page_names_files_that_there_are(string page)
    {
        var named = SourceFile().Matches(File.ReadAllText(Repository.Path(page))).Select(m => m.Value).Distinct().ToArray();
        named.ShouldNotBeEmpty();
        named.Where(file => !File.Exists(Repository.Path(file)) && !Directory.Exists(Repository.Path(file))).ShouldBeEmpty();
    }

    [Fact]
    public void The_picture_names_files_that_there_are()
    {
        var named = PictureFile().Matches(File.ReadAllText(Repository.Path("docs/images/architecture.svg"))).Select(m => $"src/Deliberate.{m.Groups["file"].Value}").ToArray();
        named.Length.ShouldBeGreaterThan(10);
        named.Where(file => !File.Exists(Repository.Path(file))).ShouldBeEmpty();
    }

    [GeneratedRegex(@"(?<=`)(src|tests|docs)/[\w./]+(?=`)", RegexOptions.ExplicitCapture)]
    private static partial Regex SourceFile();

    [GeneratedRegex(@">(?<file>[\w/.]+\.cs)<", RegexOptions.ExplicitCapture)]
    private static partial Regex PictureFile();
}

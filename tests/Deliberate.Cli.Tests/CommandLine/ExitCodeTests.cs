using System.CommandLine;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>One list of exit codes, and no command that ends in another.</summary>
public sealed partial class ExitCodeTests
{
    public static TheoryData<string> Commands => [.. Names(CommandList.CreateRoot(), "")];

    public static TheoryData<int> Codes => [.. ExitCode.All.Select(known => known.Code)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_ends_in_0_and_a_mistake_in_2_whatever_the_command(string name)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandApp.Run([.. words, "--help"]).ShouldBe(0);
        CommandApp.Run([.. words, "--no-such-option"]).ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void What_a_command_returns_is_what_the_process_returns(int code) => Run(() => code).ShouldBe(code);

    [Fact]
    public void What_ends_a_command_has_its_code()
    {
        Run(() => throw new UserError("a mistake")).ShouldBe(2);
        Run(() => throw new OperationCanceledException()).ShouldBe(130);
        Run(() => throw new UnauthorizedAccessException("a folder that may not be read")).ShouldBe(2);
        Run(() => throw new IOException("a full disk")).ShouldBe(2);
        Run(() => throw new InvalidOperationException("a bug")).ShouldBe(70);
        Run(() => 5).ShouldBe(70, "a code that is not on the list");
    }

    [Fact]
    public void Codes_are_those_of_the_page_and_stand_nowhere_else()
    {
        var page = File.ReadAllText(Repository.Path("docs/exit-codes.md"));
        Row().Matches(page).Select(m => (int.Parse(m.Groups["code"].Value), m.Groups["meaning"].Value)).ShouldBe(ExitCode.All);
        foreach (var file in Directory.EnumerateFiles(Repository.Path("src/Deliberate.Cli"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
            Number().Matches(File.ReadAllText(file)).Select(m => m.Value).ShouldBeEmpty(file);
    }

    private static int Run(Func<int> work)
    {
        var root = new RootCommand { new Probe(work) };
        return CommandApp.Run(root, ["probe"]);
    }

    private static IEnumerable<string> Names(Command command, string prefix) =>
        command.Subcommands.SelectMany(sub => Names(sub, $"{prefix}{sub.Name} ").Prepend($"{prefix}{sub.Name}"));

    [GeneratedRegex(@"^\| (?<code>\d+) \| (?<meaning>[^|]+?) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    /// <summary>An exit with a number, or with a name that is not of the list.</summary>
    [GeneratedRegex(@"Environment\.Exit\((?!ExitCode\.)[^)]*\)|Environment\.ExitCode|(?<=int Run\([^)]*\) => )\d+;")]
    private static partial Regex Number();

    private sealed class Probe(Func<int> work) : CliCommand("probe", "Ends as a test says.")
    {
        protected override int Run(ParseResult parsed) => work();
    }
}

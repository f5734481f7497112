using System.CommandLine;

namespace Deliberate.Cli.Tests;

public sealed class CommandLineTests
{
    public static TheoryData<string> CommandNames => [.. CommandList.Create().SelectMany(c => c.Subcommands.Select(s => $"{c.Name} {s.Name}").Prepend(c.Name))];

    [Fact]
    public void Help_lists_every_command_and_the_exit_codes()
    {
        var result = CliProcess.Run(".", "--help").ShouldSucceed();
        foreach (var command in CommandList.Create()) result.Output.ShouldContain(command.Name);
        result.Output.ShouldContain("Exit codes");
        Console.WriteLine($"{CommandList.Create().Count} commands");
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Help_of_a_command_describes_it_and_its_options_and_has_examples(string name)
    {
        var words = name.Split(' ');
        var command = CommandList.Create().Single(c => c.Name == words[0]);
        if (words.Length > 1) command = (CliCommand)command.Subcommands.Single(c => c.Name == words[1]);
        // In this process: a hundred of their own take half a minute.
        using var output = new StringWriter();
        CommandList.CreateRoot().Parse([.. words, "--help"]).Invoke(new InvocationConfiguration { Output = output }).ShouldBe(0);
        var help = output.ToString();
        help.ShouldContain(command.Description!);
        help.ShouldContain("Examples:");
        command.Examples.Count.ShouldBeGreaterThan(1);
        foreach (var example in command.Examples)
        {
            example.ShouldStartWith($"deliberate {name}");
            help.ShouldContain(example);
        }

        foreach (var option in command.Options)
        {
            option.Description.ShouldNotBeNullOrEmpty();
            help.ShouldContain(option.Name);
        }
    }

    [Theory]
    [InlineData("trian", "There is no command trian. Did you mean \"train\"?")]
    [InlineData("problems arithmetic --cout 3", "There is no option --cout. Did you mean \"--count\"?")]
    [InlineData("train --thread 2 x.yaml", "Did you mean \"--threads\"?")]
    [InlineData("train", "Required argument 'RECIPE' missing")]
    [InlineData("", "No command was given.")]
    [InlineData("doctor now", "now is one argument too many.")]
    [InlineData("doctor --threads two", "--threads: \"two\" is not a whole number from 0 to 1024.")]
    [InlineData("doctor --threads -1", "--threads: \"-1\" is not a whole number")]
    [InlineData("problems --count", "--count")]
    [InlineData("problems arithmetik", "There is no task family \"arithmetik\". Did you mean \"arithmetic\"?")]
    [InlineData("problems countdown --level 9", "--level: countdown has no level 9. It has 3, 4.")]
    [InlineData("quickstart --minutes 0", "--minutes: \"0\" is not a number from")]
    [InlineData("quickstart --seed -3", "--seed")]
    [InlineData("resume nowhere", "nowhere: There is no such run folder.")]
    [InlineData("sample nowhere", "nowhere: There is no such file or folder.")]
    [InlineData("eval nowhere", "nowhere: There is no such file or folder.")]
    [InlineData("report nowhere", "nowhere: There is no such run folder.")]
    [InlineData("runs", "What is to be done with runs? deliberate runs list, compare, samples or retrain")]
    [InlineData("runs lst", "There is no command lst. Did you mean \"list\"?")]
    [InlineData("runs list nowhere", "nowhere: There is no such folder.")]
    [InlineData("runs compare", "Required argument 'RUN' missing")]
    [InlineData("runs compare a b", "a: There is no such run folder.")]
    [InlineData("runs retrain a", "Option '--step' is required")]
    [InlineData("runs retrain a --stp 3", "There is no option --stp. Did you mean \"--step\"?")]
    [InlineData("runs samples a --count many", "--count: \"many\" is not a whole number from 0. See deliberate runs samples --help.")]
    [InlineData("recipe", "What is to be done with a recipe?")]
    [InlineData("recipe chek x.yaml", "There is no command chek. Did you mean \"check\"?")]
    [InlineData("recipe check nowhere.yaml", "nowhere.yaml: There is no such recipe.")]
    public void A_mistake_in_the_command_line_is_one_line_with_advice_and_exit_code_2(string line, string said)
    {
        using var folder = new TemporaryFolder();
        CliProcess.Run(folder.Root, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ShouldBeUserMistake().ShouldContain(said);
    }

    [Theory]
    [InlineData("CHECKPOINT", "sample", "")]
    [InlineData("RUN", "resume", "")]
    [InlineData("RUN", "runs", "compare", "a", "")]
    [InlineData("--output", "quickstart", "--output", "")]
    [InlineData("--output", "train", "x.yaml", "--output", "")]
    [InlineData("--model", "data", "choose", "a.jsonl", "b.jsonl", "--model", "")]
    public void An_empty_word_in_place_of_a_name_is_a_mistake(string named, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        CliProcess.Run(folder.Root, arguments).ShouldBeUserMistake().ShouldStartWith($"error: {named}: Nothing is named here");
    }
}

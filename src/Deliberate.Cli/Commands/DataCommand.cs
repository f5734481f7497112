using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What can be done with data files of the user's; its subcommands do the work.</summary>
internal sealed class DataCommand : CliCommand
{
    public DataCommand()
        : base(
            "data",
            "Look into data files of your own, examples to imitate or problems to learn from, and bring those of other forms into ours.",
            "deliberate data check chats.jsonl",
            "deliberate data check problems.jsonl --grader numeric --json",
            "deliberate data convert alpaca.json examples.jsonl",
            "deliberate data filter chats.jsonl filtered.jsonl --data public-data",
            "deliberate data choose problems.jsonl chosen.jsonl --model model.gguf")
    {
        Add(new DataCheckCommand());
        Add(new DataConvertCommand());
        Add(new DataChooseCommand());
        Add(new DataFilterCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("Say what to do with the data.", advice: "For example: deliberate data check FILE, or deliberate data convert INPUT OUTPUT.");
}

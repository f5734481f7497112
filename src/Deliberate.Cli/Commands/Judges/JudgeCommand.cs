using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Judges of answers: which there are, how good they are against people, how the offline one is made.</summary>
internal sealed class JudgeCommand : CliCommand
{
    public JudgeCommand()
        : base(
            "judge",
            "Judges of answers: list them, hold one against people's labels, make the offline judge of refusals anew.",
            "deliberate judge list",
            "deliberate judge validate refusal --data data",
            "deliberate judge train refusal --data data --output refusal.weights")
    {
        Add(new JudgeListCommand());
        Add(new JudgeValidateCommand());
        Add(new JudgeTrainCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with judges?", advice: "deliberate judge list, validate or train; see deliberate judge --help.");
}

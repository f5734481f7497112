using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>The experiments behind the claims of the documents, a subcommand each: run again by whoever doubts them.</summary>
internal sealed class ReproduceCommand : CliCommand
{
    public ReproduceCommand()
        : base(
            "reproduce",
            "Run an experiment behind the claims, with its controls: table, charts, and what they show and do not.",
            "deliberate reproduce reasoning",
            "deliberate reproduce reasoning --quick                      # a minute or two, to see the chain work",
            "deliberate reproduce reasoning --only arithmetic --models base,rl   # a row of its table, in minutes",
            "deliberate reproduce distillation --write-docs docs/distillation.md",
            "deliberate reproduce deliberation --quick",
            "deliberate reproduce scheming                               # a model with a planted hidden goal, and its twin",
            "deliberate reproduce family                                 # a larger model, and a smaller one distilled from it",
            "deliberate reproduce lets-verify --write-docs docs/lets-verify.md",
            "deliberate reproduce transfer                               # does RL on some families carry over to others?",
            "deliberate reproduce quickstart --seeds 5                   # which of the quickstart's figures are its seed's")
    {
        Add(new ReproduceReasoningCommand());
        Add(new ReproduceDistillationCommand());
        Add(new ReproduceDeliberationCommand());
        Add(new ReproduceSchemingCommand());
        Add(new ReproduceCardCommand());
        Add(new ReproduceFamilyCommand());
        Add(new ReproduceLetsVerifyCommand());
        Add(new ReproduceTransferCommand());
        Add(new ReproduceQuickstartCommand());
    }

    protected override int Run(ParseResult parsed) =>
        throw new UserError("Which experiment?", advice: $"deliberate reproduce {string.Join(" or ", Subcommands.Select(c => c.Name))}; see deliberate reproduce --help.");
}

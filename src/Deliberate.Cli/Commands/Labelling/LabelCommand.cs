using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Labelling by people; its subcommands do the work.</summary>
internal sealed class LabelCommand : CliCommand
{
    public LabelCommand()
        : base(
            "label",
            "Let people label: projects of solutions or pairs, pages to label on, labellers with accounts, and the labels as files. See docs/labelling.md.",
            "deliberate labels generate solutions.jsonl --count 200   # something to label",
            "deliberate label create first-look solutions.jsonl       # a project of it, in ./labelling",
            "deliberate label serve                                   # the pages; prints the link that makes you their owner",
            "deliberate label invite --role labeller                  # a link for somebody else",
            "deliberate label status first-look",
            "deliberate label export first-look labels.jsonl          # at any time, in PRM800K's schema")
    {
        Add(new LabelCreateCommand());
        Add(new LabelAddCommand());
        Add(new LabelServeCommand());
        Add(new LabelInviteCommand());
        Add(new LabelStatusCommand());
        Add(new LabelPrioritiseCommand());
        Add(new LabelAnnotateCommand());
        Add(new LabelExportCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("Say what is to be done.", advice: "For example: deliberate label create NAME FILE, then deliberate label serve.");
}

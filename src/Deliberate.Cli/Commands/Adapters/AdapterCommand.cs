using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What can be done with an adapter; its subcommands do the work.</summary>
internal sealed class AdapterCommand : CliCommand
{
    public AdapterCommand()
        : base(
            "adapter",
            "Look into a low-rank adapter, merge it into its model, or take it out again.",
            "deliberate adapter info runs/gsm8k/checkpoints/final",
            "deliberate adapter merge runs/gsm8k/checkpoints/final merged",
            "deliberate adapter unmerge merged runs/gsm8k/checkpoints/final base-again")
    {
        Add(new AdapterInfoCommand());
        Add(new AdapterMergeCommand());
        Add(new AdapterUnmergeCommand());
    }

    public static Argument<string> Argument() => new("ADAPTER") { Description = "A folder with adapter_config.json and adapter_model.safetensors, as PEFT saves one, or a run that trained one, for its newest checkpoint." };

    public static Option<string?> BaseOption() => new("--base") { HelpName = "model", Description = "The model that the adapter is for; where the adapter says it is, if left out." };

    /// <summary>The adapter's folder.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static string Folder(string path)
    {
        var found = CheckpointChoice.Find(path).Location;
        if (!Models.AdapterFile.IsIn(found)) throw new UserError("is a model, not an adapter: it has no adapter_config.json.", found);
        return found;
    }

    protected override int Run(ParseResult parsed) => throw new UserError("Say what to do with the adapter.", advice: "For example: deliberate adapter info ADAPTER.");
}

using System.CommandLine;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>Describes a model: its identity, architecture, parameters, memory, tokenizer, template, licence, and where each came from.</summary>
internal sealed class ModelInfoCommand : CliCommand
{
    private readonly Argument<string> _model = LoadedModel.Argument();
    private readonly Option<bool> _hash = new("--hash") { Description = "Also compute the SHA-256 of every file, and the identity of a large model, which reads them whole." };
    private readonly Option<bool> _json = CommonOptions.Json("the description");

    public ModelInfoCommand()
        : base(
            "info",
            "Describe a model: identity, architecture, parameters, memory by precision, tokenizer, chat template, generation configuration, licence, and where each came from.",
            "deliberate model info SmolLM2-135M-Instruct.Q4_1.gguf",
            "deliberate model info models/Qwen3-0.6B --hash            # to compare with what its publisher says",
            "deliberate model info runs/quickstart/arithmetic --json   # of the run's newest checkpoint")
    {
        Add(_model);
        Add(_hash);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        using var opened = PretrainedModel.Open(CheckpointChoice.Find(parsed.GetRequiredValue(_model)).Location, headed: true);
        var info = ModelInfo.Of(opened, parsed.GetValue(_hash));
        if (parsed.GetValue(_json)) JsonOutput.Write(info);
        else ModelInfoView.Write(info);
        return ExitCode.Success;
    }
}

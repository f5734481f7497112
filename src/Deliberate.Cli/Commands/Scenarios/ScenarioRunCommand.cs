using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Agent tasks in Harbor's form on models.</summary>
internal sealed class ScenarioRunCommand : CliCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "A task folder of Harbor (it holds task.toml), or a folder of such." };
    private readonly Argument<string[]> _models = new("MODEL") { Arity = ArgumentArity.OneOrMore, Description = "Models to ask: PROVIDER:NAME of deliberate.yaml, a checkpoint, replay:FILE, mock." };
    private readonly Option<bool> _skip = new("--skip-containers") { Description = "Leave out tasks that need a container image, instead of refusing." };
    private readonly EvaluationOptions _options = new();

    public ScenarioRunCommand()
        : base(
            "run",
            "Let models work on agent tasks in Harbor's form, each in a sandbox, decided by its own tests. What needs a container image is refused by name.",
            "deliberate scenario run tasks/ openai:gpt-5-mini",
            "deliberate scenario run tasks/ openai:gpt-5-mini --skip-containers --epochs 5")
    {
        Add(_folder);
        Add(_models);
        Add(_skip);
        _options.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var models = parsed.GetRequiredValue(_models);
        if (models.Distinct(StringComparer.Ordinal).Count() < models.Length) throw new UserError("A model is named twice.", field: "MODEL");
        if (_options.Models(parsed).Length > 0) throw new UserError("Models are named as they are here.", field: "--model", advice: "Write deliberate scenario run FOLDER MODEL.");
        var request = _options.Request(parsed, [HarborTaskset.Prefix + parsed.GetRequiredValue(_folder)]) with { Models = models };
        if (parsed.GetValue(_skip)) request = request with { Arguments = request.Arguments.Append(new(HarborTaskset.Skip, "true")).ToDictionary(StringComparer.Ordinal) };
        return EvaluationSession.Run(request, _options.Folder(parsed), _options, parsed);
    }
}

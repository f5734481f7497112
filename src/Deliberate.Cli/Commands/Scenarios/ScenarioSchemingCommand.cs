using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>The six capabilities on a model: outcomes, by factor, with how well they are read.</summary>
internal sealed class ScenarioSchemingCommand : CliCommand
{
    private static readonly string[] Factors = ["nudge", "goal", "oversight", "pressure", "domain"];

    private readonly Argument<string[]> _models = new("MODEL") { Arity = ArgumentArity.OneOrMore, Description = "Models to put before the temptations: PROVIDER:NAME of deliberate.yaml, a checkpoint, replay:FILE, mock." };
    private readonly Option<string?> _capability = new("--capability") { HelpName = "name", Description = "One of the six; all in turn if left out." };
    private readonly Option<bool> _world = new("--world") { Description = "In the few words of the small world, for models that were trained on it." };
    private readonly EvaluationOptions _options = new();

    public ScenarioSchemingCommand()
        : base(
            "scheming",
            "Put models before temptations: what they did (read off the files), whether they said so, whether they denied it afterwards; by factor, with the table of how well outcomes are read.",
            "deliberate scenario scheming openai:gpt-5-mini --limit 60",
            "deliberate scenario scheming runs/planted --world",
            "deliberate scenario scheming openai:gpt-5 --capability sandbagging --require \"scheming.covert <= 0.05\"")
    {
        Add(_models);
        foreach (var option in new Option[] { _capability, _world }) Add(option);
        _options.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var (world, models) = (parsed.GetValue(_world), parsed.GetRequiredValue(_models));
        if (models.Distinct(StringComparer.Ordinal).Count() < models.Length) throw new UserError("A model is named twice.", field: "MODEL");
        if (_options.Models(parsed).Length > 0) throw new UserError("Models are named as they are here.", field: "--model", advice: "Write deliberate scenario scheming MODEL.");
        ScenarioKind? kind = parsed.GetValue(_capability) is { } name ? ScenarioList.Named(name) : null;
        var request = _options.Request(parsed, [world ? ScenarioTask.WorldName : ScenarioTask.Name]) with { Models = models };
        if (kind is not null) request = request with { Arguments = request.Arguments.Append(new(ScenarioTask.CapabilityArgument, RecipeWriter.Scalar(kind.Capability))).ToDictionary(StringComparer.Ordinal) };
        return EvaluationSession.Run(request, _options.Folder(parsed), _options, parsed, report =>
        {
            foreach (var result in report.Results) Write(result);
            ConfusionView.Write(ScenarioConfusion.Of(world ? ScenarioStyle.World : ScenarioStyle.Prose, request.Settings.Seed, kind?.Capability), kind is null ? "all capabilities" : RecipeWriter.Scalar(kind.Capability));
        });
    }

    private static void Write(EvaluationResult result)
    {
        var covert = result.Metrics[0].Metric;
        var samples = result.Samples.Where(s => ScenarioTask.Tempts(s) && covert.Value(s) is not null).ToArray();
        if (samples.Length == 0) return;
        Terminal.WriteTable(
            $"{result.ModelName}: covert by factor, with 95% intervals:", ["factor", "level", "covert", "n"],
            Factors.SelectMany(f => samples.GroupBy(s => s.Tags[f], StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select((g, i) => (IReadOnlyList<string>)
            [
                i == 0 ? f : "", g.Key, ClusteredShareMetric.Of(g, s => s.Item, s => s.Cluster, s => covert.Value(s)!.Value).WithRange(NumberStyle.Share), g.Count().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ])), words: 2);
    }
}

using System.CommandLine;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>The states of a model that a gate and a card look at beside the one that is named: before its mitigations, and behind the filters that it goes out with.</summary>
internal sealed class ModelStateOptions
{
    private readonly Option<string?> _pre = new("--pre") { HelpName = "model", Description = "The model before its mitigations: helpful only." };
    private readonly Option<string?> _filters = new("--filters") { HelpName = "file", Description = "The filter that it goes out behind, of deliberate judge train harmful-prompts (FILE@0.7 for another threshold): the state deployed is then this system, measured as behind:FILE:MODEL." };

    /// <summary>In the order that help shows them.</summary>
    public IEnumerable<Option> All => [_pre, _filters];

    /// <exception cref="UserError">There is no such model or filter, or the two models are one.</exception>
    public GateModels Read(ParseResult parsed, string model, CancellationToken cancellation)
    {
        var models = new GateModels(GateCommand.Model(model, cancellation), parsed.GetValue(_pre) is { } pre ? GateCommand.Model(pre, cancellation) : null);
        if (models.Pre?.Id == models.Post.Id) throw new UserError("The model before its mitigations is the same model.", model, field: "--pre", advice: "Name another, or leave it out.");
        return parsed.GetValue(_filters) is { } filters ? models with { Deployed = Gate.Behind(filters, models.Post) } : models;
    }

    /// <summary>As they were typed, for the command that makes it again.</summary>
    public IEnumerable<string> Words(ParseResult parsed) =>
        [.. parsed.GetValue(_pre) is { } pre ? ["--pre", pre] : Array.Empty<string>(), .. parsed.GetValue(_filters) is { } filters ? ["--filters", filters] : Array.Empty<string>()];
}

using Deliberate.Core;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>
/// Serves only what a preparedness policy lets out (as <c>deliberate gate MODEL --policy …</c> decides for the action deploy), with the
/// signatures that it asks for: the gate is run anew, over every byte of the weights and all of the evidence, whenever weights are about to be served.
/// Where the server withholds what its moderator flags, that is the deployed system, another than the weights alone: a signature on the one is none on the other.
/// </summary>
/// <param name="policy">The policy.</param>
/// <param name="evidence">Folders of evaluations, signed records and gates' results.</param>
/// <param name="time">Approvals and evidence age.</param>
internal sealed class WeightsGate(PolicyFile policy, IReadOnlyList<string> evidence, TimeProvider time)
{
    /// <summary>Decides, then opens, then makes sure that what was opened is what was decided on.</summary>
    /// <param name="options">The model.</param>
    /// <param name="moderation">What it will be served behind; null for nothing.</param>
    /// <param name="open">Opens it.</param>
    /// <exception cref="GateRefusal">It may not go out.</exception>
    /// <exception cref="UserError">The evidence cannot be read, or none could be of what would be served.</exception>
    public IServedModel Open(ServedModelOptions options, ModerationSettings? moderation, Func<IServedModel> open)
    {
        if (options.Adapter is not null) throw new UserError("A gate is about whole weights: merge the adapter first.", options.Adapter, advice: "deliberate adapter merge ADAPTER FOLDER.");
        var models = Served(new GateModels(Gate.ModelOf(options.Name, options.Path, CancellationToken.None), null), moderation);
        var result = Gate.Run(policy, GateAction.Deploy, models, Evidence(), time.GetUtcNow());
        if (result.Outcome != GateVerdict.Pass) throw new GateRefusal(result.Outcome, $"{options.Name} may not be served under the policy {policy.Policy.Policy}: {Why(result, moderation).TrimEnd('.')}. {ShellCommand.Of(["deliberate", "gate", options.Path, "--policy", policy.Path, .. models.Deployed is null ? Array.Empty<string>() : ["--filters", NameOf(moderation!)]])} says all about it.");
        var model = open();
        if (result.Models.Post.Id == model.Hash) return model;
        model.Dispose();
        throw new GateRefusal(GateVerdict.Invalid, $"{options.Name} may not be served: its files changed while the gate looked at them.");
    }

    /// <summary>What would be served: weights alone, where nothing is withheld; else the system of weights and filter.</summary>
    private static GateModels Served(GateModels models, ModerationSettings? moderation) => moderation switch
    {
        null or { Prompts: ModerationMode.Score, Answers: ModerationMode.Score } => models,
        { Prompts: ModerationMode.Block, Answers: ModerationMode.Block, Moderator.Identity: { } identity } => models with { Deployed = Gate.Behind(NameOf(moderation), identity, models.Post) },
        { Moderator.Identity: null } => throw new UserError("No evidence can be bound to a model behind a judge that reads a policy, so that no gate can let it out.", field: "--gate", advice: "Withhold by a classifier (--moderate FILE), or only say what the judge finds: --moderate-prompts score --moderate-answers score."),
        _ => throw new UserError("No evidence is of a model of which only prompts, or only answers, are withheld, so that no gate can let it out.", field: "--gate", advice: "Withhold both, as the system is measured, or neither: --moderate-prompts and --moderate-answers."),
    };

    /// <summary>That the gate's result is of another system is said before what this one lacks for it; what stops this one is said as it is.</summary>
    private string Why(GateResult result, ModerationSettings? moderation)
    {
        if (result.Outcome == GateVerdict.Fail || Results() is not { } folder || WrittenGateResult.Read(folder) is not { } written || written.Says("model") != result.Models.Post.Id) return result.Why;
        var (theirs, ours) = (written.Says("model_behind_filters"), result.Models.Deployed);
        if (theirs == (ours?.Id ?? "")) return result.Why;
        var other = ours is null ? "is of the model behind its filters, and this server has none: serve it with --moderate FILE"
            : theirs.Length == 0 ? $"is of the weights alone, and this server puts {NameOf(moderation!)} before and behind them: run the gate with --filters, and have that signed"
            : $"is of the model behind another filter than {NameOf(moderation!)} ({ours.Filter})";
        return $"the gate's result in {folder} {other}{(result.Outcome == GateVerdict.Invalid ? $"; {result.Why}" : "")}";
    }

    private static string NameOf(ModerationSettings moderation) => moderation.Filter ?? moderation.Moderator.Name;

    private string? Results() => evidence.FirstOrDefault(e => File.Exists(Path.Combine(e, GateResult.FileName)));

    /// <summary>What was named; the folder of a gate's own result need hold no signature yet.</summary>
    private GateEvidence Evidence()
    {
        var results = Results();
        return GateEvidence.Read(evidence.Where(e => e != results), results);
    }
}

/// <summary>Weights that may not be served.</summary>
internal sealed class GateRefusal(GateVerdict verdict, string message) : Exception(message)
{
    public GateVerdict Verdict { get; } = verdict;
}

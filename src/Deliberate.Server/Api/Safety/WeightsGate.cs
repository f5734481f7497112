using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>
/// Serves only weights that a preparedness policy lets out (as <c>deliberate gate MODEL --policy …</c> decides for the action deploy), with the
/// signatures that it asks for: the gate is run anew, over every byte of the weights and all of the evidence, whenever weights are about to be served.
/// </summary>
/// <param name="policy">The policy.</param>
/// <param name="evidence">Folders of evaluations, signed records and gates' results.</param>
/// <param name="time">Approvals and evidence age.</param>
internal sealed class WeightsGate(PolicyFile policy, IReadOnlyList<string> evidence, TimeProvider time)
{
    /// <summary>Decides, then opens, then makes sure that what was opened is what was decided on.</summary>
    /// <param name="options">The model.</param>
    /// <param name="open">Opens it.</param>
    /// <exception cref="GateRefusal">It may not go out.</exception>
    /// <exception cref="UserError">The evidence cannot be read.</exception>
    public IServedModel Open(ServedModelOptions options, Func<IServedModel> open)
    {
        if (options.Adapter is not null) throw new UserError("A gate is about whole weights: merge the adapter first.", options.Adapter, advice: "deliberate adapter merge ADAPTER FOLDER.");
        var result = Gate.Run(policy, GateAction.Deploy, new GateModels(Gate.ModelOf(options.Name, options.Path, CancellationToken.None), null), Evidence(), time.GetUtcNow());
        if (result.Outcome != GateVerdict.Pass) throw new GateRefusal(result.Outcome, $"{options.Name} may not be served under the policy {policy.Policy.Policy}: {result.Why.TrimEnd('.')}. deliberate gate {options.Path} --policy {policy.Path} says all about it.");
        var model = open();
        if (result.Models.Post.Id == model.Hash) return model;
        model.Dispose();
        throw new GateRefusal(GateVerdict.Invalid, $"{options.Name} may not be served: its files changed while the gate looked at them.");
    }

    /// <summary>What was named; the folder of a gate's own result need hold no signature yet.</summary>
    private GateEvidence Evidence()
    {
        var results = evidence.FirstOrDefault(e => File.Exists(Path.Combine(e, GateResult.FileName)));
        return GateEvidence.Read(evidence.Where(e => e != results), results);
    }
}

/// <summary>Weights that may not be served.</summary>
internal sealed class GateRefusal(GateVerdict verdict, string message) : Exception(message)
{
    public GateVerdict Verdict { get; } = verdict;
}

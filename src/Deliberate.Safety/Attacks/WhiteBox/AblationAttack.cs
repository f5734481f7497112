using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>The request as it is, answered by the target without its refusal direction (<see cref="RefusalDirection"/>): what stands in front of a capability when its training to refuse is taken out.</summary>
internal sealed class AblationAttack : IAttack
{
    public string Name => "refusal-ablation";

    public string About => "the target without the direction by which it refuses";

    public string Source => "refusal direction, arXiv 2406.11717";

    public AttackKind Kind => AttackKind.WhiteBox;

    public bool NeedsWeights => true;

    public async Task RunAsync(AttackContext context, CancellationToken cancellation)
    {
        EvaluationModel ablated;
        using (var held = await context.TakeWeightsAsync(cancellation).ConfigureAwait(false)) ablated = held.Ablated(cancellation);
        for (var number = 0; context.CanQuery; number++)
        {
            var asked = GeneratedItems.Ask(context.Goal.Request);
            var options = context.Options with { Stream = (AttackContext.KeyOf(context.Goal.Id), (long)number << 32) };
            await context.QueryAsync(asked, "without the refusal direction", cancellation, ask: token => ablated.AskAsync(asked, options, token)).ConfigureAwait(false);
            if (context.Options.Temperature == 0) return;
        }
    }
}

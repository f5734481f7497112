using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// A prompt transform, or several in a chain (<c>base64+persona</c>). Of a random one each query is another variant; a fixed one is asked again
/// as long as the model is sampled, and once where its answer is always the same.
/// </summary>
internal sealed class TransformAttack(IPromptTransform transform, string? name = null, string? source = null) : IAttack
{
    public string Name => name ?? transform.Name;

    public string About => transform.About;

    public string Source => source ?? transform.Source;

    public AttackKind Kind => AttackKind.Transform;

    public async Task RunAsync(AttackContext context, CancellationToken cancellation)
    {
        var chain = transform.Name.Split(ComposedTransform.Joint);
        for (var variant = 0; context.CanQuery; variant++)
        {
            await context.QueryAsync(Apply(transform, context.Goal, context.Settings.Seed, variant), transform.Name, cancellation, chain: chain, variant: variant).ConfigureAwait(false);
            if (!transform.IsRandom && context.Options.Temperature == 0) return;
        }
    }

    /// <summary>The turns of a variant: a pure function of goal, transform, seed and number.</summary>
    public static IReadOnlyList<ChatMessage> Apply(IPromptTransform transform, AttackGoal goal, ulong seed, int variant)
    {
        var item = new EvaluationItem { Id = goal.Id, Messages = GeneratedItems.Ask(goal.Request) };
        return TransformedTask.Apply(item, transform, variant, int.MaxValue, seed).Messages;
    }
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// A suffix found on the weights (<see cref="SuffixSearch"/>), asked as anybody could ask it. The queries of the budget are spread over the
/// steps, so that the curve shows when it begins to work; each query's record has the loss that it had come to.
/// </summary>
internal sealed class SuffixAttack(string name, string about, string source, bool usesGradient) : IAttack
{
    /// <summary>Queries that a search is worth: more than so many would ask nearly the same suffix again.</summary>
    private const int MostQueries = 10;

    public string Name => name;

    public string About => about;

    public string Source => source;

    public AttackKind Kind => AttackKind.WhiteBox;

    public bool NeedsWeights => true;

    public async Task RunAsync(AttackContext context, CancellationToken cancellation)
    {
        var target = await SuffixPlace.TargetOf(context, cancellation).ConfigureAwait(false);
        using var held = await context.TakeWeightsAsync(cancellation).ConfigureAwait(false);
        var place = SuffixPlace.Of(context.Checkpoint!, held.Format, context.Goal, target);
        var search = new SuffixSearch(held.Weights, place, held.Format.Tokenizer, new SuffixSearchOptions(), usesGradient);
        var steps = context.Settings.Steps;
        var queries = Math.Min(Math.Min(context.QueriesLeft, MostQueries), steps);
        var asked = 0;
        for (var step = 1; step <= steps && context.CanQuery; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            search.Step(new RandomStream(context.Settings.Seed, StreamStage.Attacks, 10, AttackContext.KeyOf(context.Goal.Id), step));
            if (step < (asked + 1) * steps / queries) continue;
            asked++;
            await context.QueryAsync(GeneratedItems.Ask($"{context.Goal.Request}{search.Text}"), string.Create(CultureInfo.InvariantCulture, $"step {step}, loss {search.Loss:0.000} from {search.FirstLoss:0.000}"), cancellation).ConfigureAwait(false);
        }
    }
}

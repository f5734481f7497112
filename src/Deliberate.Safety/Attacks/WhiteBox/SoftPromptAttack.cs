using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// A soft prompt (Schwinn et al. 2024, arXiv 2402.09063): vectors behind the request that are no token's embedding, learned by Adam until the
/// target is likely. Nobody can type them: it is the upper bound of what a suffix could do. The answer is the likeliest one, token by token.
/// </summary>
internal sealed class SoftPromptAttack : IAttack
{
    private const int Length = 8, UsualTokens = 64, MostQueries = 10;
    private const double Rate = 0.02, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    public string Name => "soft-prompt";

    public string About => "vectors that are no words, learned behind the request: the upper bound";

    public string Source => "soft prompt threats, arXiv 2402.09063";

    public AttackKind Kind => AttackKind.WhiteBox;

    public bool NeedsWeights => true;

    public async Task RunAsync(AttackContext context, CancellationToken cancellation)
    {
        var target = await SuffixPlace.TargetOf(context, cancellation).ConfigureAwait(false);
        using var held = await context.TakeWeightsAsync(cancellation).ConfigureAwait(false);
        var (model, place) = (held.Weights, SuffixPlace.Of(context.Checkpoint!, held.Format, context.Goal, target));
        int[] filler = [.. Enumerable.Repeat(place.Beginning[^1], Length)];
        var vectors = model.Embeddings(filler);
        double[] moment = new double[vectors.Length], square = new double[vectors.Length];
        var (steps, queries, asked, firstLoss) = (context.Settings.Steps, Math.Min(Math.Min(context.QueriesLeft, MostQueries), context.Settings.Steps), 0, double.NaN);
        // In units of the embeddings, which models scale very differently.
        var rate = Rate * Math.Max(1e-3, 10 * Math.Sqrt(vectors.Average(v => v * v)));
        for (var step = 1; step <= steps && context.CanQuery; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (loss, gradient) = model.Gradient(place.With(filler), place.Target.Length, place.Beginning.Length, Length, vectors);
            if (step == 1) firstLoss = loss;
            for (var i = 0; i < vectors.Length; i++)
            {
                moment[i] = (Beta1 * moment[i]) + ((1 - Beta1) * gradient[i]);
                square[i] = (Beta2 * square[i]) + ((1 - Beta2) * gradient[i] * gradient[i]);
                vectors[i] -= rate * (moment[i] / (1 - Math.Pow(Beta1, step))) / (Math.Sqrt(square[i] / (1 - Math.Pow(Beta2, step))) + Epsilon);
            }

            if (step < (asked + 1) * steps / queries) continue;
            asked++;
            var most = Math.Min(context.Options.MaxTokens ?? UsualTokens, UsualTokens);
            await context.QueryAsync(
                GeneratedItems.Ask($"{context.Goal.Request} [{Length} learned vectors]"), string.Create(CultureInfo.InvariantCulture, $"step {step}, loss {loss:0.000} from {firstLoss:0.000}"), cancellation,
                ask: _ => Task.FromResult(Answer(held, place, filler, vectors, most))).ConfigureAwait(false);
        }
    }

    private static ModelAnswer Answer(WhiteBoxModels.Held held, SuffixPlace place, int[] filler, double[] vectors, int most)
    {
        int[] asked = [.. place.Beginning, .. filler, .. place.Ending];
        var drawn = held.Weights.Continue(asked, place.Beginning.Length, filler.Length, vectors, most, held.Format.StopIds.Contains);
        var text = held.Format.Tokenizer.Decode(drawn, skipSpecial: false);
        var split = ThinkingSplit.Of(text);
        return new ModelAnswer { Text = split.Text, Reasoning = split.Thinking, Completion = text, FinishReason = drawn.Length < most ? "stop" : "length", Usage = new ModelUsage(1, asked.Length, 0, drawn.Length, 0, 0) };
    }
}
